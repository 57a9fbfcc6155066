import { Group, Paper, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './form-bar.module.css';

interface FormBarProps {
  /** The state of the form, such as the number of unsaved changes. */
  status: ReactNode;
  /** The buttons. */
  children: ReactNode;
}

/** The buttons of a long form, which stay in sight at the bottom of the window. */
export function FormBar({ status, children }: FormBarProps) {
  return (
    <Paper withBorder shadow="md" p="sm" className={classes.bar}>
      <Group justify="space-between">
        <Text size="sm" role="status" flex={status ? '1 1 12rem' : 1}>
          {status}
        </Text>
        <Group gap="xs">{children}</Group>
      </Group>
    </Paper>
  );
}
