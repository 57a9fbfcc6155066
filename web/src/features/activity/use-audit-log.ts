import { useCallback } from 'react';
import { fetchUncached, type ListQuery, usePages } from '../../components/use-pages';
import { type AuditAction, type AuditEntryPartsFragment, AuditLogDocument } from '../../gql';

/** Loads the entries with an action, null for all, page by page, newest first. */
export function useAuditLog(action: AuditAction | null) {
  const query: ListQuery<AuditEntryPartsFragment> = useCallback(
    async (client, before) => {
      const data = await fetchUncached(client, AuditLogDocument, { action, before });
      if (!data) return undefined;
      const { entries, endCursor, hasMore } = data.auditLog;
      return { items: entries, end: endCursor, hasMore };
    },
    [action],
  );
  return usePages(query);
}
