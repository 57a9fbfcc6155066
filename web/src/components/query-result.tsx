import { Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import { FaultAlert } from './fault-alert';

interface QueryResultProps<Data> {
  /** What is loaded, as the subject of a sentence. */
  what: string;
  result: { data?: Data | undefined; error?: unknown; refetch: () => unknown };
  children: (data: Data) => ReactNode;
}

/** Shows the result of a query, and before that whether it is loading or has failed. */
export function QueryResult<Data>({ what, result, children }: QueryResultProps<Data>) {
  const { data, error, refetch } = result;
  return (
    <>
      {error !== undefined && (
        <FaultAlert
          title={`${what} could not be loaded`}
          error={error}
          onRetry={() => void refetch()}
        />
      )}
      {data === undefined
        ? error === undefined && <Skeleton h={48} aria-label="Loading" />
        : children(data)}
    </>
  );
}
