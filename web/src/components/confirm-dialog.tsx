import { Button, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { CommandErrors } from './command-errors';
import { Dialog } from './dialog';
import type { Command } from './use-command';

interface ConfirmDialogProps {
  title: string;
  text: string;
  /** The label of the button that confirms. */
  confirmLabel?: string;
  command: Command;
  onConfirm: () => void;
  onClose: () => void;
  /** What else can be done if the command was refused. */
  children?: ReactNode;
}

/** Asks for a confirmation before a command that has an effect on others or cannot be undone. */
export function ConfirmDialog({
  title,
  text,
  confirmLabel = 'Delete',
  command,
  onConfirm,
  onClose,
  children,
}: ConfirmDialogProps) {
  return (
    <Dialog onClose={onClose} title={title}>
      <Stack>
        <Text size="sm">{text}</Text>
        <CommandErrors command={command} />
        {children}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button color="red" loading={command.busy} onClick={onConfirm}>
            {confirmLabel}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
