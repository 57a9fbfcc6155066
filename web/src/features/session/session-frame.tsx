import { Center, Paper, Stack, Title } from '@mantine/core';
import type { ReactNode } from 'react';

interface SessionFrameProps {
  /** The title of the browser's tab. */
  title: string;
  /** The heading; the name of the console by default. */
  heading?: string;
  /** What is below the panel. */
  below?: ReactNode;
  children: ReactNode;
}

/** A page for callers who are not signed in: one panel in the middle. */
export function SessionFrame({ title, heading, below, children }: SessionFrameProps) {
  return (
    <Center component="main" mih="100vh" p="md">
      <title>{`${title} – contactgraph`}</title>
      <Stack w="100%" maw={380}>
        <Title order={1} size="h2" ta="center">
          {heading ?? 'contactgraph'}
        </Title>
        <Paper withBorder p="lg">
          {children}
        </Paper>
        {below}
      </Stack>
    </Center>
  );
}
