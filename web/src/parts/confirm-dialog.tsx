import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { OutcomeNote } from './outcome-note';
import type { Command } from './use-command';
import { useFocusBack } from './use-focus-back';

interface ConfirmDialogProps {
  title: string;
  text: string;
  command: Command;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before something is deleted. */
export function ConfirmDialog({ title, text, command, onConfirm, onClose }: ConfirmDialogProps) {
  useFocusBack();
  return (
    <Modal opened onClose={onClose} title={title}>
      <Stack>
        <Text size="sm">{text}</Text>
        <OutcomeNote command={command} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Keep
          </Button>
          <Button color="red" loading={command.busy} onClick={onConfirm}>
            Delete
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
