import { useApolloClient } from '@apollo/client/react';
import { Button, Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { ErrorAlert } from '../../components/error-alert';
import { FaultAlert } from '../../components/fault-alert';
import { NotFound } from '../../components/not-found';
import { Page } from '../../components/page';
import { type ChangePartsFragment, ContactLogDocument, type ContactLogQuery } from '../../gql';
import { actorName, formatTime } from '../../lib/format';
import { useRights } from '../contact-fields/rights';
import { useSession } from '../session/session';
import { useUndo } from './use-undo';

interface DeletedContactProps {
  id: string;
  onRestored: () => void;
}

/** Shown when there is no contact that the viewer may see. Staff see who has deleted a contact. */
export function DeletedContact({ id, onRestored }: DeletedContactProps) {
  const { staff } = useSession();
  const { mayRemove } = useRights();
  const deletion = useDeletion(id, staff);
  const { undo, undoing, refusal, fault } = useUndo();
  if (deletion === undefined) return <NotFound what="contact" />;
  return (
    <Page title="This contact was deleted">
      <Stack align="flex-start">
        <Text>
          Deleted by {actorName(deletion.actor)}, {formatTime(deletion.at)}.
        </Text>
        {refusal && <ErrorAlert title="Not restored">{refusal}</ErrorAlert>}
        {fault !== undefined && (
          <FaultAlert title="We could not confirm that the contact was restored" error={fault} />
        )}
        {mayRemove && (
          <>
            <Button
              loading={undoing !== undefined}
              onClick={() => undo(deletion).then((done) => done && onRestored())}
            >
              Restore
            </Button>
            <Text size="sm" c="dimmed">
              Everything is restored except the password.
            </Text>
          </>
        )}
      </Stack>
    </Page>
  );
}

/** Finds the deletion of a contact: the last change in its log. */
function useDeletion(id: string, staff: boolean): ChangePartsFragment | undefined {
  const client = useApolloClient();
  const [deletion, setDeletion] = useState<ChangePartsFragment>();
  useEffect(() => {
    let cancelled = false;
    const find = async () => {
      let last: ChangePartsFragment | undefined;
      for (let after: string | null = null, more = true; more; ) {
        const { data }: { data?: ContactLogQuery | undefined } = await client.query({
          query: ContactLogDocument,
          variables: { id, after },
          fetchPolicy: 'no-cache',
        });
        if (!data) return;
        last = data.contactChanges.changes.at(-1) ?? last;
        more = data.contactChanges.hasMore;
        after = data.contactChanges.endCursor;
      }
      if (!cancelled && last?.kind === 'DELETE') setDeletion(last);
    };
    if (staff) find().catch(() => {}); // the page then shows that the contact was not found
    return () => {
      cancelled = true;
    };
  }, [client, id, staff]);
  return deletion;
}
