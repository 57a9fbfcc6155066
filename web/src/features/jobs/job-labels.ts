// What people read about jobs.
import type { JobKind, JobPartsFragment, JobState } from '../../gql';
import { formatNumber } from '../../lib/format';

export const jobKindLabels: Record<JobKind, string> = {
  IMPORT: 'Import',
  UPDATE: 'Update of contacts',
  DELETE: 'Deletion of contacts',
};

export const jobStateLabels: Record<JobState, string> = {
  UPLOADING: 'Waits for its mapping',
  PLANNING: 'Being planned',
  PLANNED: 'Planned, nothing was written',
  APPLYING: 'Being applied',
  APPLIED: 'Applied',
  REVERTING: 'Being reverted',
  REVERTED: 'Reverted',
  CANCELED: 'Canceled',
  FAILED: 'Failed',
};

/** The state of a job, for people. */
export function describeState({ state, paused }: Pick<JobPartsFragment, 'state' | 'paused'>) {
  return paused ? `${jobStateLabels[state]}, paused` : jobStateLabels[state];
}

/** The states in which the server works on a job. */
export function isRunning({ state }: Pick<JobPartsFragment, 'state'>): boolean {
  return state === 'PLANNING' || state === 'APPLYING' || state === 'REVERTING';
}

type Counts = JobPartsFragment['counts'];

/** How many contacts a planned job would write. */
export function countToWrite({ create, update, delete: deleted }: Counts): number {
  return create + update + deleted;
}

/** A group of the items of a job. */
export interface ItemGroup {
  name: Exclude<keyof Counts, '__typename' | 'items'>;
  label: string;
  /** Whether the items have an outcome; otherwise they have only an action. */
  outcome: boolean;
}

/** The groups in the order in which they are shown. */
const groups: readonly ItemGroup[] = [
  { name: 'create', label: 'To create', outcome: false },
  { name: 'update', label: 'To change', outcome: false },
  { name: 'delete', label: 'To delete', outcome: false },
  { name: 'applied', label: 'Written', outcome: true },
  { name: 'unchanged', label: 'Had the values', outcome: true },
  { name: 'conflict', label: 'Changed by others meanwhile', outcome: true },
  { name: 'refused', label: 'Not written', outcome: true },
  { name: 'reverted', label: 'Reverted', outcome: true },
  { name: 'kept', label: 'Not reverted', outcome: true },
  { name: 'same', label: 'Nothing to change', outcome: false },
  { name: 'duplicate', label: 'Duplicates', outcome: false },
  { name: 'invalid', label: 'Invalid', outcome: false },
];

/**
 * The groups of a job that have items, with their numbers. When a job is applied, the groups of its
 * outcomes replace those of what it was to write.
 */
export function groupsOf({ counts }: Pick<JobPartsFragment, 'counts'>): ItemGroup[] {
  const written = groups.some(({ name, outcome }) => outcome && counts[name] > 0);
  const planned = ['create', 'update', 'delete'];
  return groups
    .filter(({ name }) => counts[name] > 0 && !(written && planned.includes(name)))
    .map((group) => ({ ...group, label: `${group.label}: ${formatNumber(counts[group.name])}` }));
}
