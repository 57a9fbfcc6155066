// What two contacts have, field by field, for a merge.
import { sameValue, snapshotOf, type Value } from 'contactgraph-client';
import type { ContactPartsFragment } from '../../gql';
import type { Catalog } from '../../lib/catalog';
import { type EditableField, formSections } from '../contact-fields/fields';
import type { Rights } from '../contact-fields/rights';

/** The place of a contact in a pair. */
export type Place = 0 | 1;

export type Pair = readonly [ContactPartsFragment, ContactPartsFragment];

/** A field in which the contacts differ. */
export interface MergeRow {
  field: EditableField;
  values: readonly [Value, Value];
  /** Whether the merged contact gets what both have; otherwise one of the two is chosen. */
  joined: boolean;
  /** The contact whose value is taken without a choice, by the one that stays. */
  preferred: (survivor: Place) => Place;
}

/** Returns the fields in which the contacts differ, in the order of the form. */
export function mergeRows(pair: Pair, catalog: Catalog, mayRead: Rights['mayRead']): MergeRow[] {
  const [first, second] = pair.map((contact) => snapshotOf(contact).values);
  const valueAt = (values: typeof first, path: string): Value => {
    const value = values?.[path] ?? null;
    // The number is chosen together with its country code.
    const code = path === 'phone' && value !== null ? values?.phoneCountryCode : null;
    return code ? `+${String(code).replace(/^\+/, '')} ${value}` : value;
  };
  return formSections(catalog, mayRead)
    .flatMap(({ fields }) => fields)
    .filter(({ path }) => path !== 'phoneCountryCode')
    .map((field) => {
      const values = [valueAt(first, field.path), valueAt(second, field.path)] as const;
      return { field, values, joined: isJoined(field), preferred: preferredOf(field, values) };
    })
    .filter(({ values: [a, b] }) => !sameValue(a, b) && !(isEmpty(a) && isEmpty(b)));
}

function isJoined({ kind }: EditableField): boolean {
  if (typeof kind === 'object') return kind.multiple;
  return kind === 'logins' || kind === 'externalIds' || kind === 'segments';
}

/**
 * The value that the server takes without a choice: the stricter opt-out of marketing email, or
 * that of the contact that stays, unless only the other one has a value.
 */
function preferredOf({ path }: EditableField, [a, b]: readonly [Value, Value]) {
  return (survivor: Place): Place => {
    if (path === 'limitMailsPermanently') return a === true ? 0 : 1;
    if (isEmpty(a)) return 1;
    if (isEmpty(b)) return 0;
    if (path === 'limitMailsTemporarilyUntil') return String(a) > String(b) ? 0 : 1;
    return survivor;
  };
}

function isEmpty(value: Value): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}
