import { Anchor, Button, Group, Progress, Stack, Text } from '@mantine/core';
import { Link, useParams } from 'react-router';
import { ErrorAlert } from '../../components/error-alert';
import { NotFound } from '../../components/not-found';
import { Page } from '../../components/page';
import { QueryResult } from '../../components/query-result';
import type { JobPartsFragment } from '../../gql';
import { actorName, countContacts, formatNumber, formatTime } from '../../lib/format';
import { JobActions } from '../jobs/job-actions';
import { JobItems } from '../jobs/job-items';
import { countToWrite, describeState, isRunning, jobKindLabels } from '../jobs/job-labels';
import { useJob } from '../jobs/use-job';
import { MappingForm } from './mapping-form';

/** A job: what it would do, how far it is, and what it has done. */
export function JobPage() {
  const { id = '' } = useParams();
  const result = useJob(id);
  if (result.data === null) return <NotFound />;
  const title = result.data ? `${jobKindLabels[result.data.kind]} ${result.data.jobId}` : 'Job';
  return (
    <Page title={title}>
      <QueryResult what="The job" result={{ ...result, data: result.data ?? undefined }}>
        {(job) => <JobContent key={job.id} job={job} onChange={() => void result.refetch()} />}
      </QueryResult>
    </Page>
  );
}

function JobContent({ job, onChange }: { job: JobPartsFragment; onChange: () => void }) {
  const { jobId, kind, state, counts, creator, createdAt, failure } = job;
  return (
    <Stack>
      <Text size="sm">
        {describeState(job)}. Created by {actorName(creator)},{' '}
        <time dateTime={createdAt}>{formatTime(createdAt)}</time>.
      </Text>
      {isRunning(job) && <JobProgress job={job} />}
      {failure !== null && <ErrorAlert title="The job has failed">{failure}</ErrorAlert>}
      {state === 'PLANNED' && <Plan job={job} />}
      <Group gap="xs">
        <JobActions job={job} />
        {counts.applied > 0 && (
          <Button variant="default" component={Link} to={`/?job=${jobId}`}>
            Show {countContacts(counts.applied)}
          </Button>
        )}
        {kind === 'IMPORT' && failedRows(job) > 0 && (
          <Anchor href={`/imports/${jobId}/errors`} download size="sm">
            Download{' '}
            {failedRows(job) === 1 ? 'the row' : `the ${formatNumber(failedRows(job))} rows`} with
            errors
          </Anchor>
        )}
      </Group>
      {kind === 'IMPORT' && state === 'UPLOADING' && (
        <MappingForm jobId={jobId} onPlanned={onChange} />
      )}
      <JobItems job={job} />
    </Stack>
  );
}

/** The rows of a file that did not become contacts. */
function failedRows({ counts: { invalid, conflict, refused } }: JobPartsFragment): number {
  return invalid + conflict + refused;
}

function Plan({ job: { counts } }: { job: JobPartsFragment }) {
  const n = countToWrite(counts);
  return (
    <Text>
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
      <Text size="sm" role="status">
        {describeState(job)}: {done}
      </Text>
    </div>
  );
}

const percents = new Intl.NumberFormat(undefined, { style: 'percent' });

function percent(part: number): string {
  return percents.format(Math.floor(part * 100) / 100);
}
