// Values told to people, in the language of their browser.
import type { ActorPartsFragment, ChangeKind, ChangeSource, LoginType, PropertyType, ViewerRole } from '../gql';

/** What stands for no value. */
export const noValue = '–';

const times = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const dates = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' });
const numbers = new Intl.NumberFormat(undefined, { maximumFractionDigits: 20 });
const lists = new Intl.ListFormat(undefined, { type: 'unit', style: 'short' });

/** A point in time. */
export function formatTime(value: string): string {
  const at = new Date(value);
  return Number.isNaN(at.valueOf()) ? value : times.format(at);
}

/** A date, YYYY-MM-DD. */
export function formatDate(value: string): string {
  const at = new Date(value);
  return Number.isNaN(at.valueOf()) ? value : dates.format(at);
}

/** A list of texts. */
export function formatList(texts: readonly string[]): string {
  return lists.format(texts);
}

/** A number. */
export function formatNumber(n: number | bigint): string {
  return numbers.format(n);
}

/** What a login's type is called. */
export const loginTypeLabels: Record<LoginType, string> = {
  BLANK: 'Plain name',
  EMAIL: 'Email',
  BOUNCED: 'Bounced email',
  GOOGLE: 'Google account',
};

/** What a viewer is by its role. */
export const roleLabels: Record<ViewerRole, string> = { ADMIN: 'Admin', AGENT: 'Agent', CUSTOMER: 'Customer' };

/** What a property's type is called. */
export const propertyTypeLabels: Record<PropertyType, string> = {
  TEXT: 'Text',
  INTEGER: 'Whole number',
  NUMBER: 'Number',
  DATE: 'Date',
  DATETIME: 'Date and time',
  CHOICE: 'Choice',
};

/** What a sort of write did to the contact. */
export const changeKindLabels: Record<ChangeKind, string> = {
  CREATE: 'Created',
  UPDATE: 'Changed',
  DETAILS: 'Changed',
  DELETE: 'Deleted',
  ERASE: 'Erased',
};

/** The doors that a write comes through. */
export const changeSourceLabels: Record<ChangeSource, string> = {
  GRAPHQL: 'GraphQL',
  REST: 'REST',
  ISERVICE: 'iService',
  IMPORT: 'Import',
};

/** Somebody who did something. */
export function actorName(actor: ActorPartsFragment | null): string {
  if (actor === null) return 'staff'; // customers do not learn who works on their contact
  if (actor.type === 'SYSTEM') return 'the server';
  return actor.name ?? (actor.type === 'CONTACT' ? 'the customer' : `${actor.type} ${actor.id}`);
}

interface Named {
  contactId: number;
  firstName: string | null;
  lastName: string | null;
}

/** The name of a contact; of one without, its number. */
export function contactName({ contactId, firstName, lastName }: Named): string {
  return [firstName, lastName].filter(Boolean).join(' ') || `Contact ${contactId}`;
}

/** The phone number of a contact with its country code; blank if there is none. */
export function contactPhone({ phone, phoneCountryCode }: { phone: string | null; phoneCountryCode: string | null }): string {
  return [phoneCountryCode && phone && `+${phoneCountryCode.replace(/^\+/, '')}`, phone].filter(Boolean).join(' ');
}
