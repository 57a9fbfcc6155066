import { useApolloClient } from '@apollo/client/react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useNavigationType } from 'react-router';
import {
  ContactCountDocument,
  type ContactRowFragment,
  ContactsDocument,
  type ContactsQuery,
} from '../../gql';
import { filterOf, type ListParams, orderOf, parseListParams, toSearchParams } from './list-params';

/** The part of a list of contacts that has been loaded. */
export interface Contacts {
  /** The parameters of the rows, as in the URL; null before the first page is loaded. */
  key: string | null;
  rows: readonly ContactRowFragment[];
  /** The number of all matching contacts; undefined until they are counted. */
  total?: number;
  /** The cursor of the next page; undefined at the end of the list. */
  next?: string | undefined;
  loading: boolean;
  error?: unknown;
}

const pageSize = 50;

// The last list, for a person who navigates back to it.
let lastList: Contacts = { key: null, rows: [], loading: true };

/**
 * Loads contacts page by page. loadMore loads the next page, unless it is already loading; reload
 * loads the list from its start.
 */
export function useContacts(
  params: ListParams,
): Contacts & { loadMore: () => void; reload: () => void } {
  const client = useApolloClient();
  const navigatedBack = useNavigationType() === 'POP';
  const key = toSearchParams(params).toString();
  const [contacts, setContacts] = useState<Contacts>(() =>
    navigatedBack && lastList.key === key ? lastList : { key: null, rows: [], loading: true },
  );
  const requestedKey = useRef(contacts.key); // the list that is loaded or loading
  const requestedPage = useRef<string>(undefined); // the page that is loading: any other response is stale

  const [generation, setGeneration] = useState(0); // how often the list was loaded again

  const load = useCallback(
    async (after?: string) => {
      const page = `${key} ${after ?? ''}`;
      if (requestedPage.current === page) return;
      requestedPage.current = page;
      const params = parseListParams(new URLSearchParams(key));
      const variables = {
        first: pageSize,
        after: after ?? null,
        filter: filterOf(params),
        orderBy: orderOf(params),
      };
      setContacts((before) => ({ ...before, loading: true, error: undefined }));
      const update = await client
        .query({ query: ContactsDocument, variables, fetchPolicy: 'network-only' })
        .then(({ data }) => addPage(key, after, data?.contacts))
        .catch((error: unknown) => (before: Contacts) => ({ ...before, loading: false, error }));
      if (requestedPage.current !== page) return;
      requestedPage.current = undefined;
      setContacts(update);
    },
    [client, key],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new generation counts again
  useEffect(() => {
    let cancelled = false;
    if (requestedKey.current !== key) load();
    requestedKey.current = key;
    const filter = filterOf(parseListParams(new URLSearchParams(key)));
    client
      .query({ query: ContactCountDocument, variables: { filter }, fetchPolicy: 'network-only' })
      .then(({ data }) => {
        if (data && !cancelled)
          setContacts((before) => ({ ...before, total: data.contacts.totalCount }));
      })
      .catch(() => {}); // the list is shown without its count
    return () => {
      cancelled = true;
    };
  }, [client, key, load, generation]);

  useEffect(() => {
    if (!contacts.loading && contacts.key === key) lastList = contacts;
  }, [key, contacts]);

  const loadMore = useCallback(() => {
    if (contacts.key === key && contacts.next !== undefined && !contacts.error) load(contacts.next);
  }, [key, contacts.key, contacts.next, contacts.error, load]);
  const reload = useCallback(() => {
    requestedKey.current = null;
    requestedPage.current = undefined;
    setGeneration((before) => before + 1);
  }, []);
  return { ...contacts, loadMore, reload };
}

/**
 * Adds a page to the list. The first page of a list replaces all rows. Any other page is added only
 * where it belongs: one that was requested again, before the list was rendered with it, is ignored.
 */
export function addPage(
  key: string,
  after: string | undefined,
  page: ContactsQuery['contacts'] | undefined,
) {
  const next = page?.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? undefined) : undefined;
  const nodes = page?.nodes ?? [];
  return (before: Contacts): Contacts => {
    if (after === undefined) return { ...before, key, rows: nodes, next, loading: false };
    if (before.key !== key || before.next !== after) return { ...before, loading: false };
    return { ...before, rows: [...before.rows, ...nodes], next, loading: false };
  };
}
