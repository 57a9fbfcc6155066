import { Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Link } from 'react-router';
import { FaultAlert } from '../../components/fault-alert';
import { Page } from '../../components/page';
import { countContacts } from '../../lib/format';
import { BulkSection } from '../bulk/bulk-section';
import { isSelected, toggle, toggleRows } from '../bulk/selection';
import { useSelection } from '../bulk/use-selection';
import { useRights } from '../contact-fields/rights';
import { ExportDialog } from '../export/export-dialog';
import { ContactTable } from './contact-table';
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
  const { rows, total, loading, error, next, loadMore, reload } = useContacts(params);
  const filter = filterOf(params);
  const [selection, select] = useSelection(JSON.stringify(filter));
  const selectable = mayCreate || mayTransfer;
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
      {exporting && <ExportDialog target={{ filter }} total={total} onClose={closeExport} />}
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
          selection={
            selectable
              ? {
                  isSelected: (row) => isSelected(selection, row),
                  onToggle: (index, range) =>
                    select((before) => toggle(before, rows, index, range)),
                  onToggleAll: () => select((before) => toggleRows(before, rows)),
                }
              : undefined
          }
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
        <BulkSection
          selection={selection}
          onSelect={select}
          filter={filter}
          total={total}
          onWritten={reload}
        />
      </Stack>
    </Page>
  );
}
