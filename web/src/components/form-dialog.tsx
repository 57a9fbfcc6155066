import { Button, Group, Stack } from '@mantine/core';
import type { FormEvent, ReactNode } from 'react';
import { CommandErrors } from './command-errors';
import { Dialog } from './dialog';
import type { Command } from './use-command';

interface FormDialogProps {
  title: string;
  size?: string;
  submitLabel: string;
  command: Command;
  onSubmit: () => void;
  onClose: () => void;
  /** The inputs. */
  children: ReactNode;
}

/** A dialog with a form that runs a command. */
export function FormDialog({
  title,
  size = 'md',
  submitLabel,
  command,
  onSubmit,
  onClose,
  children,
}: FormDialogProps) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <Dialog onClose={onClose} title={title} size={size}>
      <form onSubmit={submit}>
        <Stack>
          {children}
          <CommandErrors command={command} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={command.busy}>
              {submitLabel}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
