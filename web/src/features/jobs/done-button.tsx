import { Button } from '@mantine/core';
import type { JobPartsFragment } from '../../gql';
import { isRunning } from './job-labels';

interface DoneButtonProps {
  job: JobPartsFragment;
  onClick: () => void;
}

/** Closes the dialog of a job that has ended. */
export function DoneButton({ job, onClick }: DoneButtonProps) {
  if (isRunning(job) || job.state === 'PLANNED') return null;
  return (
    <Button variant="default" onClick={onClick}>
      Done
    </Button>
  );
}
