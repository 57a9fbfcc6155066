import { useApolloClient } from '@apollo/client/react';
import { useCallback, useEffect, useState } from 'react';
import { type ChangePartsFragment, HistoryDocument } from '../../gql';

/** The part of a contact's history that has been loaded. */
interface History {
  /** The changes, newest first. */
  changes: ChangePartsFragment[];
  loading: boolean;
  error: unknown;
  hasMore: boolean;
  loadMore: () => void;
}

const noChanges = { nodes: [], pageInfo: { endCursor: null, hasNextPage: false } };

/** Loads the history of a contact page by page, and adds the changes that have arrived since. */
export function useHistory(id: string, arrived: readonly ChangePartsFragment[]): History {
  const client = useApolloClient();
  const [loaded, setLoaded] = useState<readonly ChangePartsFragment[]>([]);
  const [state, setState] = useState<{ loading: boolean; error?: unknown; hasMore: boolean }>({
    loading: true,
    hasMore: false,
  });
  const [end, setEnd] = useState<string | null>(null);

  const load = useCallback(
    async (after: string | null) => {
      setState({ loading: true, hasMore: false });
      try {
        const { data } = await client.query({
          query: HistoryDocument,
          variables: { id, after },
          fetchPolicy: 'no-cache',
        });
        const { nodes, pageInfo } = data?.contact?.changes ?? noChanges;
        setLoaded((old) => (after === null ? nodes : [...old, ...nodes]));
        setEnd(pageInfo.endCursor);
        setState({ loading: false, hasMore: pageInfo.hasNextPage });
      } catch (error) {
        setState({ loading: false, error, hasMore: true });
      }
    },
    [client, id],
  );
  useEffect(() => {
    load(null);
  }, [load]);

  const loadedIds = new Set(loaded.map((change) => change.id));
  return {
    changes: [...arrived.filter((change) => !loadedIds.has(change.id)), ...loaded],
    loading: state.loading,
    error: state.error,
    hasMore: state.hasMore,
    loadMore: () => load(end),
  };
}
