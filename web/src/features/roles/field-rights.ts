// The rights of a role, field by field.
import type {
  FieldAccess,
  FieldRightInput,
  RolePartsFragment,
  ViewerPartsFragment,
} from '../../gql';
import type { Catalog } from '../../lib/catalog';
import { bindingLabels, formatList } from '../../lib/format';
import { fieldAt, inFormOrder } from '../contact-fields/fields';

/** A field that roles limit. */
export interface LimitedField {
  path: string;
  label: string;
  /** What a role can allow with it, from the least to the most. */
  levels: readonly FieldAccess[];
}

/** The levels by path. */
export type Levels = Readonly<Record<string, FieldAccess>>;

/** All levels, from the least to the most. */
export const allLevels: readonly FieldAccess[] = ['NONE', 'READ', 'WRITE'];

/**
 * Returns the fields that roles limit: what an admin, who has no limits, may read. What not even an
 * admin may write can only be read, and passwords can only be written.
 */
export function limitedFields(
  { readablePaths, writablePaths }: ViewerPartsFragment,
  catalog: Catalog,
): LimitedField[] {
  return inFormOrder(readablePaths).map((path) => {
    const { label, kind } = fieldAt(path, catalog);
    const boundTo = typeof kind === 'object' ? kind.boundTo : null;
    return {
      path,
      label: boundTo === null ? label : `${label} (alias of ${bindingLabels[boundTo]})`,
      levels: allLevels.filter(
        (level) =>
          level === 'NONE' ||
          (level === 'READ' ? path !== 'password' : writablePaths.includes(path)),
      ),
    };
  });
}

/** Returns the level of a field that has the effect of an access. */
export function levelOf({ levels }: LimitedField, access: FieldAccess): FieldAccess {
  const most = allLevels.indexOf(access);
  return levels.findLast((level) => allLevels.indexOf(level) <= most) ?? 'NONE';
}

/** What a role allows. */
type Rights = Readonly<Pick<RolePartsFragment, 'otherFields'>> & {
  readonly fields: readonly FieldRightInput[];
};

/** Returns the levels that a role has. */
export function levelsOf(
  { otherFields, fields }: Rights,
  limited: readonly LimitedField[],
): Levels {
  const access = new Map(fields.map((right) => [right.path, right.access]));
  return Object.fromEntries(
    limited.map((field) => [field.path, levelOf(field, access.get(field.path) ?? otherFields)]),
  );
}

/** Returns the fields of a role that must be listed: those that differ from the others. */
export function listedRights(
  limited: readonly LimitedField[],
  levels: Levels,
  otherFields: FieldAccess,
): FieldRightInput[] {
  return limited.flatMap((field) => {
    const level = levels[field.path] ?? levelOf(field, otherFields);
    return level === levelOf(field, otherFields) ? [] : [{ path: field.path, access: level }];
  });
}

/** Describes the rights of a role in a few words. */
export function summaryOf(rights: Rights, limited: readonly LimitedField[]): string {
  const levels = levelsOf(rights, limited);
  const part = (least: FieldAccess, othersHave: boolean): Part => {
    const fields = limited.filter((field) => field.levels.includes(least));
    const has = ({ path }: LimitedField) =>
      allLevels.indexOf(levels[path] ?? 'NONE') >= allLevels.indexOf(least);
    const labels = fields.filter((field) => has(field) !== othersHave).map(({ label }) => label);
    return { all: othersHave, labels };
  };
  const read = part('READ', rights.otherFields !== 'NONE');
  const write = part('WRITE', rights.otherFields === 'WRITE');
  if (same(read, write)) return `Reads and writes ${describe(read)}`;
  // Of the exceptions, those that are not read need not be repeated.
  const labels = write.labels.filter((label) => !write.all || !read.labels.includes(label));
  const writes = describe({ ...write, labels }, 'all of them');
  return `Reads ${describe(read)}; writes ${writes}`;
}

/** The fields that a role allows something with: all except the labels, or only the labels. */
interface Part {
  all: boolean;
  labels: readonly string[];
}

const maxLabels = 5; // that a summary lists

function same(a: Part, b: Part): boolean {
  return a.all === b.all && a.labels.join() === b.labels.join();
}

function describe({ all, labels }: Part, every = 'all fields'): string {
  const rest = labels.length - maxLabels;
  const list = formatList(rest > 1 ? [...labels.slice(0, maxLabels), `${rest} more`] : labels);
  if (!all) return list || 'nothing';
  return list ? `${every} except ${list}` : every;
}
