import { useQuery } from '@apollo/client/react';
import { Anchor, List, Stack, Text } from '@mantine/core';
import { Dialog } from '../../components/dialog';
import { QueryResult } from '../../components/query-result';
import { PersonalDataReportDocument } from '../../gql';
import { formatTime } from '../../lib/format';

interface PersonalDataDialogProps {
  id: string;
  onClose: () => void;
}

/** Offers the report of everything that is held on the person, as a page and as a file. */
export function PersonalDataDialog({ id, onClose }: PersonalDataDialogProps) {
  const result = useQuery(PersonalDataReportDocument, {
    variables: { id },
    fetchPolicy: 'no-cache', // each report has an address of its own
  });
  return (
    <Dialog title="Personal data" onClose={onClose}>
      <QueryResult what="The report" result={result}>
        {({ personalDataReport: report }) =>
          report ? (
            <Stack>
              <Text size="sm">
                Everything that is held on this person, with the history of changes and of
                permissions. Each time it is read is recorded in the audit log.
              </Text>
              <List>
                <List.Item>
                  <Anchor href={`${report.url}?format=html`} target="_blank" rel="noreferrer">
                    Open as a page
                  </Anchor>
                </List.Item>
                <List.Item>
                  <Anchor href={`${report.url}?format=json`} download>
                    Download as JSON
                  </Anchor>
                </List.Item>
              </List>
              <Text size="sm" c="dimmed">
                The links work for you until {formatTime(report.urlExpiresAt)}.
              </Text>
            </Stack>
          ) : (
            <Text>There is no such contact.</Text>
          )
        }
      </QueryResult>
    </Dialog>
  );
}
