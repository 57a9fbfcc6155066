import { expect, test } from 'vitest';
import type { AuditEntryPartsFragment } from '../../gql';
import { describeEntry } from './describe-entry';

const ann = { type: 'USER', id: 1, name: 'Ann' } as const;

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

const uma = { subjectId: 2, subjectName: 'uma@example.com' };

test.each<[string, Partial<AuditEntryPartsFragment>]>([
  ['Ann signed in.', {}],
  ['Contact 466 signed in.', { actor: { type: 'CONTACT', id: 466, name: null } }],
  [
    'A sign-in failed because the login or password was wrong (3 failures).',
    { action: 'SIGN_IN_FAILED', actor: null, details: { failures: 3 } },
  ],
  [
    'The server created the user uma@example.com with the role Agent.',
    {
      action: 'USER_CREATED',
      actor: { type: 'SYSTEM', id: 0, name: null },
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
  ['Ann set the password of uma@example.com.', { action: 'PASSWORD_SET', ...uma }],
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
    'Ann changed the settings: “Allow the most common passwords” from no to yes; “Activity is kept, in days” from 365 to 30.',
    {
      action: 'SETTINGS_CHANGED',
      details: { commonPasswords: { from: false, to: true }, auditDays: { from: 365, to: 30 } },
    },
  ],
])('%s', (sentence, part) => expect(describeEntry(entry(part))).toBe(sentence));
