import { Button, Group, Table, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, useState } from 'react';
import { CommandErrors } from '../../components/command-errors';
import { useCommand } from '../../components/use-command';
import { DeleteUsedDialog } from '../jobs/delete-used-dialog';
import { type CatalogKind, catalogKinds } from './catalog-kinds';
import { CompanyDialog, StoreDialog } from './details-dialogs';

/** The dialogs of the kinds that have more than a name. */
const detailsDialogs = { stores: StoreDialog, companies: CompanyDialog, segments: undefined };

interface CatalogRowProps {
  kind: CatalogKind;
  id: number;
  name: string;
}

/** A store, company or segment in the table. */
export function CatalogRow({ kind, id, name }: CatalogRowProps) {
  const { singular, rename, remove, usage, maxLength } = catalogKinds[kind];
  const command = useCommand();
  const [draft, setDraft] = useState<string>();
  const [confirming, { open, close }] = useDisclosure();
  const [detailed, { open: openDetails, close: closeDetails }] = useDisclosure();
  const DetailsDialog = detailsDialogs[kind];
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await command.run('saved', rename, { id: String(id), name: draft ?? name }))
      setDraft(undefined);
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
                aria-label={`New name for ${name}`}
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
        {!confirming && <CommandErrors command={command} />}
      </Table.Td>
      <Table.Td>
        {draft === undefined && (
          <Group gap={4} justify="flex-end">
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => setDraft(name)}
              aria-label={`Rename ${name}`}
            >
              Rename
            </Button>
            {DetailsDialog && (
              <Button
                size="compact-sm"
                variant="default"
                onClick={openDetails}
                aria-label={`Details of ${name}`}
              >
                Details
              </Button>
            )}
            <Button
              size="compact-sm"
              variant="default"
              onClick={open}
              aria-label={`Delete ${name}`}
            >
              Delete
            </Button>
          </Group>
        )}
        {detailed && DetailsDialog && <DetailsDialog id={id} name={name} onClose={closeDetails} />}
        {confirming && (
          <DeleteUsedDialog
            usage={usage(String(id))}
            title={`Delete ${singular} ${name}?`}
            text={`You can delete a ${singular} only if no contact uses it.`}
            command={command}
            onConfirm={async () =>
              (await command.run('deleted', remove, { id: String(id) })) && close()
            }
            onClose={close}
          />
        )}
      </Table.Td>
    </Table.Tr>
  );
}
