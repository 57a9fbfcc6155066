import { useState } from 'react';
import type { ContactFilter } from '../../gql';
import { useRights } from '../contact-fields/rights';
import { ExportDialog } from '../export/export-dialog';
import type { Target } from '../export/target';
import type { BulkAction } from './bulk-actions';
import { BulkBar } from './bulk-bar';
import { BulkDialog } from './bulk-dialog';
import { countOf, nothing, type Selection, targetOf } from './selection';

interface BulkSectionProps {
  selection: Selection;
  onSelect: (change: (before: Selection) => Selection) => void;
  filter: ContactFilter;
  /** The number of contacts that match the filter; undefined until they are counted. */
  total: number | undefined;
  /** Called when contacts were written. */
  onWritten: () => void;
}

/** A dialog that is open, with the contacts that it is about. */
interface Opened {
  action: BulkAction | 'export';
  target: Target;
  count: number;
}

/** What can be done with the selected contacts. It shows nothing while none are selected. */
export function BulkSection({ selection, onSelect, filter, total, onWritten }: BulkSectionProps) {
  const { mayTransfer } = useRights();
  const [opened, setOpened] = useState<Opened>();
  const count = countOf(selection, total ?? selection.ids.size);
  const open = (action: Opened['action']) =>
    setOpened({ action, target: targetOf(selection, filter), count });
  const close = () => setOpened(undefined);
  return (
    <>
      {count > 0 && (
        <BulkBar
          count={count}
          total={total ?? count}
          onSelectAll={() => onSelect(() => ({ ...nothing, all: true }))}
          onClear={() => onSelect(() => nothing)}
          onAction={open}
          mergePath={mergePathOf(selection)}
          onExport={mayTransfer ? () => open('export') : undefined}
        />
      )}
      {opened?.action === 'export' && (
        <ExportDialog target={opened.target} total={opened.count} onClose={close} />
      )}
      {opened && opened.action !== 'export' && (
        <BulkDialog
          action={opened.action}
          target={opened.target}
          count={opened.count}
          onWritten={() => {
            if (opened.action === 'delete') onSelect(() => nothing);
            onWritten();
          }}
          onClose={close}
        />
      )}
    </>
  );
}

/** The path of the page that merges two selected contacts. */
function mergePathOf({ all, ids }: Selection): string | undefined {
  if (all || ids.size !== 2) return undefined;
  return `/contacts/merge?${new URLSearchParams([...ids].map((id) => ['id', id]))}`;
}
