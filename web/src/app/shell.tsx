import { Anchor, AppShell, Burger, Button, Group, NavLink, Text, useMantineColorScheme } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Outlet, NavLink as RouterLink, ScrollRestoration, useLocation } from 'react-router';
import { useSession } from '../features/session/session';
import type { ViewerPartsFragment } from '../gql';
import icon from './icon.svg';

interface Place {
  to: string;
  label: string;
}

/** Where the viewer can go. */
function placesOf({ role }: ViewerPartsFragment): Place[] {
  if (role === 'CUSTOMER') return [{ to: '/', label: 'My details' }];
  const places = [{ to: '/', label: 'Contacts' }];
  if (role === 'AGENT') return places;
  return [
    ...places,
    { to: '/manage/stores', label: 'Stores' },
    { to: '/manage/companies', label: 'Companies' },
    { to: '/manage/segments', label: 'Segments' },
    { to: '/manage/properties', label: 'Properties' },
  ];
}

// Pages of their own, which the console does not load.
const manuals: Place[] = [
  { to: '/playground', label: 'Playground' },
  { to: '/docs/graphql', label: 'GraphQL manual' },
  { to: '/docs', label: 'REST manual' },
];

/** The frame of all pages: where one is, where one can go, and who one is. */
export function Shell() {
  const { viewer, signOut } = useSession();
  const [opened, { toggle, close }] = useDisclosure();
  const { pathname } = useLocation();
  const places = placesOf(viewer);
  const here = (to: string) => (to === '/' ? !pathname.startsWith('/manage') : pathname === to);
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 200, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding="md"
      transitionDuration={0}
    >
      <a href="#content" className="skip">
        Skip to the content
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="xs" wrap="nowrap">
            <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Menu" aria-expanded={opened} />
            <Anchor component={RouterLink} to="/" fw={700} underline="never" c="var(--mantine-color-text)">
              <Group gap={8} wrap="nowrap">
                <img src={icon} alt="" width={22} height={22} />
                contactgraph
              </Group>
            </Anchor>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <Text size="sm" visibleFrom="xs">
              {nameOf(viewer)} · {viewer.account}
            </Text>
            <ColorSchemeButton />
            <Button size="xs" variant="default" onClick={signOut}>
              Sign out
            </Button>
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Main">
        {places.map(({ to, label }) => (
          <NavLink key={to} component={RouterLink} to={to} label={label} active={here(to)} onClick={close} variant="filled" />
        ))}
        {viewer.role !== 'CUSTOMER' && <Manuals />}
      </AppShell.Navbar>
      <AppShell.Main id="content">
        <Outlet />
        <ScrollRestoration />
      </AppShell.Main>
    </AppShell>
  );
}

/** The way to the pages for developers. */
function Manuals() {
  return (
    <>
      <Text size="xs" c="dimmed" mt="md" px="sm">
        For developers
      </Text>
      {manuals.map(({ to, label }) => (
        <NavLink key={to} href={to} label={label} />
      ))}
    </>
  );
}

/** What the viewer is called. */
function nameOf({ name, contact, role }: ViewerPartsFragment): string {
  return name ?? ([contact?.firstName, contact?.lastName].filter(Boolean).join(' ') || role);
}

function ColorSchemeButton() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const next = { auto: 'light', light: 'dark', dark: 'auto' } as const;
  const names = { auto: 'as the system', light: 'light', dark: 'dark' };
  const signs = { auto: '◐', light: '☀', dark: '☾' };
  return (
    <Button
      size="xs"
      variant="default"
      aria-label={`Colours: ${names[colorScheme]}. Change to ${names[next[colorScheme]]}`}
      title={`Colours: ${names[colorScheme]}`}
      onClick={() => setColorScheme(next[colorScheme])}
    >
      {signs[colorScheme]}
    </Button>
  );
}
