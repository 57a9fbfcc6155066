import { Button, Group, Table, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useParams } from 'react-router';
import { OutcomeNote } from '../../components/command-errors';
import { NoPage } from '../../components/not-found';
import { Page } from '../../components/page';
import { useCommand } from '../../components/use-command';
import { useSession } from '../session/session';
import { isNoun, type Noun, nouns } from './catalog-kinds';
import { CatalogRow } from './catalog-row';

/** Stores, companies or segments: to add, to rename and to delete. */
export function CatalogPage() {
  const { noun } = useParams();
  return isNoun(noun) ? <NounPage key={noun} noun={noun} /> : <NoPage />;
}

function NounPage({ noun }: { noun: Noun }) {
  const { catalog } = useSession();
  const { title, one, create, maxLength } = nouns[noun];
  const command = useCommand();
  const [name, setName] = useState('');
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await command.run(create, { name })) setName('');
  };
  return (
    <Page title={title}>
      <form onSubmit={submit} aria-label={`New ${one}`}>
        <Group align="end" gap="xs">
          <TextInput
            label={`New ${one}`}
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
      <OutcomeNote command={command} />
      {catalog[noun].size === 0 ? (
        <Text>There is none yet.</Text>
      ) : (
        <Table maw={640} aria-label={title}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={80}>Number</Table.Th>
              <Table.Th>Name</Table.Th>
              <Table.Th>
                <span className="unseen">Actions</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {[...catalog[noun]].map(([id, text]) => (
              <CatalogRow key={id} noun={noun} id={id} name={text} />
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Page>
  );
}
