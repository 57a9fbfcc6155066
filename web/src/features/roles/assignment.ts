// The role of a user or an API key: a fixed one, or a role of the account, which limits an agent.
import type { StaffRole } from '../../gql';
import { roleLabels } from '../../lib/format';

export interface Assignment {
  role: StaffRole;
  customRole: { id: string; name: string } | null;
}

/** The role that new users and API keys have unless another one is chosen. */
export const agent: Assignment = { role: 'AGENT', customRole: null };

export function roleName({ role, customRole }: Assignment): string {
  return customRole?.name ?? roleLabels[role];
}

/** Returns an assignment as inputs have it. */
export function assignmentInput({ role, customRole }: Assignment) {
  return { role, customRoleId: customRole?.id ?? null };
}
