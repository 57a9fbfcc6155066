import { Group, Progress, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { ErrorAlert } from '../../components/error-alert';
import type { JobPartsFragment } from '../../gql';
import { actorName, countContacts, formatNumber, formatTime } from '../../lib/format';
import { JobActions } from './job-actions';
import { JobItems } from './job-items';
import { countToWrite, describeState, isRunning } from './job-labels';

interface JobViewProps {
  job: JobPartsFragment;
  /** Further buttons and links. */
  actions?: ReactNode;
  /** Shown before the items. */
  children?: ReactNode;
}

/** A job: what it would do, how far it is, and what it has done, with the buttons for it. */
export function JobView({ job, actions, children }: JobViewProps) {
  const { state, creator, createdAt, failure } = job;
  return (
    <Stack>
      <Text size="sm">
        <span role="status">{describeState(job)}</span>. Created by {actorName(creator)},{' '}
        <time dateTime={createdAt}>{formatTime(createdAt)}</time>.
      </Text>
      {isRunning(job) && <JobProgress job={job} />}
      {failure !== null && <ErrorAlert title="The job has failed">{failure}</ErrorAlert>}
      {state === 'PLANNED' && <Plan job={job} />}
      <Group gap="xs">
        <JobActions job={job} />
        {actions}
      </Group>
      {children}
      <JobItems job={job} />
    </Stack>
  );
}

function Plan({ job: { counts } }: { job: JobPartsFragment }) {
  const n = countToWrite(counts);
  return (
    <Text size="sm">
      {n === 0
        ? 'There is nothing to write.'
        : `${countContacts(n)} would be written. Nothing is written until you apply the plan.`}
    </Text>
  );
}

function JobProgress({ job }: { job: JobPartsFragment }) {
  const { progress, counts } = job;
  const done = progress === null ? `${formatNumber(counts.items)} so far` : percent(progress);
  return (
    <div>
      <Progress
        value={progress === null ? 100 : progress * 100}
        animated={!job.paused}
        aria-label={describeState(job)}
      />
      <Text size="sm">{done}</Text>
    </div>
  );
}

const percents = new Intl.NumberFormat(undefined, { style: 'percent' });

function percent(part: number): string {
  return percents.format(Math.floor(part * 100) / 100);
}
