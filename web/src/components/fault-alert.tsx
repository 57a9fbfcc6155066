import { Button, Code, Stack, Text } from '@mantine/core';
import { faultOf } from '../lib/fault';
import { ErrorAlert } from './error-alert';

interface FaultAlertProps {
  /** What failed. */
  title: string;
  error: unknown;
  onRetry?: () => void;
}

/** Shows why a request failed, with the id by which an operator finds it in the log. */
export function FaultAlert({ title, error, onRetry }: FaultAlertProps) {
  const { message, requestId } = faultOf(error);
  return (
    <ErrorAlert title={title}>
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{message}</Text>
        {requestId && (
          <Text size="sm">
            Request ID: <Code>{requestId}</Code>
          </Text>
        )}
        {onRetry && (
          <Button size="xs" variant="default" onClick={onRetry}>
            Try again
          </Button>
        )}
      </Stack>
    </ErrorAlert>
  );
}
