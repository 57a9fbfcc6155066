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

/** Has the links to the report of everything that is held on a person: as a page, and as a file. */
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
                A report of everything that is held on this person, with the history of changes and
                of permissions. The audit log records each time the report is read.
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
                The links work until {formatTime(report.urlExpiresAt)}, in this session only.
              </Text>
            </Stack>
          ) : (
            <Text>This contact does not exist.</Text>
          )
        }
      </QueryResult>
    </Dialog>
  );
}
