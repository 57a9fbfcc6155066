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

/** Loads the history of a contact page by page, and adds the changes that have arrived since. */
export function useHistory(id: string, arrived: readonly ChangePartsFragment[]): History {
  const client = useApolloClient();
  const [loaded, setLoaded] = useState<readonly ChangePartsFragment[]>([]);
  const [state, setState] = useState<{ loading: boolean; error?: unknown; hasMore: boolean }>({
    loading: true,
    hasMore: false,
  });
  const before = loaded.at(-1)?.version ?? null;

  const load = useCallback(
    async (before: string | null) => {
      setState({ loading: true, hasMore: false });
      try {
        const { data } = await client.query({
          query: HistoryDocument,
          variables: { id, before },
          fetchPolicy: 'no-cache',
        });
        const page = data?.contact?.changes ?? [];
        setLoaded((old) => (before === null ? page : [...old, ...page]));
        const oldest = page.at(-1)?.kind;
        setState({ loading: false, hasMore: page.length > 0 && oldest !== 'CREATE' });
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
    loadMore: () => load(before),
  };
}
