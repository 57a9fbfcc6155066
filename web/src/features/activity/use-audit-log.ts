import { useApolloClient } from '@apollo/client/react';
import { useCallback, useEffect, useState } from 'react';
import { type AuditAction, type AuditEntryPartsFragment, AuditLogDocument } from '../../gql';

/** The part of the audit log that has been loaded. */
interface LoadedLog {
  /** The entries, newest first. */
  entries: readonly AuditEntryPartsFragment[];
  /** The cursor of the next page; null at the start. */
  next: string | null;
  hasMore: boolean;
  loading: boolean;
  error?: unknown;
}

const empty: LoadedLog = { entries: [], next: null, hasMore: false, loading: true };

/** Loads the entries with an action, null for all, page by page. */
export function useAuditLog(action: AuditAction | null): LoadedLog & { loadMore: () => void } {
  const client = useApolloClient();
  const [log, setLog] = useState(empty);
  const load = useCallback(
    async (before: string | null) => {
      setLog((old) => ({ ...old, loading: true, error: undefined }));
      try {
        const { data } = await client.query({
          query: AuditLogDocument,
          variables: { action, before },
          fetchPolicy: 'no-cache',
        });
        if (!data) return;
        const { entries, endCursor, hasMore } = data.auditLog;
        setLog((old) => ({
          entries: before === null ? entries : [...old.entries, ...entries],
          next: endCursor ?? before,
          hasMore,
          loading: false,
        }));
      } catch (error) {
        setLog((old) => ({ ...old, loading: false, error }));
      }
    },
    [client, action],
  );
  useEffect(() => {
    load(null);
  }, [load]);
  return { ...log, loadMore: () => load(log.next) };
}
