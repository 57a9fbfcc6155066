import { useApolloClient, useQuery } from '@apollo/client/react';
import { useEffect } from 'react';
import { JobDocument, type JobPartsFragment, JobProgressDocument } from '../../gql';
import { isRunning } from './job-labels';

interface JobResult {
  data: JobPartsFragment | null | undefined;
  error: unknown;
  refetch: () => Promise<unknown>;
}

/**
 * Reads a job by its number or global id, and follows it while it runs. Its data are null if there
 * is none, and undefined without an id.
 */
export function useJob(id: string | undefined): JobResult {
  const { data, error, refetch } = useQuery(JobDocument, {
    variables: { id: id ?? '' },
    skip: id === undefined,
  });
  const job = data?.job ?? undefined;
  useProgress(job && isRunning(job) ? job.id : undefined);
  return { data: data === undefined ? undefined : data.job, error, refetch };
}

const retryDelay = 2000; // milliseconds until a lost connection is opened again

/** Follows the progress of a job in the cache; undefined for none. */
function useProgress(id: string | undefined) {
  const client = useApolloClient();
  useEffect(() => {
    if (id === undefined) return;
    let retry: ReturnType<typeof setTimeout>;
    let stop = () => {};
    const follow = () => {
      const again = () => {
        retry = setTimeout(follow, retryDelay);
      };
      const subscription = client
        .subscribe({ query: JobProgressDocument, variables: { id } })
        .subscribe({ next: ({ error }) => error && again(), error: again });
      stop = () => subscription.unsubscribe();
    };
    follow();
    return () => {
      clearTimeout(retry);
      stop();
    };
  }, [client, id]);
}
