import { useApolloClient } from '@apollo/client/react';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { useState } from 'react';
import type { UserErrorPartsFragment } from '../gql';

/** The result of a mutation whose field has the alias done. */
interface Done {
  done: { errors: UserErrorPartsFragment[] };
}

/** What a command does to an object, as messages about it say it. */
type Goal = 'created' | 'saved' | 'deleted' | 'disabled' | 'enabled' | 'rotated' | 'revoked';

/** Runs mutations, one at a time. */
export interface Command {
  /** Runs a mutation. Returns its result; undefined if it did not succeed. */
  run<Result extends Done, Variables extends Record<string, unknown>>(
    goal: Goal,
    mutation: TypedDocumentNode<Result, Variables>,
    variables: Variables,
  ): Promise<Result | undefined>;
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
  const run = async <Result extends Done, Variables extends Record<string, unknown>>(
    goal: Goal,
    mutation: TypedDocumentNode<Result, Variables>,
    variables: Variables,
  ): Promise<Result | undefined> => {
    setBusy(true);
    setGoal(goal);
    setUserErrors([]);
    setFault(undefined);
    try {
      const { data } = await client.mutate<Result, Record<string, unknown>>({
        mutation,
        variables,
        refetchQueries,
        awaitRefetchQueries: true,
      });
      const errors = data?.done.errors ?? [];
      setUserErrors(errors);
      return errors.length === 0 ? data : undefined;
    } catch (error) {
      setFault(error);
      return undefined;
    } finally {
      setBusy(false);
    }
  };
  return { run, busy, goal, userErrors, fault };
}
