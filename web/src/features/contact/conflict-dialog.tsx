import { Button, Group, Stack, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Dialog } from '../../components/dialog';
import type { ComparisonPartsFragment } from '../../gql';
import { actorName, formatTime, noValue } from '../../lib/format';
import { fieldAt } from '../contact-fields/fields';
import { formatValue } from '../contact-fields/format-value';
import type { Value } from '../contact-fields/values';
import { useSession } from '../session/session';
import classes from './conflict-dialog.module.css';
import { ConflictField, type Side } from './conflict-field';
import type { Conflict } from './save';

interface ConflictDialogProps {
  conflict: Conflict;
  /** Whether a field was changed by others. */
  isNews: (comparison: ComparisonPartsFragment) => boolean;
  onClose: () => void;
  /** Called with the paths that are taken as others have them. */
  onSettle: (theirs: string[]) => void;
}

/** Where two people have changed the same: what it was, what others have made of it, what you want, and a choice for each field. */
export function ConflictDialog({ conflict, isNews, onClose, onSettle }: ConflictDialogProps) {
  const { catalog } = useSession();
  const [sides, setSides] = useState<Readonly<Record<string, Side>>>({});
  const overlapping = conflict.fields.filter(({ overlaps }) => overlaps);
  const others = conflict.fields.filter((field) => !field.overlaps && isNews(field));
  const undecided = overlapping.filter(({ path }) => !(path in sides)).length;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation(); // the page has a form around
    onSettle(overlapping.map(({ path }) => path).filter((path) => sides[path] === 'theirs'));
  };
  return (
    <Dialog onClose={onClose} size="xl" title="Somebody else has changed the same fields">
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm">
            {conflict.unknownBecause === null
              ? 'This is not saved yet. Choose what each field shall be.'
              : 'It is no longer known what others have changed since you began. Choose what each field shall be.'}
          </Text>
          <div className={classes.head} aria-hidden>
            <span>Before</span>
            <span>Theirs</span>
            <span>Yours</span>
          </div>
          {overlapping.map((comparison) => (
            <ConflictField
              key={comparison.path}
              comparison={comparison}
              field={fieldAt(comparison.path, catalog)}
              known={conflict.unknownBecause === null}
              side={sides[comparison.path]}
              onChoose={(side) => setSides({ ...sides, [comparison.path]: side })}
            />
          ))}
          {others.length > 0 && (
            <Stack gap={2}>
              <Text size="sm" fw={500}>
                Also changed by others, and kept
              </Text>
              {others.map(({ path, latest, changedBy, changedAt }) => (
                <Text size="sm" key={path}>
                  {fieldAt(path, catalog).label}: {formatValue(fieldAt(path, catalog), latest as Value, catalog)}, by{' '}
                  {actorName(changedBy)}, {changedAt ? formatTime(changedAt) : noValue}
                </Text>
              ))}
            </Stack>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Back to the form
            </Button>
            <Button type="submit" disabled={undecided > 0}>
              Save what is chosen
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
