import { Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Link } from 'react-router';
import { FaultAlert } from '../../components/fault-alert';
import { Page } from '../../components/page';
import { countContacts } from '../../lib/format';
import { useRights } from '../contact-fields/rights';
import { ContactTable } from './contact-table';
import { ExportDialog } from './export-dialog';
import { Filters } from './filters';
import { filterOf, orderOf, sortBy } from './list-params';
import { NoContacts } from './no-contacts';
import { useContacts } from './use-contacts';
import { useListParams } from './use-list-params';

/** The list of contacts, with search, filters and sorting. */
export function ContactsPage() {
  const { mayCreate, mayTransfer } = useRights();
  const [exporting, { open: openExport, close: closeExport }] = useDisclosure();
  const [params, update] = useListParams();
  const { rows, total, loading, error, next, loadMore } = useContacts(params);
  return (
    <Page
      title="Contacts"
      actions={
        <Group gap="xs">
          {mayTransfer && (
            <Button variant="default" onClick={openExport} disabled={total === 0}>
              Export
            </Button>
          )}
          {mayCreate && (
            <Button component={Link} to="/contacts/new">
              New contact
            </Button>
          )}
        </Group>
      }
    >
      {exporting && <ExportDialog filter={filterOf(params)} total={total} onClose={closeExport} />}
      <Stack gap="sm">
        <Filters
          params={params}
          onChange={(part) => update((latest) => ({ ...latest, ...part }))}
        />
        <Text size="sm" role="status" mih="1.5em">
          {total !== undefined && countContacts(total)}
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
