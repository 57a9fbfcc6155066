// Values told to people, in the language of their browser.
import type { ActorPartsFragment, ChangeKind, ChangeSource, LoginType, PropertyType, ViewerRole } from '../gql';
import type { Catalog, Names } from './catalog';
import { type Field, propertyType } from './fields';
import type { Login, PropertyValue, Value } from './values';

/** What stands for no value. */
export const nothing = '–';

const times = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const dates = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' });
const numbers = new Intl.NumberFormat(undefined, { maximumFractionDigits: 20 });
const lists = new Intl.ListFormat(undefined, { type: 'unit', style: 'short' });

/** A point in time. */
export function time(value: string): string {
  const at = new Date(value);
  return Number.isNaN(at.valueOf()) ? value : times.format(at);
}

/** How many. */
export function count(n: number): string {
  return numbers.format(n);
}

/** What a login's type is called. */
export const loginTypes: Record<LoginType, string> = {
  BLANK: 'Plain name',
  EMAIL: 'Email',
  BOUNCED: 'Bounced email',
  GOOGLE: 'Google account',
};

/** What a viewer is by its role. */
export const roles: Record<ViewerRole, string> = { ADMIN: 'Admin', AGENT: 'Agent', CUSTOMER: 'Customer' };

/** What a property's type is called. */
export const propertyTypes: Record<PropertyType, string> = {
  TEXT: 'Text',
  INTEGER: 'Whole number',
  NUMBER: 'Number',
  DATE: 'Date',
  DATETIME: 'Date and time',
  CHOICE: 'Choice',
};

/** What a sort of write did to the contact. */
export const changeKinds: Record<ChangeKind, string> = {
  CREATE: 'Created',
  UPDATE: 'Changed',
  DETAILS: 'Changed',
  DELETE: 'Deleted',
  ERASE: 'Erased',
};

/** The doors that a write comes through. */
export const changeSources: Record<ChangeSource, string> = {
  GRAPHQL: 'GraphQL',
  REST: 'REST',
  ISERVICE: 'iService',
  IMPORT: 'Import',
};

/** Somebody who did something. */
export function who(actor: ActorPartsFragment | null): string {
  if (actor === null) return 'staff'; // customers do not learn who works on their contact
  if (actor.type === 'SYSTEM') return 'the server';
  return actor.name ?? (actor.type === 'CONTACT' ? 'the customer' : `${actor.type} ${actor.id}`);
}

/** A value of a field. */
export function words(field: Field, value: Value, catalog: Catalog): string {
  if (field.kind === 'secret') return '••••••';
  if (value === null || value === '') return nothing;
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (typeof value === 'number') return named(field.kind === 'company' ? catalog.companies : catalog.stores, value);
  if (typeof value === 'string') return field.kind === 'time' ? time(value) : value;
  const type = propertyType(field);
  const entries = value.map((entry) => {
    if (typeof entry === 'number') return named(catalog.segments, entry);
    return 'value' in entry ? propertyValue(entry, type) : login(entry);
  });
  return entries.length === 0 ? nothing : lists.format(entries);
}

function named(names: Names, id: number): string {
  return names.get(id) ?? `#${id}`;
}

function login({ name, type }: Login): string {
  return type === 'BLANK' ? name : `${name} (${loginTypes[type]})`;
}

function propertyValue({ value, description }: PropertyValue, type: PropertyType | undefined): string {
  const text = typed(value, type);
  return description ? `${text} (${description})` : text;
}

function typed(value: string, type: PropertyType | undefined): string {
  switch (type) {
    case 'DATE': {
      const at = new Date(value);
      return Number.isNaN(at.valueOf()) ? value : dates.format(at);
    }
    case 'DATETIME':
      return time(value);
    case 'INTEGER':
      return /^-?\d+$/.test(value) ? numbers.format(BigInt(value)) : value;
    case 'NUMBER': // as far as the browser's numbers reach, so that no digit is lost
      return String(Number(value)) === value ? numbers.format(Number(value)) : value;
    default:
      return value;
  }
}
