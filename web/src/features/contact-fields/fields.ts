// The fields of a contact, in the order in which they are shown. Forms, conflicts and the history go by this list.
import type { PropertyPartsFragment, PropertyType } from '../../gql';
import type { Catalog } from '../../lib/catalog';
import { propertyOf, propertyPath } from './values';

/** What a value looks like, which decides about its editor and how it is told. */
export type Kind =
  | 'text'
  | 'email'
  | 'phone'
  | 'checkbox'
  | 'time'
  | 'store'
  | 'company'
  | 'logins'
  | 'segments'
  | 'secret'
  | PropertyPartsFragment;

/** One of a contact's fields. */
export interface Field {
  path: string;
  label: string;
  kind: Kind;
}

/** The contact's own fields. */
export const ownFields: readonly Field[] = [
  { path: 'firstName', label: 'First name', kind: 'text' },
  { path: 'lastName', label: 'Last name', kind: 'text' },
  { path: 'email', label: 'Email', kind: 'email' },
  { path: 'phoneCountryCode', label: 'Country code', kind: 'text' },
  { path: 'phone', label: 'Phone', kind: 'phone' },
  { path: 'preferredStoreId', label: 'Preferred store', kind: 'store' },
  { path: 'companyId', label: 'Company', kind: 'company' },
  { path: 'latestPermissionSource', label: 'Permission source', kind: 'text' },
  { path: 'limitMailsPermanently', label: 'No mails at all', kind: 'checkbox' },
  { path: 'limitMailsTemporarilyUntil', label: 'No mails until', kind: 'time' },
];

export const loginsField: Field = { path: 'logins', label: 'Logins', kind: 'logins' };
export const segmentsField: Field = { path: 'membership', label: 'Segments', kind: 'segments' };

// What only the history and conflicts speak of.
const others: readonly Field[] = [
  loginsField,
  segmentsField,
  { path: 'password', label: 'Password', kind: 'secret' },
  { path: 'secret', label: 'Secret', kind: 'secret' },
  { path: 'registrationDateTime', label: 'Registered', kind: 'time' },
  { path: 'registrationSource', label: 'Registration source', kind: 'text' },
  { path: 'registrationIp', label: 'Registration address', kind: 'text' },
  { path: 'registrationStoreId', label: 'Registered by', kind: 'store' },
];

const known: ReadonlyMap<string, Field> = new Map([...ownFields, ...others].map((field) => [field.path, field]));

/** The field of a property. */
function propertyField(property: PropertyPartsFragment): Field {
  return { path: propertyPath(property.propertyId), label: property.name, kind: property };
}

/** The properties that have values of their own: one that is another name for a field is shown as that field. */
export function propertyFields(catalog: Catalog): Field[] {
  return [...catalog.properties.values()].filter(({ boundTo }) => boundTo === null).map(propertyField);
}

/** The field that a path is about. One that this console does not know, or that is gone, is shown by its path. */
export function fieldAt(path: string, catalog: Catalog): Field {
  const property = catalog.properties.get(propertyOf(path) ?? 0);
  if (property) return propertyField(property);
  return known.get(path) ?? { path, label: path, kind: 'text' };
}

/** The type of a property's values; undefined if the field is no property. */
export function propertyType({ kind }: Field): PropertyType | undefined {
  return typeof kind === 'object' ? kind.type : undefined;
}
