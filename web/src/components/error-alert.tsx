import { Alert } from '@mantine/core';
import type { ReactNode } from 'react';

interface ErrorAlertProps {
  /** What failed. */
  title?: string;
  /** Why, and what to do next. */
  children: ReactNode;
}

/** Shows that something failed. Screen readers announce it at once. */
export function ErrorAlert({ title, children }: ErrorAlertProps) {
  return (
    <Alert role="alert" color="red" variant="outline" title={title}>
      {children}
    </Alert>
  );
}
