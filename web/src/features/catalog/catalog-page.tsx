import { Button, Group, Table, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useParams } from 'react-router';
import { CommandErrors } from '../../components/command-errors';
import { NotFound } from '../../components/not-found';
import { Page } from '../../components/page';
import { useCommand } from '../../components/use-command';
import { useSession } from '../session/session';
import { type CatalogKind, catalogKinds, isCatalogKind } from './catalog-kinds';
import { CatalogRow } from './catalog-row';

/** Adds, renames and deletes stores, companies or segments. */
export function CatalogPage() {
  const { kind } = useParams();
  return isCatalogKind(kind) ? <KindPage key={kind} kind={kind} /> : <NotFound />;
}

function KindPage({ kind }: { kind: CatalogKind }) {
  const { catalog } = useSession();
  const { title, singular, create, maxLength } = catalogKinds[kind];
  const command = useCommand();
  const [name, setName] = useState('');
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await command.run('created', create, { name })) setName('');
  };
  return (
    <Page title={title}>
      <form onSubmit={submit} aria-label={`New ${singular}`}>
        <Group align="end" gap="xs">
          <TextInput
            label={`New ${singular}`}
            placeholder="Name"
            maxLength={maxLength}
            value={name}
            onChange={({ currentTarget }) => setName(currentTarget.value)}
            required
            withAsterisk={false}
          />
          <Button type="submit" loading={command.busy}>
            Add
          </Button>
        </Group>
      </form>
      <CommandErrors command={command} />
      {catalog[kind].size === 0 ? (
        <Text>No {kind} yet.</Text>
      ) : (
        <Table maw={640} aria-label={title}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={80}>ID</Table.Th>
              <Table.Th>Name</Table.Th>
              <Table.Th>
                <span className="visually-hidden">Actions</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {[...catalog[kind]].map(([id, itemName]) => (
              <CatalogRow key={id} kind={kind} id={id} name={itemName} />
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Page>
  );
}
