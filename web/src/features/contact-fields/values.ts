// The values of a contact's fields by path, in the form that the change log, errors and conflicts
// use.
import type { ExternalId, Login } from 'contactgraph-client';

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
  externalIds: readonly ExternalId[];
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
  externalIds: [],
  segments: [],
};
