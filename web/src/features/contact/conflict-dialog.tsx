import { Button, Group, Stack, Text } from '@mantine/core';
import type { Comparison, Conflict, Value } from 'contactgraph-client';
import { type FormEvent, useState } from 'react';
import classes from '../../components/choices.module.css';
import { Dialog } from '../../components/dialog';
import { actorName, formatTime, noValue } from '../../lib/format';
import { fieldAt } from '../contact-fields/fields';
import { formatValue } from '../contact-fields/format-value';
import { useSession } from '../session/session';
import { ConflictField, type Side } from './conflict-field';

interface ConflictDialogProps {
  conflict: Conflict;
  isChangedByOthers: (comparison: Comparison) => boolean;
  onClose: () => void;
  /** Called with the paths at which the others' values were chosen. */
  onResolve: (theirs: string[]) => void;
}

/**
 * Resolves a conflict: shows the old value, theirs and yours for each field, and asks for a choice.
 */
export function ConflictDialog({
  conflict,
  isChangedByOthers,
  onClose,
  onResolve,
}: ConflictDialogProps) {
  const { catalog } = useSession();
  const [sides, setSides] = useState<Readonly<Record<string, Side>>>({});
  const overlapping = conflict.fields.filter(({ overlaps }) => overlaps);
  const others = conflict.fields.filter((field) => !field.overlaps && isChangedByOthers(field));
  const undecided = overlapping.filter(({ path }) => !(path in sides)).length;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation(); // React would also submit the contact form, which the dialog is a child of
    onResolve(overlapping.map(({ path }) => path).filter((path) => sides[path] === 'theirs'));
  };
  return (
    <Dialog onClose={onClose} size="xl" title="Someone else changed the same fields">
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm">
            {conflict.unknownBecause === null
              ? 'Your changes are not saved yet. Choose a value for each field.'
              : 'Your changes are not saved yet. It is unknown what others have changed since you started. Choose a value for each field.'}
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
              baseKnown={conflict.unknownBecause === null}
              side={sides[comparison.path]}
              onChoose={(side) => setSides({ ...sides, [comparison.path]: side })}
            />
          ))}
          {others.length > 0 && (
            <Stack gap={2}>
              <Text size="sm" fw={500}>
                Other changes, which will be kept
              </Text>
              {others.map(({ path, latest, changedBy, changedAt }) => (
                <Text size="sm" key={path}>
                  {fieldAt(path, catalog).label}:{' '}
                  {formatValue(fieldAt(path, catalog), latest as Value, catalog)}, by{' '}
                  {actorName(changedBy)}, {changedAt ? formatTime(changedAt) : noValue}
                </Text>
              ))}
            </Stack>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Back to form
            </Button>
            <Button type="submit" disabled={undecided > 0}>
              Save choices
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
