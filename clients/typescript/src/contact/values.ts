// The values of a contact's fields by path, in the form that the change log, errors and conflicts
// use.
import type {
  ContactPartsFragment,
  ContactPatch,
  LoginType,
  SetContactDetailsInput,
  SnapshotPartsFragment,
} from '../generated/documents.js';

/** One value of a property. */
export interface PropertyValue {
  readonly value: string;
  readonly description: string | null;
}

/** A name that a contact signs in with. */
export interface Login {
  readonly name: string;
  readonly type: LoginType;
}

/** The id of a contact in another system. */
export interface ExternalId {
  readonly system: string;
  readonly value: string;
}

/** A value of a field, of a property, of a list, or of the segments, which are numbers. */
export type Value =
  | string
  | number
  | boolean
  | null
  | readonly PropertyValue[]
  | readonly Login[]
  | readonly ExternalId[]
  | readonly number[];

/** Values by path: `email`, `properties.7`, `logins`, `membership`, … */
export type Values = Readonly<Record<string, Value>>;

/** The values of a contact at a version. */
export interface Snapshot {
  readonly version: string;
  readonly values: Values;
}

const PROPERTIES = 'properties.';

/** The path of a property. */
export type PropertyPath = `${typeof PROPERTIES}${number}`;

export function propertyPath(id: number): PropertyPath {
  return `${PROPERTIES}${id}`;
}

/** Returns the number of the property at a path, or undefined for any other path. */
export function propertyIdOf(path: string): number | undefined {
  return path.startsWith(PROPERTIES) ? Number(path.slice(PROPERTIES.length)) : undefined;
}

/** The path of each field that can be written, properties and passwords aside. */
export type FieldPath =
  | Exclude<keyof ContactPatch, 'currentPassword' | 'newPassword' | 'custom'>
  | Exclude<
      keyof SetContactDetailsInput,
      | 'id'
      | 'expectedVersion'
      | 'onConflict'
      | 'properties'
      | 'custom'
      | `add${string}`
      | `remove${string}`
    >;

/** Reads the values of all fields and properties out of a contact, or of one of the past. */
export function snapshotOf(contact: ContactPartsFragment | SnapshotPartsFragment): Snapshot {
  const fields: Record<FieldPath, Value> = {
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
    externalIds: contact.externalIds.map(({ system, value }) => ({ system, value })),
    membership: contact.segments.map(({ segmentId }) => segmentId),
  };
  const values: Record<string, Value> = fields;
  for (const { property, values: list } of contact.properties) {
    values[propertyPath(property.propertyId)] = list.map(({ value, description }) => ({
      value,
      description,
    }));
  }
  return { version: contact.version, values };
}

/** Whether two values of one path look the same to a person: an empty text equals null. */
export function sameValue(a: Value | undefined, b: Value | undefined): boolean {
  return JSON.stringify(normalize(a)) === JSON.stringify(normalize(b));
}

function normalize(value: Value | undefined): unknown {
  if (value === '' || value === undefined) return null;
  if (!Array.isArray(value)) return value;
  if (value.length === 0) return null; // a property that was added after the contact was read has no values yet
  // Logins, external ids and segments have no order; the values of a property have.
  if (value.some((entry) => typeof entry === 'object' && 'description' in entry)) {
    return value.map(({ value, description }) => [value, description || null]);
  }
  return value
    .map((entry) => JSON.stringify(typeof entry === 'object' ? partsOf(entry) : entry))
    .sort();
}

function partsOf(entry: Login | ExternalId): string[] {
  return 'system' in entry ? [entry.system, entry.value] : [entry.name, entry.type];
}
