import type { ContactFilter } from '../../gql';

/** Contacts, as the API takes them: those that match a filter, or those with these ids. */
export type Target = { filter: ContactFilter } | { ids: string[] };
