import { Page } from '../../components/page';
import { ChangePasswordForm } from './change-password-form';
import { OwnSessions } from './own-sessions';

/** The password and the sessions of the user who is signed in. */
export function SecurityPage() {
  return (
    <Page title="Security">
      <ChangePasswordForm />
      <OwnSessions />
    </Page>
  );
}
