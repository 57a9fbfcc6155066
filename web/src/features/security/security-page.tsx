import { Page } from '../../components/page';
import { SecondFactorSection } from '../second-factor/second-factor-section';
import { useSession } from '../session/session';
import { ChangePasswordForm } from './change-password-form';
import { OwnSessions } from './own-sessions';

/**
 * The password, the second factor and the sessions of the user who is signed in. Users who sign in
 * by the provider have the first two there.
 */
export function SecurityPage() {
  const { secondFactor, issuer } = useSession().viewer;
  return (
    <Page title="Security">
      {issuer === null && <ChangePasswordForm />}
      {issuer === null && secondFactor && <SecondFactorSection factor={secondFactor} />}
      <OwnSessions />
    </Page>
  );
}
