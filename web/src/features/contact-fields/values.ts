// A contact as values by path: the form in which the change log, errors and conflicts speak of it, and in which the console edits it.
import type { ContactPartsFragment, LoginType } from '../../gql';

/** One value of a property. */
export interface PropertyValue {
  value: string;
  description: string | null;
}

/** A name that a contact signs in with. */
export interface Login {
  name: string;
  type: LoginType;
}

/** A value as the change log has it. */
export type Value = null | string | boolean | number | readonly PropertyValue[] | readonly Login[] | readonly number[];

/** Values by path: `email`, `properties.7`, `logins`, `membership`, … */
export type Values = Readonly<Record<string, Value>>;

/** The values of a contact at a version. */
export interface Snapshot {
  version: string;
  values: Values;
}

const PROPERTIES = 'properties.';

/** The path of a property. */
export function propertyPath(id: number): string {
  return `${PROPERTIES}${id}`;
}

/** The property that a path is about; undefined if it is about none. */
export function propertyOf(path: string): number | undefined {
  return path.startsWith(PROPERTIES) ? Number(path.slice(PROPERTIES.length)) : undefined;
}

/** Takes the values out of a contact. */
export function snapshotOf(contact: ContactPartsFragment): Snapshot {
  const values: Record<string, Value> = {
    email: contact.email,
    phoneCountryCode: contact.phoneCountryCode,
    phone: contact.phone,
    firstName: contact.firstName,
    lastName: contact.lastName,
    limitMailsPermanently: contact.limitMailsPermanently,
    limitMailsTemporarilyUntil: contact.limitMailsTemporarilyUntil,
    preferredStoreId: contact.preferredStore?.storeId ?? null,
    companyId: contact.company?.companyId ?? null,
    latestPermissionSource: contact.latestPermissionSource,
    logins: contact.logins.map(({ name, type }) => ({ name, type })),
    membership: contact.segments.map(({ segmentId }) => segmentId),
  };
  for (const { property, values: list } of contact.properties) {
    values[propertyPath(property.propertyId)] = list.map(({ value, description }) => ({ value, description }));
  }
  return { version: contact.version, values };
}

/** Whether two values of one path are the same to a person: blank is as good as null. */
export function same(a: Value | undefined, b: Value | undefined): boolean {
  return JSON.stringify(plain(a)) === JSON.stringify(plain(b));
}

function plain(value: Value | undefined): unknown {
  if (value === '' || value === undefined) return null;
  if (!Array.isArray(value)) return value;
  if (value.length === 0) return null; // a property that is newer than the contact that was read has no values yet
  // Neither logins nor segments have an order; the values of a property have.
  if (value.some((entry) => typeof entry === 'object' && 'value' in entry)) {
    return value.map(({ value, description }) => [value, description || null]);
  }
  return value.map((entry) => JSON.stringify(typeof entry === 'object' ? [entry.name, entry.type] : entry)).sort();
}
