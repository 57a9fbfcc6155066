import type { Value } from 'contactgraph-client';
import { ChoiceOption } from '../../components/choice-option';
import classes from '../../components/choices.module.css';
import type { ComparisonPartsFragment } from '../../gql';
import { actorName, formatTime } from '../../lib/format';
import type { Field } from '../contact-fields/fields';
import { formatValue } from '../contact-fields/format-value';
import { useSession } from '../session/session';

/** Whose value is chosen. */
export type Side = 'theirs' | 'yours';

interface ConflictFieldProps {
  comparison: ComparisonPartsFragment;
  field: Field;
  /** Whether the value before both changes is known. */
  baseKnown: boolean;
  side: Side | undefined;
  onChoose: (side: Side) => void;
}

/** Shows the values of a field, and lets the person choose one. */
export function ConflictField({
  comparison,
  field,
  baseKnown,
  side,
  onChoose,
}: ConflictFieldProps) {
  const { catalog } = useSession();
  const { path, base, latest, yours, changedBy, changedAt } = comparison;
  const format = (value: unknown) => formatValue(field, value as Value, catalog);
  const choice = (value: Side, label: string, text: string, author?: string) => (
    <ChoiceOption
      name={path}
      label={label}
      text={text}
      author={author}
      checked={side === value}
      onChange={() => onChoose(value)}
    />
  );
  return (
    <fieldset className={classes.field}>
      <legend>{field.label}</legend>
      <div className={classes.before}>
        <span className={classes.label}>Before</span>
        <span className={classes.value}>{baseKnown ? format(base) : 'Unknown'}</span>
      </div>
      {choice(
        'theirs',
        'Theirs',
        format(latest),
        changedAt ? `${actorName(changedBy)}, ${formatTime(changedAt)}` : undefined,
      )}
      {choice('yours', 'Yours', format(yours))}
    </fieldset>
  );
}
