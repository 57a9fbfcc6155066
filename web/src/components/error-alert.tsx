import { Alert } from '@mantine/core';
import type { ReactNode } from 'react';

interface RefusalNoteProps {
  /** What was not done. */
  title?: string;
  /** Why, and what can be done about it. */
  children: ReactNode;
}

/** Says that something was not done. Screen readers tell it at once. */
export function RefusalNote({ title, children }: RefusalNoteProps) {
  return (
    <Alert role="alert" color="red" variant="outline" title={title}>
      {children}
    </Alert>
  );
}
