import { useApolloClient } from '@apollo/client/react';
import { useCallback, useEffect, useState } from 'react';
import { type DeletedContactPartsFragment, TrashDocument } from '../../gql';

/** The part of the trash that has been loaded. */
interface LoadedTrash {
  /** The contacts, the latest deletion first. */
  contacts: readonly DeletedContactPartsFragment[];
  /** The cursor of the next page; null at the start. */
  next: string | null;
  hasMore: boolean;
  loading: boolean;
  error?: unknown;
}

interface Trash extends LoadedTrash {
  loadMore: () => void;
  /** Takes a contact that was restored off the list. */
  remove: (contactId: number) => void;
}

const empty: LoadedTrash = { contacts: [], next: null, hasMore: false, loading: true };

/** Loads the deleted contacts page by page. */
export function useTrash(): Trash {
  const client = useApolloClient();
  const [trash, setTrash] = useState(empty);
  const load = useCallback(
    async (after: string | null) => {
      setTrash((old) => ({ ...old, loading: true, error: undefined }));
      try {
        const { data } = await client.query({
          query: TrashDocument,
          variables: { after },
          fetchPolicy: 'no-cache',
        });
        if (!data) return;
        const { nodes, pageInfo } = data.deletedContacts;
        setTrash((old) => ({
          contacts: after === null ? nodes : [...old.contacts, ...nodes],
          next: pageInfo.endCursor ?? after,
          hasMore: pageInfo.hasNextPage,
          loading: false,
        }));
      } catch (error) {
        setTrash((old) => ({ ...old, loading: false, error }));
      }
    },
    [client],
  );
  useEffect(() => {
    load(null);
  }, [load]);
  const remove = (contactId: number) =>
    setTrash((old) => ({
      ...old,
      contacts: old.contacts.filter((contact) => contact.contactId !== contactId),
    }));
  return { ...trash, loadMore: () => load(trash.next), remove };
}
