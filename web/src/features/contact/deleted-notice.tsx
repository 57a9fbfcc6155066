import { Button, Stack, Text } from '@mantine/core';
import { ErrorAlert } from '../../components/error-alert';
import { FaultAlert } from '../../components/fault-alert';
import type { ChangePartsFragment } from '../../gql';
import { actorName, formatTime } from '../../lib/format';
import { useRights } from '../contact-fields/rights';
import { useUndo } from './use-undo';

/**
 * Shown when the contact is deleted while its page is open. The form stays, because it may have
 * unsaved input.
 */
export function DeletedNotice({ deletion }: { deletion: ChangePartsFragment }) {
  const { mayRemove } = useRights();
  const { undo, undoing, refusal, fault } = useUndo();
  return (
    <ErrorAlert title="This contact was deleted">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">
          Deleted by {actorName(deletion.actor)}, {formatTime(deletion.at)}.{' '}
          {mayRemove && 'Restore the contact to save changes.'} Your input stays on this page.
        </Text>
        {refusal && <Text size="sm">{refusal}</Text>}
        {fault !== undefined && (
          <FaultAlert title="We could not confirm that the contact was restored" error={fault} />
        )}
        {mayRemove && (
          <Button
            size="xs"
            variant="default"
            loading={undoing !== undefined}
            onClick={() => undo(deletion)}
          >
            Restore
          </Button>
        )}
      </Stack>
    </ErrorAlert>
  );
}
