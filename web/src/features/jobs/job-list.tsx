import { Anchor, Button, Skeleton, Stack, Table, Text } from '@mantine/core';
import { Link } from 'react-router';
import { FaultAlert } from '../../components/fault-alert';
import { fetchUncached, type ListQuery, usePages } from '../../components/use-pages';
import { type JobPartsFragment, JobsDocument } from '../../gql';
import { actorName, formatNumber, formatTime } from '../../lib/format';
import { describeState, jobKindLabels } from './job-labels';

const query: ListQuery<JobPartsFragment> = async (client, after) => {
  const data = await fetchUncached(client, JobsDocument, { after });
  const page = data?.jobs;
  return (
    page && { items: page.nodes, end: page.pageInfo.endCursor, hasMore: page.pageInfo.hasNextPage }
  );
};

/** The jobs of the account, newest first. */
export function JobList() {
  const { items: jobs, loading, error, hasMore, loadMore } = usePages(query);
  return (
    <Stack gap="sm">
      {jobs.length > 0 && (
        <Table.ScrollContainer minWidth={640} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
          <Table aria-label="Imports and other changes of many contacts">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>What</Table.Th>
                <Table.Th>State</Table.Th>
                <Table.Th>Written</Table.Th>
                <Table.Th>Created</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {jobs.map((job) => (
                <JobRow key={job.id} job={job} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {error !== undefined && (
        <FaultAlert title="The list could not be loaded" error={error} onRetry={loadMore} />
      )}
      {loading && <Skeleton h={48} aria-label="Loading" />}
      {!loading && error === undefined && jobs.length === 0 && <Text size="sm">None yet.</Text>}
      {hasMore && !loading && (
        <Button variant="default" onClick={loadMore} w="fit-content">
          Show more
        </Button>
      )}
    </Stack>
  );
}

function JobRow({ job }: { job: JobPartsFragment }) {
  const { jobId, kind, counts, creator, createdAt } = job;
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor component={Link} to={`/manage/jobs/${jobId}`} size="sm">
          {jobKindLabels[kind]} {jobId}
        </Anchor>
      </Table.Td>
      <Table.Td>{describeState(job)}</Table.Td>
      <Table.Td>{formatNumber(counts.applied)}</Table.Td>
      <Table.Td>
        <time dateTime={createdAt}>{formatTime(createdAt)}</time>, by {actorName(creator)}
      </Table.Td>
    </Table.Tr>
  );
}
