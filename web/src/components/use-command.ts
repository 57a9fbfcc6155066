import { useApolloClient } from '@apollo/client/react';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { useState } from 'react';
import type { ContactErrorCode } from '../gql';

/** What a person can mend. */
export interface Refusal {
  code: ContactErrorCode;
  message: string;
  path: string | null;
}

/** The answer of a mutation whose field is called done. */
interface Done {
  done: { errors: Refusal[] };
}

/** Runs mutations, one at a time. */
export interface Command {
  /** Runs a mutation, and returns whether it took effect. */
  run<Variables extends Record<string, unknown>>(
    mutation: TypedDocumentNode<Done, Variables>,
    variables: Variables,
  ): Promise<boolean>;
  busy: boolean;
  /** Why the last one was refused. */
  refusals: readonly Refusal[];
  /** Why it is not known what became of the last one. */
  fault: unknown;
}

// A property that is new, or gone, is one more path to write, or one less.
const ofCatalog = ['Catalog', 'Viewer'];

/** Runs mutations that need no form: of the catalogue, unless others are named that are to be read anew after each. */
export function useCommand(refetchQueries: string[] = ofCatalog): Command {
  const client = useApolloClient();
  const [busy, setBusy] = useState(false);
  const [refusals, setRefusals] = useState<readonly Refusal[]>([]);
  const [fault, setFault] = useState<unknown>();
  const run: Command['run'] = async (mutation, variables) => {
    setBusy(true);
    setRefusals([]);
    setFault(undefined);
    try {
      const { data } = await client.mutate<Done>({ mutation, variables, refetchQueries, awaitRefetchQueries: true });
      const errors = data?.done.errors ?? [];
      setRefusals(errors);
      return errors.length === 0;
    } catch (error) {
      setFault(error);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { run, busy, refusals, fault };
}
