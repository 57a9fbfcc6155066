import { useApolloClient } from '@apollo/client/react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useNavigationType } from 'react-router';
import { ContactCountDocument, type ContactRowFragment, ContactsDocument } from '../../gql';
import { filterOf, type Listing, listingOf, orderOf, searchOf } from './listing';

/** A list of contacts as far as it has been scrolled. */
export interface Contacts {
  rows: readonly ContactRowFragment[];
  /** How many there are in all; undefined until they are counted. */
  total?: number;
  /** Where the next page begins; undefined at the end of the list. */
  next?: string | undefined;
  loading: boolean;
  error?: unknown;
}

const pageSize = 50;

// What was listed last, for who comes back to it.
let remembered: { key: string; contacts: Contacts } | undefined;

/** Lists contacts page by page. more loads the next page, unless it is being loaded. */
export function useContacts(listing: Listing): Contacts & { more: () => void } {
  const client = useApolloClient();
  const returning = useNavigationType() === 'POP';
  const key = searchOf(listing).toString();
  const [contacts, setContacts] = useState<Contacts>(() =>
    returning && remembered?.key === key ? remembered.contacts : { rows: [], loading: true },
  );
  const current = useRef({ key: '', busy: false });
  const restored = useRef(contacts.loading ? null : key);
  const listed = useRef(restored.current); // the listing that the rows are of

  const load = useCallback(
    async (after?: string) => {
      current.current.busy = true;
      const listing = listingOf(new URLSearchParams(key));
      const variables = { first: pageSize, after: after ?? null, filter: filterOf(listing), orderBy: orderOf(listing) };
      setContacts((before) => ({ ...before, loading: true, error: undefined }));
      let change: (before: Contacts) => Contacts;
      try {
        const { data } = await client.query({ query: ContactsDocument, variables, fetchPolicy: 'network-only' });
        if (!data) return;
        const { nodes, pageInfo } = data.contacts;
        const next = pageInfo.hasNextPage ? (pageInfo.endCursor ?? undefined) : undefined;
        if (current.current.key === key) listed.current = key;
        change = ({ rows, ...rest }) => ({ ...rest, rows: after ? [...rows, ...nodes] : nodes, next, loading: false });
      } catch (error) {
        change = (before) => ({ ...before, loading: false, error });
      }
      if (current.current.key !== key) return; // the answer is to what was asked before
      current.current.busy = false;
      setContacts(change);
    },
    [client, key],
  );

  useEffect(() => {
    current.current = { key, busy: false };
    let over = false;
    if (restored.current !== key) load();
    restored.current = null;
    const filter = filterOf(listingOf(new URLSearchParams(key)));
    client
      .query({ query: ContactCountDocument, variables: { filter }, fetchPolicy: 'network-only' })
      .then(({ data }) => {
        if (data && !over) setContacts((before) => ({ ...before, total: data.contacts.totalCount }));
      })
      .catch(() => {}); // the list stands without its count
    return () => {
      over = true;
      current.current.key = '';
    };
  }, [client, key, load]);

  useEffect(() => {
    if (!contacts.loading && listed.current === key) remembered = { key, contacts };
  }, [key, contacts]);

  const more = useCallback(() => {
    if (!current.current.busy && contacts.next !== undefined && !contacts.error) load(contacts.next);
  }, [contacts.next, contacts.error, load]);
  return { ...contacts, more };
}
