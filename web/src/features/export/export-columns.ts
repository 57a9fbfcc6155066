// What an export can have, and the address that downloads it: see docs/export.md.
import type { Catalog } from '../../lib/catalog';
import {
  type ContactPath,
  fieldAt,
  formSections,
  registrationPaths,
} from '../contact-fields/fields';
import type { Rights } from '../contact-fields/rights';
import type { Target } from './target';

/** The formats, with their labels and whether their columns can be chosen. */
export const exportFormats = {
  csv: { label: 'CSV, for spreadsheets', columns: true },
  ndjson: { label: 'JSON, one contact on each line', columns: true },
  vcard: { label: 'vCard, for address books', columns: false },
} as const;

export type ExportFormat = keyof typeof exportFormats;

/** A column with its label. */
interface ExportColumn {
  /** The path that the server takes. */
  value: string;
  label: string;
}

/** The columns that the viewer may read, in the order of the form. */
export function exportColumns(
  catalog: Catalog,
  mayRead: Rights['mayRead'],
  isAdmin: boolean,
): ExportColumn[] {
  const readable = (path: ContactPath) => mayRead(path) && (path !== 'secret' || isAdmin);
  return [
    { value: 'contactId', label: 'ID' },
    ...formSections(catalog, mayRead).flatMap(({ fields }) => fields.map(column)),
    ...['registrationDateTime' as const, ...registrationPaths.filter(readable)].map((path) =>
      column(fieldAt(path, catalog)),
    ),
    { value: 'lastModified', label: 'Last changed' },
    { value: 'version', label: 'Version' },
  ];
}

function column({ path, label }: { path: string; label: string }): ExportColumn {
  return { value: path, label };
}

/** What to export. */
export interface ExportChoice {
  format: ExportFormat;
  /** None for all. */
  columns: readonly string[];
}

/** The address that downloads contacts. */
export function exportAddress({ format, columns }: ExportChoice, target: Target): string {
  const query = new URLSearchParams({ format });
  if ('ids' in target) query.set('ids', target.ids.join(','));
  else if (!isAll(target)) query.set('filter', JSON.stringify(target.filter));
  if (exportFormats[format].columns && columns.length > 0) query.set('columns', columns.join(','));
  if (format === 'csv') query.set('bom', 'true'); // or Excel takes it for another encoding
  return `/exports/contacts?${query}`;
}

/** Whether these are all contacts of the account. */
export function isAll(target: Target): boolean {
  return 'filter' in target && Object.keys(target.filter).length === 0;
}
