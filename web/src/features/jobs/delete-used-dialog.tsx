import { Anchor, Button, Group } from '@mantine/core';
import { Link } from 'react-router';
import { CommandErrors } from '../../components/command-errors';
import { ConfirmDialog } from '../../components/confirm-dialog';
import { Dialog } from '../../components/dialog';
import type { Command } from '../../components/use-command';
import type { BulkUpdateInput } from '../../gql';
import { DoneButton } from './done-button';
import { JobView } from './job-view';
import { useBulkJob } from './use-bulk-job';

/** How to clear an object from the contacts that use it. */
export interface Usage {
  /** Selects the contacts, and writes what clears it. */
  clear: BulkUpdateInput;
  /** The path of the list of these contacts; absent if no filter of the list finds them. */
  contacts?: string;
}

interface DeleteUsedDialogProps {
  title: string;
  text: string;
  command: Command;
  /** Undefined if it cannot be cleared from many contacts at once. */
  usage: Usage | undefined;
  onConfirm: () => void;
  onClose: () => void;
}

/**
 * Asks for a confirmation before the deletion of an object that contacts can use. If some use it,
 * the dialog links to them, and offers to clear it from all of them first.
 */
export function DeleteUsedDialog({ usage, ...props }: DeleteUsedDialogProps) {
  const { title, command, onConfirm, onClose } = props;
  const control = useBulkJob(() => {});
  const { job } = control;
  const isUsed = command.userErrors.some(({ code }) => code === 'IN_USE');
  const close = () => {
    control.discard();
    onClose();
  };
  if (job)
    return (
      <Dialog title={title} size="xl" onClose={close}>
        <JobView
          job={job}
          actions={
            job.state === 'APPLIED' ? (
              <Button color="red" loading={command.busy} onClick={onConfirm}>
                Delete
              </Button>
            ) : (
              <DoneButton job={job} onClick={close} />
            )
          }
        />
        {job.state === 'APPLIED' && <CommandErrors command={command} />}
      </Dialog>
    );
  return (
    <ConfirmDialog {...props}>
      {isUsed && usage && (
        <Group gap="md">
          {usage.contacts && (
            <Anchor component={Link} to={usage.contacts} size="sm" underline="always">
              Show these contacts
            </Anchor>
          )}
          <Button
            variant="default"
            size="xs"
            loading={control.command.busy}
            onClick={() => control.planUpdate(usage.clear)}
          >
            Clear it from these contacts
          </Button>
        </Group>
      )}
      <CommandErrors command={control.command} />
    </ConfirmDialog>
  );
}
