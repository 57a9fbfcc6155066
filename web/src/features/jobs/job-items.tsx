import { Anchor, Button, List, Skeleton, Stack, Table, Tabs, Text } from '@mantine/core';
import { useCallback, useState } from 'react';
import { Link } from 'react-router';
import { FaultAlert } from '../../components/fault-alert';
import { fetchUncached, usePages } from '../../components/use-pages';
import {
  type JobAction,
  type JobItemPartsFragment,
  JobItemsDocument,
  type JobOutcome,
  type JobPartsFragment,
} from '../../gql';
import { contactName, formatNumber } from '../../lib/format';
import { FieldChanges } from '../contact-fields/field-changes';
import { fieldAt } from '../contact-fields/fields';
import { useSession } from '../session/session';
import { groupsOf, type ItemGroup, isRunning } from './job-labels';

/** The items of a job, in groups by what they do or have done. */
export function JobItems({ job }: { job: JobPartsFragment }) {
  const groups = groupsOf(job);
  const [chosen, setChosen] = useState<ItemGroup['name']>();
  const group = groups.find(({ name }) => name === chosen) ?? groups[0];
  if (group === undefined || isRunning(job)) return null;
  return (
    <Tabs value={group.name} onChange={(name) => setChosen(name as ItemGroup['name'])}>
      <Tabs.List aria-label="Items">
        {groups.map(({ name, label }) => (
          <Tabs.Tab key={name} value={name}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value={group.name} pt="sm">
        <Items key={`${job.state} ${group.name}`} job={job} group={group} />
      </Tabs.Panel>
    </Tabs>
  );
}

function Items({ job: { id, kind }, group }: { job: JobPartsFragment; group: ItemGroup }) {
  const { name, outcome } = group;
  const { items, loading, error, hasMore, loadMore } = usePages<JobItemPartsFragment>(
    useCallback(
      async (client, after) => {
        const code = name.toUpperCase();
        const selected = outcome
          ? { actions: null, outcomes: [code as JobOutcome] }
          : { actions: [code as JobAction], outcomes: null };
        const data = await fetchUncached(client, JobItemsDocument, { id, after, ...selected });
        const page = data?.job?.items;
        return (
          page && {
            items: page.nodes,
            end: page.pageInfo.endCursor,
            hasMore: page.pageInfo.hasNextPage,
          }
        );
      },
      [id, name, outcome],
    ),
  );
  return (
    <Stack gap="sm">
      <Table.ScrollContainer minWidth={640} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table aria-label={group.label}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={80}>{kind === 'IMPORT' ? 'Row' : 'No.'}</Table.Th>
              <Table.Th w={220}>Contact</Table.Th>
              <Table.Th>What changes, and what is wrong</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {items.map((item) => (
              <Item key={item.number} item={item} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {error !== undefined && (
        <FaultAlert title="The items could not be loaded" error={error} onRetry={loadMore} />
      )}
      {loading && <Skeleton h={48} aria-label="Loading" />}
      {hasMore && !loading && (
        <Button variant="default" onClick={loadMore} w="fit-content">
          Show more
        </Button>
      )}
    </Stack>
  );
}

function Item({ item }: { item: JobItemPartsFragment }) {
  const { catalog } = useSession();
  const { number, contact, contactId, changes, errors } = item;
  return (
    <Table.Tr>
      <Table.Td>{formatNumber(number)}</Table.Td>
      <Table.Td>
        {contact ? (
          <Anchor component={Link} to={`/contacts/${contact.contactId}`} size="sm">
            {contactName(contact)}
          </Anchor>
        ) : (
          contactId !== null && `Contact ${contactId}`
        )}
      </Table.Td>
      <Table.Td>
        <FieldChanges changes={changes} />
        {errors.length > 0 && (
          <List size="sm" listStyleType="none">
            {errors.map(({ path, column, value, message }) => (
              <List.Item key={`${path} ${message}`}>
                <Text size="sm" c="red">
                  {column === null
                    ? path !== null && `${fieldAt(path, catalog).label}: `
                    : `${column}${value === null ? '' : ` “${value}”`}: `}
                  {message}
                </Text>
              </List.Item>
            ))}
          </List>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
