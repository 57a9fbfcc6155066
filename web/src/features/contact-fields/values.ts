// The values of a contact's fields by path, in the form that the change log, errors and conflicts
// use.
import type { LoginType } from '../../gql';

/** One value of a property. */
export interface PropertyValue {
  value: string;
  description: string | null;
}

/** A name that a contact signs in with. */
export interface Login {
  name: string;
  type: LoginType;
}

/** The values of fields, by the kind of the field. */
export interface ValueOfKind {
  text: string | null;
  email: string | null;
  phone: string | null;
  checkbox: boolean;
  time: string | null;
  store: number | null;
  company: number | null;
  logins: readonly Login[];
  segments: readonly number[];
}

/** The values that the fields of a new contact start with, by the kind of the field. */
export const emptyValues: ValueOfKind = {
  text: null,
  email: null,
  phone: null,
  checkbox: false,
  time: null,
  store: null,
  company: null,
  logins: [],
  segments: [],
};

/** A value of a field or of a property. */
export type Value = ValueOfKind[keyof ValueOfKind] | readonly PropertyValue[];

/** Values by path: `email`, `properties.7`, `logins`, `membership`, … */
export type Values = Readonly<Record<string, Value>>;

const PROPERTIES = 'properties.';

/** The path of a property. */
export type PropertyPath = `${typeof PROPERTIES}${number}`;

export function propertyPath(id: number): PropertyPath {
  return `${PROPERTIES}${id}`;
}

/** Returns the id of the property at a path, or undefined for any other path. */
export function propertyIdOf(path: string): number | undefined {
  return path.startsWith(PROPERTIES) ? Number(path.slice(PROPERTIES.length)) : undefined;
}

/** Whether two values of one path look the same to a person: an empty text equals null. */
export function sameValue(a: Value | undefined, b: Value | undefined): boolean {
  return JSON.stringify(normalize(a)) === JSON.stringify(normalize(b));
}

function normalize(value: Value | undefined): unknown {
  if (value === '' || value === undefined) return null;
  if (!Array.isArray(value)) return value;
  if (value.length === 0) return null; // a property that was added after the contact was read has no values yet
  // Logins and segments have no order; the values of a property have.
  if (value.some((entry) => typeof entry === 'object' && 'value' in entry)) {
    return value.map(({ value, description }) => [value, description || null]);
  }
  return value
    .map((entry) => JSON.stringify(typeof entry === 'object' ? [entry.name, entry.type] : entry))
    .sort();
}
