import type { ApolloClient } from '@apollo/client';
import { useApolloClient } from '@apollo/client/react';
import { useState } from 'react';
import { type ChangePartsFragment, type ErrorPartsFragment, UndoChangeDocument } from '../../gql';
import type { Catalog } from '../../lib/catalog';
import { actorName } from '../../lib/format';
import { fieldAt } from '../contact-fields/fields';
import { useSession } from '../session/session';

/** Undoes changes, one at a time. */
interface Undo {
  /** Undoes a change. Returns whether it succeeded. */
  undo(change: Pick<ChangePartsFragment, 'id'>): Promise<boolean>;
  /** The id of the change that is being undone. */
  undoing: string | undefined;
  /** Why the last change could not be undone; empty otherwise. */
  refusal: string;
  /** Why the result of the last undo is unknown. */
  fault: unknown;
}

/** Undoes changes. onUndone is called with the id of the change that undid another. */
export function useUndo(onUndone?: (changeId: string) => void): Undo {
  const client = useApolloClient();
  const { catalog } = useSession();
  const [undoing, setUndoing] = useState<string>();
  const [refusal, setRefusal] = useState('');
  const [fault, setFault] = useState<unknown>();
  const undo = async ({ id }: Pick<ChangePartsFragment, 'id'>) => {
    setUndoing(id);
    setRefusal('');
    setFault(undefined);
    try {
      const result = await undoChange(client, id, catalog);
      setRefusal(result.refusal);
      if (result.changeId !== undefined) onUndone?.(result.changeId);
      return result.refusal === '';
    } catch (error) {
      setFault(error);
      return false;
    } finally {
      setUndoing(undefined);
    }
  };
  return { undo, undoing, refusal, fault };
}

/**
 * Undoes a change. Returns why it could not be undone, empty if it was, and the id of the change
 * that undid it.
 */
export async function undoChange(
  client: ApolloClient,
  id: string,
  catalog: Catalog,
): Promise<{ refusal: string; changeId: string | undefined }> {
  const { data } = await client.mutate({
    mutation: UndoChangeDocument,
    variables: { id },
    refetchQueries: ['ContactPage'],
  });
  const { errors = [], change } = data?.undoChange ?? {};
  return {
    refusal: errors.map((error) => reason(error, catalog)).join(' '),
    changeId: change?.id,
  };
}

/**
 * Explains why a change cannot be undone: for a conflict, which fields were changed later and by
 * whom.
 */
function reason(error: ErrorPartsFragment, catalog: Catalog): string {
  if (error.__typename !== 'VersionConflict') return error.message;
  const fields = error.fields
    .filter(({ overlaps }) => overlaps)
    .map(({ path, changedBy }) => `${fieldAt(path, catalog).label} (${actorName(changedBy)})`);
  return `Later changes affect the same fields: ${fields.join(', ')}. Undo those changes first.`;
}
