import { useQuery } from '@apollo/client/react';
import { useEffect, useRef, useState } from 'react';
import {
  type ChangePartsFragment,
  ContactPageDocument,
  type ContactPageQuery,
  LogEndDocument,
} from '../../gql';
import { useSession } from '../session/session';
import { type Follower, follow } from './follow';

/** A contact that is kept up to date. */
export interface LiveContact {
  /** Null if it does not exist or the viewer may not see it; undefined while it is loading. */
  contact: ContactPageQuery['contact'] | undefined;
  /** Whether the changes of others arrive. */
  live: boolean;
  error: unknown;
  retry: () => void;
}

/**
 * Loads a contact and follows its changes. The end of the log is read before the contact, so that
 * no change is missed.
 */
export function useContact(
  id: string,
  onChange: (change: ChangePartsFragment) => void,
): LiveContact {
  const { api } = useSession();
  const [live, setLive] = useState(true);
  const logEnd = useQuery(LogEndDocument, { variables: { id }, fetchPolicy: 'no-cache' });
  const cursor = logEnd.data?.contactChanges.lastCursor;
  const page = useQuery(ContactPageDocument, {
    variables: { id },
    skip: cursor === undefined && !logEnd.error,
  });
  const follower = useRef<Follower>({ onChange, onLive: setLive });
  follower.current.onChange = onChange;

  useEffect(() => {
    if (cursor === undefined) return;
    return follow(api, id, cursor, {
      onChange: (change) => follower.current.onChange(change),
      onLive: (live) => follower.current.onLive(live),
    });
  }, [api, id, cursor]);

  return {
    contact: page.data ? page.data.contact : undefined,
    live,
    error: page.error,
    retry: () => Promise.all([logEnd.refetch(), page.refetch()]).catch(() => {}), // the queries report the error
  };
}
