import { useApolloClient } from '@apollo/client/react';
import { Button, Center, Paper, Stack, Text, Title } from '@mantine/core';
import type { Api } from '../../lib/api-client';
import { signOut } from '../session/sign-out';
import { SetUp } from './set-up';

/** Shown at every path to a user who must set up a second factor before anything else. */
export function SetUpPage({ api }: { api: Api }) {
  const client = useApolloClient();
  return (
    <Center component="main" mih="100vh" p="md">
      <title>Set up a second factor – contactgraph</title>
      <Stack w="100%" maw={440}>
        <Title order={1} size="h2" ta="center">
          Set up a second factor
        </Title>
        <Paper withBorder p="lg">
          <Stack>
            <Text size="sm">An admin requires a second factor for your sign-in.</Text>
            <SetUp
              replace={false}
              cancel={
                <Button variant="default" onClick={() => signOut(api)}>
                  Sign out
                </Button>
              }
              onDone={() => client.refetchQueries({ include: ['Viewer'] })}
            />
          </Stack>
        </Paper>
      </Stack>
    </Center>
  );
}
