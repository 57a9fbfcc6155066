import { Group, Stack, Title } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';

interface PageProps {
  title: string;
  /** Buttons next to the title. */
  actions?: ReactNode;
  children: ReactNode;
}

let isFirstPage = true;

/**
 * A page with its title. After a navigation the title takes the focus, so that screen readers
 * announce it.
 */
export function Page({ title, actions, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!isFirstPage) heading.current?.focus({ preventScroll: true }); // ScrollRestoration sets the scroll position
    isFirstPage = false;
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
