import { Text } from '@mantine/core';
import type { CSSProperties } from 'react';
import { ChoiceOption } from '../../components/choice-option';
import classes from '../../components/choices.module.css';
import { formatValue } from '../contact-fields/format-value';
import { useSession } from '../session/session';
import type { MergeRow, Place } from './merge-rows';

/** The grid of choices has a column for each contact. */
export const twoColumns = { '--choices': 2 } as CSSProperties; // whose type has no variables

interface MergeFieldProps {
  row: MergeRow;
  /** The names of the contacts. */
  names: readonly [string, string];
  chosen: Place;
  onChoose: (place: Place) => void;
}

/** Shows the values of a field of both contacts, of which one is chosen unless both stay. */
export function MergeField({
  row: { field, values, joined },
  names,
  chosen,
  onChoose,
}: MergeFieldProps) {
  const { catalog } = useSession();
  const texts = values.map((value) => formatValue(field, value, catalog));
  const places: Place[] = [0, 1];
  return (
    <fieldset className={classes.field} style={twoColumns}>
      <legend>{field.label}</legend>
      {places.map((place) =>
        joined ? (
          <div key={place} className={classes.before}>
            <span className={classes.label}>{names[place]}</span>
            <span className={classes.value}>{texts[place]}</span>
          </div>
        ) : (
          <ChoiceOption
            key={place}
            name={field.path}
            label={names[place]}
            text={texts[place] ?? ''}
            checked={chosen === place}
            onChange={() => onChoose(place)}
          />
        ),
      )}
      {joined && (
        <Text size="xs" c="dimmed" px="0.5rem">
          Both are kept.
        </Text>
      )}
    </fieldset>
  );
}
