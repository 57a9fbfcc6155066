// Formats values for people, in the language of their browser.
import type {
  ActorPartsFragment,
  ActorType,
  ChangeKind,
  ChangeSource,
  FieldAccess,
  LoginType,
  PropertyBinding,
  PropertyType,
  SettingsPartsFragment,
  StaffRole,
  ViewerRole,
} from '../gql';

/** Shown in place of a missing value. */
export const noValue = '–';

const times = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const dates = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' });
const numbers = new Intl.NumberFormat(undefined, { maximumFractionDigits: 20 });
const lists = new Intl.ListFormat(undefined, { type: 'unit', style: 'short' });

/** Formats a time, RFC 3339. Other text is returned unchanged. */
export function formatTime(value: string): string {
  const at = new Date(value);
  return Number.isNaN(at.valueOf()) ? value : times.format(at);
}

/** Formats a time that may be unknown. */
export function formatOptionalTime(value: string | null): string {
  return value === null ? noValue : formatTime(value);
}

/** Formats a date, YYYY-MM-DD. Other text is returned unchanged. */
export function formatDate(value: string): string {
  const at = new Date(value);
  return Number.isNaN(at.valueOf()) ? value : dates.format(at);
}

export function formatNumber(value: number | bigint): string {
  return numbers.format(value);
}

/** A number of contacts. */
export function countContacts(count: number): string {
  return count === 1 ? '1 contact' : `${formatNumber(count)} contacts`;
}

export function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function formatList(values: readonly string[]): string {
  return lists.format(values);
}

export const loginTypeLabels: Record<LoginType, string> = {
  BLANK: 'Username',
  EMAIL: 'Email',
  BOUNCED: 'Bounced email',
  GOOGLE: 'Google account',
};

export const roleLabels: Record<ViewerRole, string> = {
  ADMIN: 'Admin',
  AGENT: 'Agent',
  CUSTOMER: 'Customer',
};

/** The roles of users and API keys, as options of a select. */
export const staffRoleOptions: { value: StaffRole; label: string }[] = [
  { value: 'AGENT', label: roleLabels.AGENT },
  { value: 'ADMIN', label: roleLabels.ADMIN },
];

const countries = new Intl.DisplayNames('en-GB', { type: 'region', fallback: 'none' });

/** The name of a country by its ISO 3166 code, in any case; undefined if there is none. */
export function countryName(code: string): string | undefined {
  return /^[a-z]{2}$/i.test(code.trim()) ? countries.of(code.trim().toUpperCase()) : undefined;
}

/** What admins decide for their account. */
export const settingLabels: Record<keyof SettingsPartsFragment, string> = {
  staffPassword: 'Shortest password of a user, in characters',
  customerPassword: 'Shortest password of a customer, in characters',
  commonPasswords: 'Allow the most common passwords',
  sessionMinutes: 'Session ends after the sign-in, in minutes',
  idleMinutes: 'Session ends after the last request, in minutes',
  auditDays: 'Activity is kept, in days',
  requireSecondFactor: 'All users must have a second factor',
  oidcCreatesUsers: 'The first sign-in by the provider creates a user',
  agentsMayTransfer: 'Agents may import and export contacts',
  defaultCountry: 'Country of phone numbers without a country code',
};

export const propertyTypeLabels: Record<PropertyType, string> = {
  TEXT: 'Text',
  INTEGER: 'Whole number',
  NUMBER: 'Number',
  DATE: 'Date',
  DATETIME: 'Date and time',
  CHOICE: 'Choice',
};

/** The fields that a property can be an alias of. */
export const bindingLabels: Record<PropertyBinding, string> = {
  FIRST_NAME: 'first name',
  LAST_NAME: 'last name',
};

/** What a role allows with a field. */
export const accessLabels: Record<FieldAccess, string> = {
  NONE: 'None',
  READ: 'Read',
  WRITE: 'Write',
};

export const changeKindLabels: Record<ChangeKind, string> = {
  CREATE: 'Created',
  UPDATE: 'Changed',
  DETAILS: 'Changed',
  DELETE: 'Deleted',
  ERASE: 'Erased',
  MERGE: 'Merged with others',
  MERGED: 'Merged into another contact',
};

export const changeSourceLabels: Record<ChangeSource, string> = {
  GRAPHQL: 'GraphQL',
  REST: 'REST',
  ISERVICE: 'iService',
  IMPORT: 'import',
};

const actorTypeLabels: Record<ActorType, string> = {
  API_KEY: 'API key',
  CONTACT: 'customer',
  SYSTEM: 'server',
  USER: 'user',
};

/** Names the author of a change. */
export function actorName(actor: ActorPartsFragment | null): string {
  if (actor === null) return 'staff'; // the server does not show customers which employee it was
  if (actor.type === 'SYSTEM') return 'the server';
  return (
    actor.name ??
    (actor.type === 'CONTACT' ? 'the customer' : `${actorTypeLabels[actor.type]} ${actor.number}`)
  );
}

/** A contact with its name. */
export interface NamedContact {
  contactId: number;
  firstName: string | null;
  lastName: string | null;
}

/** The name of a contact, or its number if it has no name. */
export function contactName({ contactId, firstName, lastName }: NamedContact): string {
  return [firstName, lastName].filter(Boolean).join(' ') || `Contact ${contactId}`;
}

/** The phone number of a contact with its country code; empty if it has none. */
export function contactPhone({
  phone,
  phoneCountryCode,
}: {
  phone: string | null;
  phoneCountryCode: string | null;
}): string {
  return [phoneCountryCode && phone && `+${phoneCountryCode.replace(/^\+/, '')}`, phone]
    .filter(Boolean)
    .join(' ');
}
