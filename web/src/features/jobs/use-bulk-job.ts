import { useEffect, useRef, useState } from 'react';
import { type Command, useCommand } from '../../components/use-command';
import {
  BulkDeleteDocument,
  type BulkDeleteInput,
  BulkUpdateDocument,
  type BulkUpdateInput,
  CancelJobDocument,
  type JobPartsFragment,
} from '../../gql';
import { isRunning } from './job-labels';
import { useJob } from './use-job';

/** A job that writes to many contacts. */
interface BulkJob {
  /** The job with its progress; undefined until it was created. */
  job: JobPartsFragment | undefined;
  /** The mutation that creates the job. */
  command: Command;
  /** Creates a job that updates contacts, and plans it. */
  planUpdate(input: BulkUpdateInput): Promise<void>;
  /** Creates a job that deletes contacts, and plans it. */
  planDelete(input: BulkDeleteInput): Promise<void>;
  /** Cancels a job that has not been applied. */
  discard(): void;
}

/** Creates and follows a job. onWritten is called when it has written contacts, or undone that. */
export function useBulkJob(onWritten: () => void): BulkJob {
  const command = useCommand([]);
  const [id, setId] = useState<string>();
  const job = useJob(id).data ?? undefined;
  useWritten(job, onWritten);
  const created = (done: { job: JobPartsFragment | null } | undefined) => setId(done?.job?.id);
  return {
    job,
    command,
    planUpdate: async (input) =>
      created(
        await command.run('saved', BulkUpdateDocument, { input: { ...input, dryRun: true } }),
      ),
    planDelete: async (input) =>
      created(
        await command.run('saved', BulkDeleteDocument, { input: { ...input, dryRun: true } }),
      ),
    discard: () => {
      if (job?.state === 'PLANNING' || job?.state === 'PLANNED')
        command.run('saved', CancelJobDocument, { input: { id: job.id } });
    },
  };
}

/** Calls onWritten whenever the job has been applied, reverted or stopped. */
function useWritten(job: JobPartsFragment | undefined, onWritten: () => void) {
  const latest = useRef(onWritten);
  latest.current = onWritten;
  const state = job && !isRunning(job) && job.state !== 'PLANNED' ? job.state : undefined;
  useEffect(() => {
    if (state) latest.current();
  }, [state]);
}
