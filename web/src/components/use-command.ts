import { useApolloClient } from '@apollo/client/react';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { useState } from 'react';
import type { UserErrorPartsFragment } from '../gql';

/** What a mutation returns. */
interface Payload {
  errors: UserErrorPartsFragment[];
}

/** The response to a mutation whose field has the alias done; it is null only after a fault. */
interface Done<P extends Payload> {
  done: P | null;
}

/** What a command does to an object, as messages about it say it. */
type Goal =
  | 'created'
  | 'saved'
  | 'deleted'
  | 'merged'
  | 'undone'
  | 'applied'
  | 'paused'
  | 'continued'
  | 'canceled'
  | 'reverted'
  | 'disabled'
  | 'enabled'
  | 'rotated'
  | 'revoked';

/** Runs mutations, one at a time. */
export interface Command {
  /** Runs a mutation. Returns its payload; undefined if it did not succeed. */
  run<P extends Payload, Variables extends Record<string, unknown>>(
    goal: Goal,
    mutation: TypedDocumentNode<Done<P>, Variables>,
    variables: Variables,
  ): Promise<P | undefined>;
  busy: boolean;
  /** The goal of the last mutation. */
  goal: Goal;
  /** Why the last mutation was refused. */
  userErrors: readonly UserErrorPartsFragment[];
  /** Why the result of the last mutation is unknown. */
  fault: unknown;
}

// The viewer too: a new or deleted property changes the paths that it may write.
const catalogQueries = ['Catalog', 'Viewer'];

/** Runs mutations that need no form, and reads the named queries again after each. */
export function useCommand(refetchQueries: string[] = catalogQueries): Command {
  const client = useApolloClient();
  const [busy, setBusy] = useState(false);
  const [goal, setGoal] = useState<Goal>('saved');
  const [userErrors, setUserErrors] = useState<readonly UserErrorPartsFragment[]>([]);
  const [fault, setFault] = useState<unknown>();
  const run = async <P extends Payload, Variables extends Record<string, unknown>>(
    goal: Goal,
    mutation: TypedDocumentNode<Done<P>, Variables>,
    variables: Variables,
  ): Promise<P | undefined> => {
    setBusy(true);
    setGoal(goal);
    setUserErrors([]);
    setFault(undefined);
    try {
      const { data } = await client.mutate<Done<P>, Record<string, unknown>>({
        mutation,
        variables,
        refetchQueries,
        awaitRefetchQueries: true,
      });
      const payload = data?.done ?? undefined;
      setUserErrors(payload?.errors ?? []);
      return payload?.errors.length === 0 ? payload : undefined;
    } catch (error) {
      setFault(error);
      return undefined;
    } finally {
      setBusy(false);
    }
  };
  return { run, busy, goal, userErrors, fault };
}
