import { Button, Group, Stack } from '@mantine/core';
import type { FormEvent, ReactNode } from 'react';
import { CommandErrors } from './command-errors';
import { Dialog } from './dialog';
import type { Command } from './use-command';

interface DialogFormProps {
  submitLabel: string;
  command: Command;
  onSubmit: () => void;
  onClose: () => void;
  /** The inputs. */
  children: ReactNode;
}

interface FormDialogProps extends DialogFormProps {
  title: string;
  size?: string;
}

/** A dialog with a form that runs a command. */
export function FormDialog({ title, size = 'md', onClose, ...form }: FormDialogProps) {
  return (
    <Dialog onClose={onClose} title={title} size={size}>
      <DialogForm {...form} onClose={onClose} />
    </Dialog>
  );
}

/** The form of a dialog that runs a command. */
export function DialogForm({ submitLabel, command, onSubmit, onClose, children }: DialogFormProps) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
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
  );
}
