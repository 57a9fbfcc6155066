import { Anchor, Center, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { SignInForm } from './sign-in-form';

/**
 * Shown at every path to a caller who is not signed in. The path stays, and is opened after the
 * sign-in.
 */
export function SignInPage({ onSignedIn }: { onSignedIn: () => void }) {
  return (
    <Center component="main" mih="100vh" p="md">
      <title>Sign in – contactgraph</title>
      <Stack w="100%" maw={380}>
        <Title order={1} size="h2" ta="center">
          contactgraph
        </Title>
        <Paper withBorder p="lg">
          <SignInForm onSignedIn={onSignedIn} />
        </Paper>
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
      </Stack>
    </Center>
  );
}
