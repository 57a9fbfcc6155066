import { Anchor, Button, Group, Skeleton, Stack, Table, Text } from '@mantine/core';
import { Link } from 'react-router';
import { CommandErrors } from '../../components/command-errors';
import { FaultAlert } from '../../components/fault-alert';
import { ListTable } from '../../components/list-table';
import { NotFound } from '../../components/not-found';
import { Page } from '../../components/page';
import { useCommand } from '../../components/use-command';
import { fetchUncached, type ListQuery, usePages } from '../../components/use-pages';
import {
  type DuplicatePartsFragment,
  type DuplicateReason,
  DuplicatesDocument,
  MarkNotDuplicateDocument,
} from '../../gql';
import { capitalize, contactName, contactPhone, formatList } from '../../lib/format';
import { useRights } from '../contact-fields/rights';

const reasonLabels: Record<DuplicateReason, string> = {
  EMAIL: 'same email address',
  PHONE: 'same phone number',
  EXTERNAL_ID: 'same external ID',
  NAME: 'similar name',
  COMPANY: 'same company',
  POSTCODE: 'same postcode',
  SUBSCRIBER: 'same end of the phone number',
};

const headings = ['Contact', 'May be the same person as', 'Why', 'Score'];

const query: ListQuery<DuplicatePartsFragment> = async (client, after) => {
  const data = await fetchUncached(client, DuplicatesDocument, { after });
  if (!data) return undefined;
  const { nodes, pageInfo } = data.duplicates;
  return { items: nodes, end: pageInfo.endCursor, hasMore: pageInfo.hasNextPage };
};

/** Lists pairs of contacts that may be the same person, for those who may merge contacts. */
export function DuplicatesPage() {
  const { mayMerge } = useRights();
  return mayMerge ? <Pairs /> : <NotFound />;
}

function Pairs() {
  const { items: pairs, loading, error, hasMore, loadMore, remove } = usePages(query);
  const command = useCommand([]);
  const dismiss = async (pair: DuplicatePartsFragment) => {
    const [contactId = '', otherId = ''] = pair.contacts.map(({ id }) => id);
    const input = { contactId, otherId };
    if (await command.run('saved', MarkNotDuplicateDocument, { input }))
      remove((other) => other === pair);
  };
  return (
    <Page title="Duplicates">
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          Contacts that may be the same person, the most likely first. A dismissed pair returns only
          if one of the reasons changes.
        </Text>
        <CommandErrors command={command} />
        {pairs.length > 0 && (
          <ListTable label="Duplicates" headings={headings} minWidth={900}>
            {pairs.map((pair) => (
              <PairRow
                key={pair.contacts.map(({ id }) => id).join(' ')}
                pair={pair}
                busy={command.busy}
                onDismiss={() => dismiss(pair)}
              />
            ))}
          </ListTable>
        )}
        {error !== undefined && (
          <FaultAlert title="The duplicates could not be loaded" error={error} onRetry={loadMore} />
        )}
        {loading && <Skeleton h={48} aria-label="Loading" />}
        {!loading && error === undefined && pairs.length === 0 && <Text>No duplicates found.</Text>}
        {hasMore && !loading && (
          <Button variant="default" onClick={loadMore} w="fit-content">
            Show more
          </Button>
        )}
      </Stack>
    </Page>
  );
}

interface PairRowProps {
  pair: DuplicatePartsFragment;
  busy: boolean;
  onDismiss: () => void;
}

function PairRow({ pair: { contacts, reasons, score }, busy, onDismiss }: PairRowProps) {
  const names = contacts.map(contactName).join(' and ');
  const comparison = new URLSearchParams(contacts.map(({ id }) => ['id', id]));
  return (
    <Table.Tr>
      {contacts.map((contact) => (
        <Table.Td key={contact.id}>
          <Anchor component={Link} to={`/contacts/${contact.contactId}`} size="sm">
            {contactName(contact)}
          </Anchor>
          <Text size="xs" c="dimmed">
            {[contact.email, contactPhone(contact)].filter(Boolean).join(', ')}
          </Text>
        </Table.Td>
      ))}
      <Table.Td>{capitalize(formatList(reasons.map((reason) => reasonLabels[reason])))}</Table.Td>
      <Table.Td>{score}</Table.Td>
      <Table.Td>
        <Group gap={4} justify="flex-end" wrap="nowrap">
          <Button
            size="compact-sm"
            component={Link}
            to={`/contacts/merge?${comparison}`}
            aria-label={`Compare ${names}`}
          >
            Compare
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            disabled={busy}
            onClick={onDismiss}
            aria-label={`Not a duplicate: ${names}`}
          >
            Not a duplicate
          </Button>
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}
