// The entries of the audit log as sentences.
import type { AuditAction, AuditEntryPartsFragment } from '../../gql';
import { actorName, roleLabels, settingLabels } from '../../lib/format';

export const actionLabels: Record<AuditAction, string> = {
  SIGNED_IN: 'Sign-ins',
  SIGN_IN_FAILED: 'Failed sign-ins',
  SIGNED_OUT: 'Sign-outs',
  USER_CREATED: 'Users created',
  USER_CHANGED: 'Users changed',
  USER_DISABLED: 'Users disabled',
  USER_ENABLED: 'Users enabled',
  PASSWORD_SET: 'Passwords set',
  API_KEY_CREATED: 'API keys created',
  API_KEY_ROTATED: 'API keys rotated',
  API_KEY_REVOKED: 'API keys revoked',
  SESSION_REVOKED: 'Sessions revoked',
  SETTINGS_CHANGED: 'Settings changed',
  ACCOUNT_RENAMED: 'Account renamed',
  ACCOUNT_SUSPENDED: 'Account suspended',
  ACCOUNT_RESUMED: 'Account resumed',
  CONTACT_ERASED: 'Contacts erased',
};

/** Describes an entry as a sentence: who did what, and about whom. */
export function describeEntry(entry: AuditEntryPartsFragment): string {
  const { action, actor } = entry;
  if (actor === null) return `${failedSignIn(entry)}.`;
  const who = actor.type === 'CONTACT' ? `contact ${actor.id}` : actorName(actor);
  return `${capitalize(who)} ${predicates[action](entry)}.`;
}

const predicates: Record<AuditAction, (entry: AuditEntryPartsFragment) => string> = {
  SIGNED_IN: () => 'signed in',
  SIGN_IN_FAILED: () => 'failed to sign in',
  SIGNED_OUT: () => 'signed out',
  USER_CREATED: (entry) => `created the user ${subject(entry)}${role(entry)}`,
  USER_CHANGED: (entry) => `changed the user ${subject(entry)}${changes(entry)}`,
  USER_DISABLED: (entry) => `disabled the user ${subject(entry)}`,
  USER_ENABLED: (entry) => `enabled the user ${subject(entry)}`,
  PASSWORD_SET: passwordSet,
  API_KEY_CREATED: (entry) => `created the API key ${subject(entry)}${role(entry)}`,
  API_KEY_ROTATED: (entry) =>
    `rotated the API key ${subject(entry)}: the old one expires within ${detail(entry, 'overlapHours')} hours`,
  API_KEY_REVOKED: (entry) => `revoked the API key ${subject(entry)}`,
  SESSION_REVOKED: (entry) =>
    `revoked a session of ${entry.subjectName ?? `contact ${detail(entry, 'contactId')}`}`,
  SETTINGS_CHANGED: (entry) => `changed the settings${changes(entry, settingLabels)}`,
  ACCOUNT_RENAMED: (entry) => `renamed the account${changes(entry)}`,
  ACCOUNT_SUSPENDED: () => 'suspended the account',
  ACCOUNT_RESUMED: () => 'resumed the account',
  CONTACT_ERASED: ({ subjectId }) => `erased contact ${subjectId}`,
};

function failedSignIn(entry: AuditEntryPartsFragment): string {
  const failures = detail(entry, 'failures');
  const count = typeof failures === 'number' && failures > 1 ? ` (${failures} failures)` : '';
  return `A sign-in failed because the login or password was wrong${count}`;
}

function passwordSet(entry: AuditEntryPartsFragment): string {
  const { actor, subjectId } = entry;
  const own = actor?.type === 'USER' && actor.id === subjectId;
  return own ? 'changed their own password' : `set the password of ${subject(entry)}`;
}

function subject({ subjectId, subjectName }: AuditEntryPartsFragment): string {
  return subjectName ?? String(subjectId);
}

/** The role that a user or API key was created with. */
function role(entry: AuditEntryPartsFragment): string {
  const given = detail(entry, 'role');
  return given === undefined ? '' : ` with the role ${format(given)}`;
}

/** What has changed: the old and the new value of each detail. */
function changes(
  { details }: AuditEntryPartsFragment,
  labels: Record<string, string> = {},
): string {
  const described = Object.entries((details ?? {}) as Record<string, Change>).map(
    ([name, { from, to }]) => {
      const label = labels[name];
      return `${label === undefined ? name : `“${label}”`} from ${format(from)} to ${format(to)}`;
    },
  );
  return described.length === 0 ? '' : `: ${described.join('; ')}`;
}

interface Change {
  from: unknown;
  to: unknown;
}

function detail({ details }: AuditEntryPartsFragment, name: string): unknown {
  return (details as Record<string, unknown> | null)?.[name];
}

function format(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  const text = String(value);
  return (roleLabels as Record<string, string>)[text] ?? text;
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
