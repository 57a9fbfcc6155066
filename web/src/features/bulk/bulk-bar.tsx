import { Button, Menu } from '@mantine/core';
import { Link } from 'react-router';
import { FormBar } from '../../components/form-bar';
import { countContacts, formatNumber } from '../../lib/format';
import { useRights } from '../contact-fields/rights';
import { type BulkAction, type BulkChange, bulkChanges } from './bulk-actions';

interface BulkBarProps {
  /** How many contacts are selected. */
  count: number;
  /** How many contacts match the filter. */
  total: number;
  onSelectAll: () => void;
  onClear: () => void;
  onAction: (action: BulkAction) => void;
  /** Undefined if the viewer may not export the selected contacts. */
  onExport: (() => void) | undefined;
  /** The path of the page that merges the selected contacts; undefined unless there are two. */
  mergePath: string | undefined;
}

/** The number of selected contacts, and what can be done with them. */
export function BulkBar({
  count,
  total,
  onSelectAll,
  onClear,
  onAction,
  onExport,
  mergePath,
}: BulkBarProps) {
  const { mayWrite, mayRemove, mayMerge } = useRights();
  const changes = (Object.keys(bulkChanges) as BulkChange[]).filter((change) =>
    mayWrite(bulkChanges[change].path),
  );
  return (
    <FormBar status={`${countContacts(count)} selected`}>
      {count < total && (
        <Button variant="default" onClick={onSelectAll}>
          Select all {formatNumber(total)} that match
        </Button>
      )}
      <Button variant="default" onClick={onClear}>
        Clear selection
      </Button>
      {onExport && (
        <Button variant="default" onClick={onExport}>
          Export selected
        </Button>
      )}
      {mayMerge && mergePath && (
        <Button variant="default" component={Link} to={mergePath}>
          Merge
        </Button>
      )}
      {mayRemove && (
        <Button variant="default" onClick={() => onAction('delete')}>
          Delete
        </Button>
      )}
      {changes.length > 0 && (
        <Menu position="top-end" withinPortal>
          <Menu.Target>
            <Button>Change</Button>
          </Menu.Target>
          <Menu.Dropdown>
            {changes.map((change) => (
              <Menu.Item key={change} onClick={() => onAction(change)}>
                {bulkChanges[change].label}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </FormBar>
  );
}
