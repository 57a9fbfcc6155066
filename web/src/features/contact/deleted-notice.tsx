import { Button, Stack, Text } from '@mantine/core';
import { RefusalNote } from '../../components/error-alert';
import { FaultNote } from '../../components/fault-alert';
import type { ChangePartsFragment } from '../../gql';
import { actorName, formatTime } from '../../lib/format';
import { useUndo } from './use-undo';

/** Says that the contact was deleted while its page is open. The page stays, for there may be something typed in it. */
export function DeletedNote({ deletion }: { deletion: ChangePartsFragment }) {
  const { undo, undoing, refusal, fault } = useUndo();
  return (
    <RefusalNote title="This contact was deleted">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">
          By {actorName(deletion.actor)}, {formatTime(deletion.at)}. Nothing can be saved until it is back; what you typed stays
          here.
        </Text>
        {refusal && <Text size="sm">{refusal}</Text>}
        {fault !== undefined && <FaultNote title="It is not known to be back" error={fault} />}
        <Button size="xs" variant="default" loading={undoing !== undefined} onClick={() => undo(deletion)}>
          Bring it back
        </Button>
      </Stack>
    </RefusalNote>
  );
}
