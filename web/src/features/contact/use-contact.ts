import { useQuery } from '@apollo/client/react';
import { followChanges } from 'contactgraph-client';
import { useEffect, useRef, useState } from 'react';
import {
  type ChangePartsFragment,
  ContactPageDocument,
  type ContactPageQuery,
  FollowContactDocument,
  LogEndDocument,
} from '../../gql';
import { useSession } from '../session/session';

/** A contact that is kept up to date. */
export interface LiveContact {
  /** Null if it does not exist or the viewer may not see it; undefined while it is loading. */
  contact: ContactPageQuery['contact'] | undefined;
  /** Whether the changes of others arrive. */
  live: boolean;
  error: unknown;
  retry: () => void;
}

/** The changes with the contact, which the cache then has. */
const documents = { stream: FollowContactDocument };

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
  const latest = useRef(onChange);
  latest.current = onChange;

  useEffect(() => {
    if (cursor === undefined) return;
    const ended = new AbortController();
    const changes = followChanges(api.contacts, {
      after: cursor,
      contactId: id,
      signal: ended.signal,
      onLive: setLive,
      documents,
    });
    const follow = async () => {
      for await (const event of changes) if (event.type === 'change') latest.current(event.change);
    };
    follow().catch(() => {}); // onLive has been called
    return () => ended.abort();
  }, [api, id, cursor]);

  return {
    contact: page.data ? page.data.contact : undefined,
    live,
    error: page.error,
    retry: () => Promise.all([logEnd.refetch(), page.refetch()]).catch(() => {}), // the queries report the error
  };
}
