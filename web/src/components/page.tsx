import { Group, Stack, Title } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';

interface PageProps {
  title: string;
  /** What stands beside the title: buttons. */
  actions?: ReactNode;
  children: ReactNode;
}

let visited = false;

/** A page with its title, which takes the focus when one comes from another page, so that screen readers tell it. */
export function Page({ title, actions, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (visited) heading.current?.focus({ preventScroll: true }); // where the page stands is for ScrollRestoration to say
    visited = true;
  }, []);
  return (
    <Stack gap="md">
      <title>{`${title} – contactgraph`}</title>
      <Group justify="space-between" gap="xs">
        <Title order={1} size="h2" ref={heading} tabIndex={-1}>
          {title}
        </Title>
        {actions}
      </Group>
      {children}
    </Stack>
  );
}
