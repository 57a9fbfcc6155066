import { Button, Code, Stack, Text } from '@mantine/core';
import { faultOf } from '../lib/fault';
import { RefusalNote } from './error-alert';

interface FaultNoteProps {
  /** What could not be done. */
  title: string;
  error: unknown;
  onRetry?: () => void;
}

/** Says what went wrong with a request, and by which id an operator finds it. */
export function FaultNote({ title, error, onRetry }: FaultNoteProps) {
  const { message, requestId } = faultOf(error);
  return (
    <RefusalNote title={title}>
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{message}</Text>
        {requestId && (
          <Text size="sm">
            Request <Code>{requestId}</Code>
          </Text>
        )}
        {onRetry && (
          <Button size="xs" variant="default" onClick={onRetry}>
            Try again
          </Button>
        )}
      </Stack>
    </RefusalNote>
  );
}
