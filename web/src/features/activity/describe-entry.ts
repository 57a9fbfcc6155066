// The entries of the audit log as sentences.
import type { AuditAction, AuditEntryPartsFragment } from '../../gql';
import { actorName, capitalize, roleLabels, settingLabels } from '../../lib/format';
import { reasons } from '../../lib/sso';

export const actionLabels: Record<AuditAction, string> = {
  SIGNED_IN: 'Sign-ins',
  SIGN_IN_FAILED: 'Failed sign-ins',
  SIGNED_OUT: 'Sign-outs',
  USER_CREATED: 'Users created',
  USER_CHANGED: 'Users changed',
  USER_DISABLED: 'Users disabled',
  USER_ENABLED: 'Users enabled',
  PASSWORD_SET: 'Passwords set',
  PASSWORD_RESET: 'Passwords reset by email',
  SECOND_FACTOR_ENABLED: 'Second factors turned on',
  SECOND_FACTOR_DISABLED: 'Second factors turned off',
  SECOND_FACTOR_RESET: 'Second factors reset',
  SECOND_FACTOR_FAILED: 'Wrong codes',
  RECOVERY_CODE_USED: 'Recovery codes used',
  RECOVERY_CODES_CREATED: 'Recovery codes created',
  IDENTITY_LINKED: 'Users linked to the provider',
  ROLE_CREATED: 'Roles created',
  ROLE_CHANGED: 'Roles changed',
  ROLE_DELETED: 'Roles deleted',
  API_KEY_CREATED: 'API keys created',
  API_KEY_ROTATED: 'API keys rotated',
  API_KEY_REVOKED: 'API keys revoked',
  SESSION_REVOKED: 'Sessions revoked',
  SETTINGS_CHANGED: 'Settings changed',
  ACCOUNT_RENAMED: 'Account renamed',
  ACCOUNT_SUSPENDED: 'Account suspended',
  ACCOUNT_RESUMED: 'Account resumed',
  CONTACT_ERASED: 'Contacts erased',
  AUDIT_EXPORTED: 'Exports of the audit log',
  CONTACTS_EXPORTED: 'Exports of contacts',
  PERSONAL_DATA_REPORTED: 'Reports of personal data',
  JOB_CREATED: 'Jobs created',
  JOB_APPLIED: 'Jobs applied',
  JOB_CANCELED: 'Jobs canceled',
  JOB_REVERTED: 'Jobs reverted',
};

/** Describes an entry as a sentence: who did what, and about whom. */
export function describeEntry(entry: AuditEntryPartsFragment): string {
  const { action, actor } = entry;
  if (actor === null) return `${failedSignIn(entry)}.`;
  const who = actor.type === 'CONTACT' ? `contact ${actor.number}` : actorName(actor);
  return `${capitalize(who)} ${predicates[action](entry)}.`;
}

const predicates: Record<AuditAction, (entry: AuditEntryPartsFragment) => string> = {
  SIGNED_IN: (entry) => `signed in${byProvider(entry)}`,
  SIGN_IN_FAILED: () => 'failed to sign in',
  SIGNED_OUT: () => 'signed out',
  USER_CREATED: (entry) => `created the user ${subject(entry)}${role(entry)}`,
  USER_CHANGED: (entry) =>
    `changed the user ${subject(entry)}${byProvider(entry)}${changes(entry, userLabels)}`,
  USER_DISABLED: (entry) => `disabled the user ${subject(entry)}`,
  USER_ENABLED: (entry) => `enabled the user ${subject(entry)}`,
  PASSWORD_SET: passwordSet,
  PASSWORD_RESET: () => 'set a new password by a link in an email',
  SECOND_FACTOR_ENABLED: () => 'turned on their second factor',
  SECOND_FACTOR_DISABLED: () => 'turned off their second factor',
  SECOND_FACTOR_RESET: (entry) => `reset the second factor of ${subject(entry)}`,
  SECOND_FACTOR_FAILED: () => 'entered a wrong code of their second factor',
  RECOVERY_CODE_USED: (entry) => `used a recovery code (${detail(entry, 'left')} left)`,
  RECOVERY_CODES_CREATED: () => 'created new recovery codes',
  IDENTITY_LINKED: (entry) => `linked the user ${subject(entry)} to the provider`,
  ROLE_CREATED: (entry) => `created the role ${subject(entry)}`,
  ROLE_CHANGED: (entry) => `changed the role ${subject(entry)}${changes(entry)}`,
  ROLE_DELETED: (entry) => `deleted the role ${subject(entry)}`,
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
  AUDIT_EXPORTED: (entry) => `exported the audit log as ${exportFormat(entry)}`,
  CONTACTS_EXPORTED: (entry) =>
    `exported ${detail(entry, 'contacts')} contacts as ${detail(entry, 'format')}`,
  PERSONAL_DATA_REPORTED: ({ subjectId }) => `read the personal data of contact ${subjectId}`,
  JOB_CREATED: ({ subjectId }) => `created job ${subjectId}`,
  JOB_APPLIED: ({ subjectId }) => `applied job ${subjectId}`,
  JOB_CANCELED: ({ subjectId }) => `canceled job ${subjectId}`,
  JOB_REVERTED: ({ subjectId }) => `reverted job ${subjectId}`,
};

const userLabels = {
  secondFactorRequired: 'Must have a second factor',
  providerAllowed: 'The provider may replace the password',
};

function failedSignIn(entry: AuditEntryPartsFragment): string {
  const reason = detail(entry, 'reason');
  if (typeof reason === 'string')
    return `A sign-in by the provider failed because ${reasons[reason]?.because ?? reason}`;
  const failures = detail(entry, 'failures');
  const count = typeof failures === 'number' && failures > 1 ? ` (${failures} failures)` : '';
  if (entry.action === 'SECOND_FACTOR_FAILED')
    return `A sign-in of ${subject(entry)} failed because the code was wrong, but the password was right${count}`;
  return `A sign-in failed because the login or password was wrong${count}`;
}

/** Whether the provider was the cause. */
function byProvider(entry: AuditEntryPartsFragment): string {
  return detail(entry, 'issuer') === undefined ? '' : ' by the provider';
}

function passwordSet(entry: AuditEntryPartsFragment): string {
  const { actor, subjectId } = entry;
  const own = actor?.type === 'USER' && actor.number === subjectId;
  return own ? 'changed their own password' : `set the password of ${subject(entry)}`;
}

function exportFormat(entry: AuditEntryPartsFragment): string {
  return detail(entry, 'format') === 'csv' ? 'CSV' : 'JSON Lines';
}

function subject({ subjectId, subjectName }: AuditEntryPartsFragment): string {
  return subjectName ?? String(subjectId);
}

/** The role that a user or API key was created with. */
function role(entry: AuditEntryPartsFragment): string {
  const [given, custom] = [detail(entry, 'role'), detail(entry, 'customRoleId')];
  const limit = custom === undefined ? '' : ` and the role ${custom} of the account`;
  return given === undefined ? '' : ` with the role ${format(given)}${limit}`;
}

const detailNames: Record<string, string> = { customRoleId: 'role of the account' };

/** What has changed: the old and the new value of each detail. */
function changes(
  { details }: AuditEntryPartsFragment,
  labels: Record<string, string> = {},
): string {
  const { issuer: _, ...changed } = (details ?? {}) as Record<string, Change>;
  const described = Object.entries(changed).map(([name, { from, to }]) => {
    const label = labels[name];
    return `${label === undefined ? (detailNames[name] ?? name) : `“${label}”`} from ${format(from)} to ${format(to)}`;
  });
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
  const text = String(value ?? 'none');
  return (roleLabels as Record<string, string>)[text] ?? text;
}
