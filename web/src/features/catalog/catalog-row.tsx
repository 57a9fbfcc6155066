import { Button, Group, Table, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, useState } from 'react';
import { OutcomeNote } from '../../components/command-errors';
import { ConfirmDialog } from '../../components/confirm-dialog';
import { useCommand } from '../../components/use-command';
import { type Noun, nouns } from './catalog-kinds';

interface CatalogRowProps {
  noun: Noun;
  id: number;
  name: string;
}

/** One of the catalogue's things. */
export function CatalogRow({ noun, id, name }: CatalogRowProps) {
  const { one, rename, remove, maxLength } = nouns[noun];
  const command = useCommand();
  const [draft, setDraft] = useState<string>();
  const [asking, { open, close }] = useDisclosure();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await command.run(rename, { id: String(id), name: draft ?? name })) setDraft(undefined);
  };
  return (
    <Table.Tr>
      <Table.Td>{id}</Table.Td>
      <Table.Td>
        {draft === undefined ? (
          name
        ) : (
          <form onSubmit={submit} aria-label={`Rename ${name}`}>
            <Group gap={4}>
              <TextInput
                aria-label={`New name of ${name}`}
                value={draft}
                maxLength={maxLength}
                onChange={({ currentTarget }) => setDraft(currentTarget.value)}
                data-autofocus
                ref={(input) => input?.focus()}
              />
              <Button type="submit" size="xs" loading={command.busy}>
                Save
              </Button>
              <Button size="xs" variant="default" onClick={() => setDraft(undefined)}>
                Cancel
              </Button>
            </Group>
          </form>
        )}
        {!asking && <OutcomeNote command={command} />}
      </Table.Td>
      <Table.Td>
        {draft === undefined && (
          <Group gap={4} justify="flex-end">
            <Button size="compact-sm" variant="default" onClick={() => setDraft(name)} aria-label={`Rename ${name}`}>
              Rename
            </Button>
            <Button size="compact-sm" variant="default" onClick={open} aria-label={`Delete ${name}`}>
              Delete
            </Button>
          </Group>
        )}
        {asking && (
          <ConfirmDialog
            title={`Delete the ${one} ${name}?`}
            text="That is only done if no contact refers to it."
            command={command}
            onConfirm={async () => (await command.run(remove, { id: String(id) })) && close()}
            onClose={close}
          />
        )}
      </Table.Td>
    </Table.Tr>
  );
}
