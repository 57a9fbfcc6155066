import { useApolloClient } from '@apollo/client/react';
import { useCallback, useEffect, useState } from 'react';
import { type ChangePartsFragment, HistoryDocument } from '../../gql';

/** The changes of a contact, as far as they have been read. */
interface History {
  changes: ChangePartsFragment[];
  loading: boolean;
  error: unknown;
  hasMore: boolean;
  more: () => void;
}

/** Reads the changes of a contact, newest first, with those that arrive meanwhile. */
export function useHistory(id: string, arrived: readonly ChangePartsFragment[]): History {
  const client = useApolloClient();
  const [read, setRead] = useState<readonly ChangePartsFragment[]>([]);
  const [state, setState] = useState<{ loading: boolean; error?: unknown; hasMore: boolean }>({ loading: true, hasMore: false });
  const before = read.at(-1)?.version ?? null;

  const load = useCallback(
    async (before: string | null) => {
      setState({ loading: true, hasMore: false });
      try {
        const { data } = await client.query({ query: HistoryDocument, variables: { id, before }, fetchPolicy: 'no-cache' });
        const page = data?.contact?.changes ?? [];
        setRead((old) => (before === null ? page : [...old, ...page]));
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

  const known = new Set(read.map((change) => change.id));
  return {
    changes: [...arrived.filter((change) => !known.has(change.id)), ...read],
    loading: state.loading,
    error: state.error,
    hasMore: state.hasMore,
    more: () => load(before),
  };
}
