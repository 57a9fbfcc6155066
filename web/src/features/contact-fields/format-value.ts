// Formats the values of a contact's fields for people.
import type { Login, PropertyValue, Value } from 'contactgraph-client';
import type { PropertyType } from '../../gql';
import type { Catalog, Names } from '../../lib/catalog';
import {
  formatDate,
  formatList,
  formatNumber,
  formatTime,
  loginTypeLabels,
  noValue,
} from '../../lib/format';
import { type Field, propertyType } from './fields';

/** Formats a value of a field. */
export function formatValue(field: Field, value: Value, catalog: Catalog): string {
  if (field.kind === 'secret') return '••••••';
  if (value === null || value === '') return noValue;
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (typeof value === 'number')
    return nameOrNumber(field.kind === 'company' ? catalog.companies : catalog.stores, value);
  if (typeof value === 'string') return field.kind === 'time' ? formatTime(value) : value;
  const type = propertyType(field);
  const entries = value.map((entry) => {
    if (typeof entry === 'number') return nameOrNumber(catalog.segments, entry);
    if ('system' in entry) return `${entry.value} (${entry.system})`;
    return 'value' in entry ? formatPropertyValue(entry, type) : formatLogin(entry);
  });
  return entries.length === 0 ? noValue : formatList(entries);
}

function nameOrNumber(names: Names, id: number): string {
  return names.get(id) ?? `#${id}`;
}

function formatLogin({ name, type }: Login): string {
  return type === 'BLANK' ? name : `${name} (${loginTypeLabels[type]})`;
}

function formatPropertyValue(
  { value, description }: PropertyValue,
  type: PropertyType | undefined,
): string {
  const text = formatTyped(value, type);
  return description ? `${text} (${description})` : text;
}

function formatTyped(value: string, type: PropertyType | undefined): string {
  switch (type) {
    case 'DATE':
      return formatDate(value);
    case 'DATETIME':
      return formatTime(value);
    case 'INTEGER':
      return /^-?\d+$/.test(value) ? formatNumber(BigInt(value)) : value;
    case 'NUMBER': // only if the browser's numbers represent it exactly, so that no digit is lost
      return String(Number(value)) === value ? formatNumber(Number(value)) : value;
    default:
      return value;
  }
}
