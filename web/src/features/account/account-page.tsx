import { useQuery } from '@apollo/client/react';
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
        {({ accountSettings }) => <SettingsForm saved={accountSettings} />}
      </QueryResult>
    </Page>
  );
}
