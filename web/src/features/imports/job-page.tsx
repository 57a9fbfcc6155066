import { Anchor, Button } from '@mantine/core';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { NotFound } from '../../components/not-found';
import { Page } from '../../components/page';
import { QueryResult } from '../../components/query-result';
import type { JobPartsFragment } from '../../gql';
import { countContacts, formatNumber } from '../../lib/format';
import { jobKindLabels } from '../jobs/job-labels';
import { JobView } from '../jobs/job-view';
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
  const { jobId, kind, state, counts } = job;
  const [mapping, setMapping] = useState(false);
  const planned = kind === 'IMPORT' && state === 'PLANNED';
  return (
    <JobView
      job={job}
      actions={
        <>
          {planned && !mapping && (
            <Button variant="default" onClick={() => setMapping(true)}>
              Change the columns
            </Button>
          )}
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
        </>
      }
    >
      {((planned && mapping) || state === 'UPLOADING') && (
        <MappingForm
          jobId={jobId}
          onPlanned={() => {
            setMapping(false);
            onChange();
          }}
        />
      )}
    </JobView>
  );
}

/** The rows of a file that did not become contacts. */
function failedRows({ counts: { invalid, conflict, refused } }: JobPartsFragment): number {
  return invalid + conflict + refused;
}
