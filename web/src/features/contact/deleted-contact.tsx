import { useApolloClient } from '@apollo/client/react';
import { Button, Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { RefusalNote } from '../../components/error-alert';
import { FaultNote } from '../../components/fault-alert';
import { NoPage } from '../../components/not-found';
import { Page } from '../../components/page';
import { type ChangePartsFragment, RemainsDocument, type RemainsQuery } from '../../gql';
import { actorName, formatTime } from '../../lib/format';
import { useSession } from '../session/session';
import { useUndo } from './use-undo';

interface GoneProps {
  id: string;
  onReturned: () => void;
}

/** What stands where there is no contact that the viewer may see. One that was deleted can be brought back. */
export function Gone({ id, onReturned }: GoneProps) {
  const { staff } = useSession();
  const deletion = useDeletion(id, staff);
  const { undo, undoing, refusal, fault } = useUndo();
  if (deletion === undefined) return <NoPage what="There is no such contact" or="Or you may not see it." />;
  return (
    <Page title="This contact was deleted">
      <Stack align="flex-start">
        <Text>
          By {actorName(deletion.actor)}, {formatTime(deletion.at)}.
        </Text>
        {refusal && <RefusalNote title="It cannot be brought back">{refusal}</RefusalNote>}
        {fault !== undefined && <FaultNote title="It is not known to be back" error={fault} />}
        <Button loading={undoing !== undefined} onClick={() => undo(deletion).then((done) => done && onReturned())}>
          Bring it back
        </Button>
        <Text size="sm" c="dimmed">
          It comes back with all it had but its password.
        </Text>
      </Stack>
    </Page>
  );
}

/** The deletion of a contact, if its log ends with one. */
function useDeletion(id: string, staff: boolean): ChangePartsFragment | undefined {
  const client = useApolloClient();
  const [deletion, setDeletion] = useState<ChangePartsFragment>();
  useEffect(() => {
    let over = false;
    const find = async () => {
      let last: ChangePartsFragment | undefined;
      for (let after: string | null = null, more = true; more; ) {
        const { data }: { data?: RemainsQuery | undefined } = await client.query({
          query: RemainsDocument,
          variables: { id, after },
          fetchPolicy: 'no-cache',
        });
        if (!data) return;
        last = data.contactChanges.changes.at(-1) ?? last;
        more = data.contactChanges.hasMore;
        after = data.contactChanges.endCursor;
      }
      if (!over && last?.kind === 'DELETE') setDeletion(last);
    };
    if (staff) find().catch(() => {}); // there is no contact all the same
    return () => {
      over = true;
    };
  }, [client, id, staff]);
  return deletion;
}
