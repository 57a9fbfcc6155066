import { useQuery } from '@apollo/client/react';
import { Alert } from '@mantine/core';
import { Page } from '../../components/page';
import { QueryResult } from '../../components/query-result';
import { AccountSettingsDocument } from '../../gql';
import { SettingsForm } from './settings-form';

/** What admins decide for their account. */
export function AccountPage() {
  const result = useQuery(AccountSettingsDocument);
  return (
    <Page title="Account">
      <QueryResult what="The settings" result={result}>
        {({ accountSettings }) => (
          <>
            {accountSettings.recomputing && (
              <Alert color="blue" maw={440} mb="md" title="Search data is being updated">
                Until this is finished, some contacts may not be found by their phone numbers.
              </Alert>
            )}
            <SettingsForm saved={accountSettings} />
          </>
        )}
      </QueryResult>
    </Page>
  );
}
