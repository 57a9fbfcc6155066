import { Button, Stack, Text } from '@mantine/core';
import { Link } from 'react-router';
import { FaultAlert } from '../../components/fault-alert';
import { Page } from '../../components/page';
import { formatNumber } from '../../lib/format';
import { useRights } from '../contact-fields/rights';
import { ContactTable } from './contact-table';
import { Filters } from './filters';
import { orderOf, sortBy } from './list-params';
import { NoContacts } from './no-contacts';
import { useContacts } from './use-contacts';
import { useListParams } from './use-list-params';

/** The list of contacts, with search, filters and sorting. */
export function ContactsPage() {
  const { mayCreate } = useRights();
  const [params, update] = useListParams();
  const { rows, total, loading, error, next, loadMore } = useContacts(params);
  return (
    <Page
      title="Contacts"
      actions={
        mayCreate && (
          <Button component={Link} to="/contacts/new">
            New contact
          </Button>
        )
      }
    >
      <Stack gap="sm">
        <Filters
          params={params}
          onChange={(part) => update((latest) => ({ ...latest, ...part }))}
        />
        <Text size="sm" role="status" mih="1.5em">
          {total !== undefined && (total === 1 ? '1 contact' : `${formatNumber(total)} contacts`)}
        </Text>
        <ContactTable
          rows={rows}
          total={total}
          order={orderOf(params)}
          onSort={(field) => update((latest) => sortBy(latest, field))}
          onEnd={next === undefined ? undefined : loadMore}
        />
        {error !== undefined && (
          <FaultAlert
            title="The contacts could not be loaded"
            error={error}
            onRetry={() => window.location.reload()}
          />
        )}
        {loading && <Text c="dimmed">Loading…</Text>}
        {!loading && error === undefined && rows.length === 0 && <NoContacts params={params} />}
      </Stack>
    </Page>
  );
}
