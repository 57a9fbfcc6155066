import { expect, test } from 'vitest';
import type { AuditEntryPartsFragment } from '../../gql';
import { describeEntry } from './describe-entry';

const ann = { id: 'x', type: 'USER', number: 1, name: 'Ann' } as const;

function entry(part: Partial<AuditEntryPartsFragment>): AuditEntryPartsFragment {
  return {
    id: '1',
    action: 'SIGNED_IN',
    at: '2026-03-01T12:00:00Z',
    actor: ann,
    address: null,
    subjectId: null,
    subjectName: null,
    details: null,
    ...part,
  };
}

const issuer = 'https://sso.example.com';
const uma = { subjectId: 2, subjectName: 'uma@example.com' };

test.each<[string, Partial<AuditEntryPartsFragment>]>([
  ['Ann signed in.', {}],
  ['Contact 466 signed in.', { actor: { id: 'x', type: 'CONTACT', number: 466, name: null } }],
  [
    'A sign-in failed because the login or password was wrong (3 failures).',
    { action: 'SIGN_IN_FAILED', actor: null, details: { failures: 3 } },
  ],
  [
    'The server created the user uma@example.com with the role Agent.',
    {
      action: 'USER_CREATED',
      actor: { id: 'x', type: 'SYSTEM', number: 0, name: null },
      ...uma,
      details: { role: 'AGENT' },
    },
  ],
  [
    'Ann changed the user uma@example.com: name from Uma to Una; role from Agent to Admin.',
    {
      action: 'USER_CHANGED',
      ...uma,
      details: { name: { from: 'Uma', to: 'Una' }, role: { from: 'AGENT', to: 'ADMIN' } },
    },
  ],
  [
    'Ann changed the user uma@example.com: “Must have a second factor” from no to yes.',
    {
      action: 'USER_CHANGED',
      ...uma,
      details: { secondFactorRequired: { from: false, to: true } },
    },
  ],
  [
    'Ann changed the user uma@example.com: “The provider may replace the password” from no to yes.',
    { action: 'USER_CHANGED', ...uma, details: { providerAllowed: { from: false, to: true } } },
  ],
  ['Ann turned on their second factor.', { action: 'SECOND_FACTOR_ENABLED', ...uma }],
  ['Ann reset the second factor of uma@example.com.', { action: 'SECOND_FACTOR_RESET', ...uma }],
  [
    'A sign-in of uma@example.com failed because the code was wrong, but the password was right (2 failures).',
    { action: 'SECOND_FACTOR_FAILED', actor: null, ...uma, details: { failures: 2 } },
  ],
  [
    'Ann used a recovery code (9 left).',
    { action: 'RECOVERY_CODE_USED', ...uma, details: { left: 9 } },
  ],
  [
    'Ann created the user uma@example.com with the role Agent and the role 3 of the account.',
    { action: 'USER_CREATED', ...uma, details: { role: 'AGENT', customRoleId: 3 } },
  ],
  [
    'Ann changed the user uma@example.com: role of the account from 3 to none.',
    { action: 'USER_CHANGED', ...uma, details: { customRoleId: { from: 3, to: null } } },
  ],
  [
    'Ann changed the role Support: rights from READ to READ email=NONE.',
    {
      action: 'ROLE_CHANGED',
      subjectId: 3,
      subjectName: 'Support',
      details: { rights: { from: 'READ', to: 'READ email=NONE' } },
    },
  ],
  ['Ann set the password of uma@example.com.', { action: 'PASSWORD_SET', ...uma }],
  [
    'The server linked the user uma@example.com to the provider.',
    {
      action: 'IDENTITY_LINKED',
      actor: { id: 'x', type: 'SYSTEM', number: 0, name: null },
      ...uma,
      details: { issuer },
    },
  ],
  [
    'The server changed the user uma@example.com by the provider: role from Admin to Agent.',
    {
      action: 'USER_CHANGED',
      actor: { id: 'x', type: 'SYSTEM', number: 0, name: null },
      ...uma,
      details: { issuer, role: { from: 'ADMIN', to: 'AGENT' } },
    },
  ],
  ['Ann signed in by the provider.', { action: 'SIGNED_IN', details: { issuer } }],
  [
    'A sign-in by the provider failed because none of the groups has a role.',
    { action: 'SIGN_IN_FAILED', actor: null, details: { issuer, reason: 'NO_ROLE' } },
  ],
  [
    'Ann changed their own password.',
    { action: 'PASSWORD_SET', subjectId: 1, subjectName: 'ann@example.com' },
  ],
  [
    'Ann rotated the API key till: the old one expires within 24 hours.',
    {
      action: 'API_KEY_ROTATED',
      subjectId: 3,
      subjectName: 'till',
      details: { successor: 4, overlapHours: 24 },
    },
  ],
  [
    'Ann revoked a session of contact 466.',
    { action: 'SESSION_REVOKED', subjectId: 9, details: { contactId: 466 } },
  ],
  [
    'Ann exported the audit log as JSON Lines.',
    { action: 'AUDIT_EXPORTED', details: { format: 'jsonl', action: 'SIGNED_IN' } },
  ],
  [
    'Ann changed the settings: “Allow the most common passwords” from no to yes; “Activity is kept, in days” from 365 to 30.',
    {
      action: 'SETTINGS_CHANGED',
      details: { commonPasswords: { from: false, to: true }, auditDays: { from: 365, to: 30 } },
    },
  ],
])('%s', (sentence, part) => expect(describeEntry(entry(part))).toBe(sentence));
