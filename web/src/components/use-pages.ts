import { useApolloClient } from '@apollo/client/react';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { useCallback, useEffect, useState } from 'react';

type Client = ReturnType<typeof useApolloClient>;

/** A page of a list. */
interface ListPage<T> {
  items: readonly T[];
  /** The cursor of the last item; null if there is none. */
  end: string | null;
  hasMore: boolean;
}

/** The part of a list that has been loaded. */
interface Loaded<T> {
  items: readonly T[];
  /** The cursor of the next page; null at the start. */
  next: string | null;
  hasMore: boolean;
  loading: boolean;
  error?: unknown;
}

interface Pages<T> extends Loaded<T> {
  loadMore: () => void;
  /** Takes items off the list for which drop returns true. */
  remove: (drop: (item: T) => boolean) => void;
}

/** Reads the page after a cursor, null for the first one. */
export type ListQuery<T> = (
  client: Client,
  after: string | null,
) => Promise<ListPage<T> | undefined>;

/** Loads a list page by page, and from the start if the query is another one. */
export function usePages<T>(query: ListQuery<T>): Pages<T> {
  const client = useApolloClient();
  const [list, setList] = useState<Loaded<T>>(empty);
  const load = useCallback(
    async (after: string | null) => {
      setList((old) => ({ ...old, loading: true, error: undefined }));
      try {
        const page = await query(client, after);
        if (!page) return;
        setList((old) => ({
          items: after === null ? page.items : [...old.items, ...page.items],
          next: page.end ?? after,
          hasMore: page.hasMore,
          loading: false,
        }));
      } catch (error) {
        setList((old) => ({ ...old, loading: false, error }));
      }
    },
    [client, query],
  );
  useEffect(() => {
    load(null);
  }, [load]);
  const remove = (drop: (item: T) => boolean) =>
    setList((old) => ({ ...old, items: old.items.filter((item) => !drop(item)) }));
  return { ...list, loadMore: () => load(list.next), remove };
}

const empty = { items: [], next: null, hasMore: false, loading: true };

/** Runs a query whose result is not cached: the list changes all the time. */
export async function fetchUncached<Data, Variables extends Record<string, unknown>>(
  client: Client,
  query: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Promise<Data | undefined> {
  const { data } = await client.query<Data, Record<string, unknown>>({
    query,
    variables,
    fetchPolicy: 'no-cache',
  });
  return data;
}
