import { Anchor, Group, Text } from '@mantine/core';
import { SessionFrame } from './session-frame';
import { SignInForm } from './sign-in-form';

/**
 * Shown at every path to a caller who is not signed in. The path stays, and is opened after the
 * sign-in.
 */
export function SignInPage({ onSignedIn }: { onSignedIn: () => void }) {
  return (
    <SessionFrame title="Sign in" below={<DeveloperLinks />}>
      <SignInForm onSignedIn={onSignedIn} />
    </SessionFrame>
  );
}

function DeveloperLinks() {
  return (
    <Group justify="center" gap="md">
      <Text size="sm">For developers:</Text>
      <Anchor size="sm" href="/playground">
        Playground
      </Anchor>
      <Anchor size="sm" href="/docs/graphql">
        GraphQL
      </Anchor>
      <Anchor size="sm" href="/docs">
        REST
      </Anchor>
    </Group>
  );
}
