import { useQuery } from '@apollo/client/react';
import { useEffect } from 'react';
import { JobDocument, type JobPartsFragment } from '../../gql';
import { isRunning } from './job-labels';

const interval = 1000; // milliseconds between two looks at a job that runs

interface JobResult {
  data: JobPartsFragment | null | undefined;
  error: unknown;
  refetch: () => Promise<unknown>;
}

/** Reads a job by its number, and again while it runs. Its data are null if there is none. */
export function useJob(id: string): JobResult {
  const { data, error, refetch, startPolling, stopPolling } = useQuery(JobDocument, {
    variables: { id },
  });
  const running = data?.job != null && isRunning(data.job);
  useEffect(() => {
    if (running) startPolling(interval);
    return stopPolling;
  }, [running, startPolling, stopPolling]);
  return { data: data === undefined ? undefined : data.job, error, refetch };
}
