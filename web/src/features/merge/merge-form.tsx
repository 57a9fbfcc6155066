import { Button, Group, Stack, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useNavigate } from 'react-router';
import { ChoiceOption } from '../../components/choice-option';
import classes from '../../components/choices.module.css';
import { CommandErrors } from '../../components/command-errors';
import { ConfirmDialog } from '../../components/confirm-dialog';
import { useCommand } from '../../components/use-command';
import {
  MergeContactsDocument,
  type MergeContactsMutation,
  type MergeContactsPageQuery,
} from '../../gql';
import { contactName, formatTime } from '../../lib/format';
import { FieldChanges } from '../contact-fields/field-changes';
import { useRights } from '../contact-fields/rights';
import { useSession } from '../session/session';
import { MergeField, twoColumns } from './merge-field';
import { mergeRows, type Place } from './merge-rows';

type Member = NonNullable<MergeContactsPageQuery['first']>;
type Plan = NonNullable<MergeContactsMutation['done']>;

const places: Place[] = [0, 1];

/** Merges two contacts: asks which one stays, and which values it gets. */
export function MergeForm({ pair }: { pair: readonly [Member, Member] }) {
  const { catalog } = useSession();
  const { mayRead } = useRights();
  const navigate = useNavigate();
  const command = useCommand([]);
  const [survivor, setSurvivor] = useState<Place>(0);
  const [choices, setChoices] = useState<Readonly<Record<string, Place>>>({});
  const [plan, setPlan] = useState<Plan>();
  const rows = mergeRows(pair, catalog, mayRead);
  const names = [
    `${contactName(pair[0])} (${pair[0].contactId})`,
    `${contactName(pair[1])} (${pair[1].contactId})`,
  ] as const;
  const [into, from] = survivor === 0 ? pair : [pair[1], pair[0]];
  const run = (dryRun: boolean) =>
    command.run('merged', MergeContactsDocument, {
      input: {
        into: into.id,
        expectedVersion: into.version,
        from: [{ id: from.id, expectedVersion: from.version }],
        choose: rows
          .filter(({ joined, field }) => !joined && field.path in choices)
          .map(({ field: { path } }) => ({ path, contactId: pair[choices[path] ?? 0].id })),
        dryRun,
      },
    });
  const preview = async (event: FormEvent) => {
    event.preventDefault();
    setPlan(await run(true));
  };
  const merge = async () => {
    if (await run(false)) navigate(`/contacts/${into.contactId}`);
  };
  return (
    <form onSubmit={preview} aria-label="Merge">
      <Stack>
        <fieldset className={classes.field} style={twoColumns}>
          <legend>Contact that stays, with its ID</legend>
          {places.map((place) => (
            <ChoiceOption
              key={place}
              name="survivor"
              label=""
              text={names[place]}
              author={`Registered ${formatTime(pair[place].registrationDateTime)}`}
              checked={survivor === place}
              onChange={() => setSurvivor(place)}
            />
          ))}
        </fieldset>
        {rows.length === 0 && <Text size="sm">Both have the same values.</Text>}
        {rows.map((row) => (
          <MergeField
            key={row.field.path}
            row={row}
            names={names}
            chosen={choices[row.field.path] ?? row.preferred(survivor)}
            onChoose={(place) => setChoices({ ...choices, [row.field.path]: place })}
          />
        ))}
        {!plan && <CommandErrors command={command} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={() => navigate(-1)}>
            Cancel
          </Button>
          <Button type="submit" loading={command.busy && !plan}>
            Preview
          </Button>
        </Group>
      </Stack>
      {plan && (
        <ConfirmDialog
          title={`Merge ${contactName(from)} into ${contactName(into)}?`}
          text={`Contact ${from.contactId} will be deleted, and its sessions end. Contact ${into.contactId} stays${plan.fields.length > 0 ? ' and gets:' : ' as it is.'}`}
          confirmLabel="Merge"
          command={command}
          onConfirm={merge}
          onClose={() => setPlan(undefined)}
        >
          <FieldChanges changes={plan.fields} />
          <Text size="sm" c="dimmed">
            You can undo this in the history of contact {into.contactId}.
          </Text>
        </ConfirmDialog>
      )}
    </form>
  );
}
