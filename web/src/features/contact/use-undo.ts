import { useApolloClient } from '@apollo/client/react';
import { useState } from 'react';
import { type ChangePartsFragment, type ErrorPartsFragment, UndoChangeDocument } from '../../gql';
import { actorName } from '../../lib/format';
import { fieldAt } from '../contact-fields/fields';
import { type Session, useSession } from '../session/session';

/** Takes changes back, one at a time. */
interface Undo {
  /** Takes a change back, and returns whether that was done. */
  undo(change: ChangePartsFragment): Promise<boolean>;
  /** The id of the change that is being taken back. */
  undoing: string | undefined;
  /** Why the last one could not be. */
  refusal: string;
  /** Why it is not known. */
  fault: unknown;
}

/** Takes changes back. onDone is called with the id of the change that did it. */
export function useUndo(onDone?: (id: string) => void): Undo {
  const client = useApolloClient();
  const { catalog } = useSession();
  const [undoing, setUndoing] = useState<string>();
  const [refusal, setRefusal] = useState('');
  const [fault, setFault] = useState<unknown>();
  const undo = async ({ id }: ChangePartsFragment) => {
    setUndoing(id);
    setRefusal('');
    setFault(undefined);
    try {
      const { data } = await client.mutate({ mutation: UndoChangeDocument, variables: { id }, refetchQueries: ['ContactPage'] });
      const errors = data?.undoChange.errors ?? [];
      setRefusal(errors.map((error) => reason(error, catalog)).join(' '));
      if (data?.undoChange.change) onDone?.(data.undoChange.change.id);
      return errors.length === 0;
    } catch (error) {
      setFault(error);
      return false;
    } finally {
      setUndoing(undefined);
    }
  };
  return { undo, undoing, refusal, fault };
}

/** Why a change cannot be undone: where later ones overlap it, in which fields and by whom. */
function reason(error: ErrorPartsFragment, catalog: Session['catalog']): string {
  if (error.__typename !== 'VersionConflict') return error.message;
  const fields = error.fields
    .filter(({ overlaps }) => overlaps)
    .map(({ path, changedBy }) => `${fieldAt(path, catalog).label} (${actorName(changedBy)})`);
  return `Later changes have replaced what it did: ${fields.join(', ')}. Undo those first.`;
}
