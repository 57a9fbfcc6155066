import { Button, Stack, Text } from '@mantine/core';
import { Link } from 'react-router';
import { FaultNote } from '../../components/fault-alert';
import { Page } from '../../components/page';
import { formatNumber } from '../../lib/format';
import { ContactTable } from './contact-table';
import { Filters } from './filters';
import { orderOf, sortedBy } from './list-params';
import { useContacts } from './use-contacts';
import { useListing } from './use-list-params';

/** All contacts: searched, narrowed, sorted, and scrolled as far as they reach. */
export function ContactsPage() {
  const [listing, change] = useListing();
  const { rows, total, loading, error, next, more } = useContacts(listing);
  return (
    <Page
      title="Contacts"
      actions={
        <Button component={Link} to="/contacts/new">
          New contact
        </Button>
      }
    >
      <Stack gap="sm">
        <Filters listing={listing} onChange={(part) => change((now) => ({ ...now, ...part }))} />
        <Text size="sm" role="status" mih="1.5em">
          {total !== undefined && (total === 1 ? '1 contact' : `${formatNumber(total)} contacts`)}
        </Text>
        <ContactTable
          rows={rows}
          total={total}
          order={orderOf(listing)}
          onSort={(field) => change((now) => sortedBy(now, field))}
          onEnd={next === undefined ? undefined : more}
        />
        {error !== undefined && (
          <FaultNote title="The contacts cannot be listed" error={error} onRetry={() => window.location.reload()} />
        )}
        {loading && <Text c="dimmed">Loading…</Text>}
        {!loading && error === undefined && rows.length === 0 && <Text>No contact matches.</Text>}
      </Stack>
    </Page>
  );
}
