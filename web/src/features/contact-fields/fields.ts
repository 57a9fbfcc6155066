// The fields of a contact, in the order in which they are shown. The form, conflicts and the
// history use these tables.
//
// The generated types keep the tables complete: a field that the API accepts or that
// contact.graphql selects must have an entry with a label and a kind, or the code does
// not compile.
import { type PropertyPath, propertyIdOf, propertyPath } from 'contactgraph-client';
import type {
  ContactPartsFragment,
  ContactPatch,
  CreateContactInput,
  PropertyPartsFragment,
  PropertyType,
  SetContactDetailsInput,
} from '../../gql';
import type { Catalog } from '../../lib/catalog';
import type { ValueOfKind } from './values';

/**
 * A field that can be shown. Its kind chooses the editor and the format; of a property it is the
 * property.
 */
export interface Field {
  path: string;
  label: string;
  kind: keyof ValueOfKind | 'secret' | PropertyPartsFragment;
}

/** A field that the form has. */
export interface EditableField extends Field {
  path: FieldPath | PropertyPath;
  kind: keyof ValueOfKind | PropertyPartsFragment;
}

/** The logins, external ids and segments, which are written together with the properties. */
type DetailPath = Exclude<
  keyof SetContactDetailsInput,
  | 'id'
  | 'expectedVersion'
  | 'onConflict'
  | 'properties'
  | 'custom'
  | `add${string}`
  | `remove${string}`
>;

/** What contact.graphql selects, by path. */
type Selection = Omit<
  ContactPartsFragment,
  'id' | 'contactId' | 'version' | 'lastModified' | 'properties'
>;

/** The paths of the objects that a contact refers to. */
interface PathOfReference {
  preferredStore: 'preferredStoreId';
  company: 'companyId';
  segments: 'membership';
}

type SelectedPath = {
  [K in keyof Selection]: K extends keyof PathOfReference ? PathOfReference[K] : K;
}[keyof Selection];

/** The path of each field that the form has, properties aside. */
export type FieldPath =
  | Exclude<keyof ContactPatch, 'currentPassword' | 'newPassword' | 'custom'>
  | SelectedPath
  | DetailPath;

interface TableEntry {
  label: string;
  kind: keyof ValueOfKind;
}

const ownTable: Record<Exclude<FieldPath, DetailPath>, TableEntry> = {
  firstName: { label: 'First name', kind: 'text' },
  lastName: { label: 'Last name', kind: 'text' },
  email: { label: 'Email', kind: 'email' },
  phoneCountryCode: {
    label: 'Country code',
    kind: 'text',
  },
  phone: { label: 'Phone', kind: 'phone' },
  preferredStoreId: {
    label: 'Preferred store',
    kind: 'store',
  },
  companyId: {
    label: 'Company',
    kind: 'company',
  },
  latestPermissionSource: {
    label: 'Permission source',
    kind: 'text',
  },
  limitMailsPermanently: {
    label: 'No marketing email',
    kind: 'checkbox',
  },
  limitMailsTemporarilyUntil: {
    label: 'No marketing email until',
    kind: 'time',
  },
};

const detailTable: Record<DetailPath, TableEntry> = {
  logins: {
    label: 'Logins',
    kind: 'logins',
  },
  externalIds: { label: 'External IDs', kind: 'externalIds' },
  membership: { label: 'Segments', kind: 'segments' },
};

/** The path of each field that the form has, properties aside. */
export const fieldPaths = Object.keys({ ...ownTable, ...detailTable }) as FieldPath[];

// Fields that only the history and conflicts show.
type RegistrationPath =
  | Exclude<keyof CreateContactInput, 'set' | 'properties' | DetailPath>
  | 'registrationDateTime';

const historyTable: Record<RegistrationPath | 'password' | 'secret', Omit<Field, 'path'>> = {
  password: { label: 'Password', kind: 'secret' },
  secret: { label: 'Secret', kind: 'secret' },
  registrationDateTime: { label: 'Registered', kind: 'time' },
  registrationSource: { label: 'Registration source', kind: 'text' },
  registrationIp: { label: 'Registration IP address', kind: 'text' },
  registrationStoreId: { label: 'Registration store', kind: 'store' },
};

/** The paths that roles can hide, but no write changes. */
export const registrationPaths = [
  'secret',
  'registrationSource',
  'registrationIp',
  'registrationStoreId',
] as const satisfies readonly (keyof typeof historyTable)[];

/** A path of a contact that a role can limit. */
export type ContactPath =
  | FieldPath
  | PropertyPath
  | 'password'
  | (typeof registrationPaths)[number];

function fieldsOf<P extends string, E extends Omit<Field, 'path'>>(table: Record<P, E>) {
  return (Object.keys(table) as P[]).map((path) => ({
    path,
    label: table[path].label,
    kind: table[path].kind as E['kind'],
  }));
}

const ownFields: readonly EditableField[] = fieldsOf(ownTable);
const detailFields: readonly EditableField[] = fieldsOf(detailTable);

const fieldByPath: ReadonlyMap<string, Field> = new Map(
  [...ownFields, ...detailFields, ...fieldsOf(historyTable)].map((field) => [field.path, field]),
);

function propertyField(property: PropertyPartsFragment): EditableField {
  return { path: propertyPath(property.propertyId), label: property.name, kind: property };
}

/** A group of fields in the form. */
export interface Section {
  legend: string;
  fields: readonly EditableField[];
  columns: number;
}

/**
 * The form's sections, with the fields whose paths it shows. A property that is an alias of a field
 * has no value of its own and is left out.
 */
export function formSections(catalog: Catalog, shows: (path: ContactPath) => boolean): Section[] {
  const properties = [...catalog.properties.values()]
    .filter(({ boundTo }) => boundTo === null)
    .map(propertyField);
  return [
    { legend: 'Details', fields: ownFields, columns: 2 },
    { legend: 'Properties', fields: properties, columns: 2 },
    { legend: 'Sign-in, other systems and segments', fields: detailFields, columns: 1 },
  ]
    .map((section) => ({ ...section, fields: section.fields.filter(({ path }) => shows(path)) }))
    .filter(({ fields }) => fields.length > 0);
}

/** Sorts paths as the fields are in the form, the properties after the contact's own fields. */
export function inFormOrder(paths: readonly string[]): string[] {
  const order = [...fieldByPath.keys()];
  const place = (path: string) =>
    propertyIdOf(path) === undefined ? order.indexOf(path) : ownFields.length - 0.5;
  return paths.toSorted((a, b) => place(a) - place(b));
}

/**
 * Returns the field at a path. An unknown field and a deleted property have their path as the
 * label.
 */
export function fieldAt(path: string, catalog: Catalog): Field {
  const property = catalog.properties.get(propertyIdOf(path) ?? 0);
  if (property) return propertyField(property);
  return fieldByPath.get(path) ?? { path, label: path, kind: 'text' };
}

/** Returns the type of a property's values, or undefined if the field is not a property. */
export function propertyType({ kind }: Field): PropertyType | undefined {
  return typeof kind === 'object' ? kind.type : undefined;
}
