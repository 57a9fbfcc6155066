import { useQuery } from '@apollo/client/react';
import { useEffect, useRef, useState } from 'react';
import { type ChangePartsFragment, ContactPageDocument, type ContactPageQuery, LogEndDocument } from '../../gql';
import { useSession } from '../session/session';
import { type Follower, follow } from './follow';

/** A contact whose page is open: as it is now, whoever changes it. */
export interface OpenContact {
  /** Null if there is none that the viewer may see; undefined until that is known. */
  contact: ContactPageQuery['contact'] | undefined;
  /** Whether changes of others arrive at once. */
  live: boolean;
  error: unknown;
  retry: () => void;
}

/** Loads a contact and follows it. The end of the log is read before the contact, so that nothing is missed in between. */
export function useContact(id: string, onChange: (change: ChangePartsFragment) => void): OpenContact {
  const { api } = useSession();
  const [live, setLive] = useState(true);
  const end = useQuery(LogEndDocument, { variables: { id }, fetchPolicy: 'no-cache' });
  const cursor = end.data?.contactChanges.lastCursor;
  const page = useQuery(ContactPageDocument, { variables: { id }, skip: cursor === undefined && !end.error });
  const follower = useRef<Follower>({ onChange, onLive: setLive });
  follower.current.onChange = onChange;

  useEffect(() => {
    if (cursor === undefined) return;
    return follow(api, id, cursor, {
      onChange: (change) => follower.current.onChange(change),
      onLive: (now) => follower.current.onLive(now),
    });
  }, [api, id, cursor]);

  return {
    contact: page.data ? page.data.contact : undefined,
    live,
    error: page.error,
    retry: () => Promise.all([end.refetch(), page.refetch()]).catch(() => {}), // the queries have the error
  };
}
