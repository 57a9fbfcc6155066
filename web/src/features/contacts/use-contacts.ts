import { useApolloClient } from '@apollo/client/react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useNavigationType } from 'react-router';
import { ContactCountDocument, type ContactRowFragment, ContactsDocument, type ContactsQuery } from '../../gql';
import { filterOf, type Listing, listingOf, orderOf, searchOf } from './list-params';

/** A list of contacts as far as it has been scrolled. */
export interface Contacts {
  /** The listing that the rows are of; null before there are any. */
  of: string | null;
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
let remembered: Contacts = { of: null, rows: [], loading: true };

/** Lists contacts page by page. more loads the next page, unless it is being loaded. */
export function useContacts(listing: Listing): Contacts & { more: () => void } {
  const client = useApolloClient();
  const returning = useNavigationType() === 'POP';
  const key = searchOf(listing).toString();
  const [contacts, setContacts] = useState<Contacts>(() =>
    returning && remembered.of === key ? remembered : { of: null, rows: [], loading: true },
  );
  const here = useRef(contacts.of); // the listing that is here, or on its way
  const asked = useRef<string>(undefined); // the page that is on its way: an answer to anything else comes too late

  const load = useCallback(
    async (after?: string) => {
      const page = `${key} ${after ?? ''}`;
      if (asked.current === page) return;
      asked.current = page;
      const listing = listingOf(new URLSearchParams(key));
      const variables = { first: pageSize, after: after ?? null, filter: filterOf(listing), orderBy: orderOf(listing) };
      setContacts((before) => ({ ...before, loading: true, error: undefined }));
      const change = await client
        .query({ query: ContactsDocument, variables, fetchPolicy: 'network-only' })
        .then(({ data }) => listed(key, after, data?.contacts))
        .catch((error: unknown) => (before: Contacts) => ({ ...before, loading: false, error }));
      if (asked.current !== page) return;
      asked.current = undefined;
      setContacts(change);
    },
    [client, key],
  );

  useEffect(() => {
    let over = false;
    if (here.current !== key) load();
    here.current = key;
    const filter = filterOf(listingOf(new URLSearchParams(key)));
    client
      .query({ query: ContactCountDocument, variables: { filter }, fetchPolicy: 'network-only' })
      .then(({ data }) => {
        if (data && !over) setContacts((before) => ({ ...before, total: data.contacts.totalCount }));
      })
      .catch(() => {}); // the list stands without its count
    return () => {
      over = true;
    };
  }, [client, key, load]);

  useEffect(() => {
    if (!contacts.loading && contacts.of === key) remembered = contacts;
  }, [key, contacts]);

  const more = useCallback(() => {
    if (contacts.of === key && contacts.next !== undefined && !contacts.error) load(contacts.next);
  }, [key, contacts.of, contacts.next, contacts.error, load]);
  return { ...contacts, more };
}

/** What a page does to the list: the first of a listing takes the place of all rows, another one stands behind them. */
function listed(of: string, after: string | undefined, page: ContactsQuery['contacts'] | undefined) {
  const next = page?.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? undefined) : undefined;
  const nodes = page?.nodes ?? [];
  return ({ rows, ...rest }: Contacts): Contacts => ({
    ...rest,
    of,
    rows: after ? [...rows, ...nodes] : nodes,
    next,
    loading: false,
  });
}
