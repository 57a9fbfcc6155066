import {
  Anchor,
  AppShell,
  Box,
  Burger,
  Button,
  Group,
  NavLink,
  Text,
  useMantineColorScheme,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Outlet, NavLink as RouterLink, ScrollRestoration, useLocation } from 'react-router';
import { useRights } from '../features/contact-fields/rights';
import { useSession } from '../features/session/session';
import type { ViewerPartsFragment } from '../gql';
import { roleLabels } from '../lib/format';
import icon from './icon.svg';
import { developerItems, type NavItem, navItemsOf, settingsItems } from './nav-items';

const security = '/manage/security';

/** The frame of all pages: header, navigation and the viewer's name. */
export function Shell() {
  const { viewer, signOut } = useSession();
  const { mayMerge } = useRights();
  const [opened, { toggle, close }] = useDisclosure();
  const { pathname } = useLocation();
  const items = navItemsOf(viewer, mayMerge);
  const isActive = (to: string) => (to === '/' ? !pathname.startsWith('/manage') : pathname === to);
  const link = ({ to, label }: NavItem) => (
    <NavLink
      key={to}
      component={RouterLink}
      to={to}
      label={label}
      active={isActive(to)}
      onClick={close}
      variant="filled"
    />
  );
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 200, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding="md"
      transitionDuration={0}
    >
      <a href="#content" className="skip-link">
        Skip to content
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="xs" wrap="nowrap">
            <Burger
              opened={opened}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label="Menu"
              aria-expanded={opened}
            />
            <Anchor
              component={RouterLink}
              to="/"
              fw={700}
              underline="never"
              c="var(--mantine-color-text)"
            >
              <Group gap={8} wrap="nowrap">
                <img src={icon} alt="" width={22} height={22} />
                contactgraph
              </Group>
            </Anchor>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <Text size="sm" visibleFrom="xs">
              {viewerName(viewer)} · {viewer.account}
            </Text>
            {viewer.role !== 'CUSTOMER' && (
              <Button
                size="xs"
                variant="default"
                component={RouterLink}
                to={security}
                visibleFrom="sm"
              >
                Security
              </Button>
            )}
            <ColorSchemeButton />
            <Button size="xs" variant="default" onClick={signOut}>
              Sign out
            </Button>
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Main" style={{ overflowY: 'auto' }}>
        {items.map(link)}
        {viewer.role === 'ADMIN' && (
          <>
            <NavHeading>Settings</NavHeading>
            {settingsItems.map(link)}
          </>
        )}
        {viewer.role !== 'CUSTOMER' && (
          <>
            <Box hiddenFrom="sm">{link({ to: security, label: 'Security' })}</Box>
            <DeveloperNav />
          </>
        )}
      </AppShell.Navbar>
      <AppShell.Main id="content">
        <Outlet />
        <ScrollRestoration />
      </AppShell.Main>
    </AppShell>
  );
}

function NavHeading({ children }: { children: string }) {
  return (
    <Text size="xs" c="dimmed" mt="md" px="sm">
      {children}
    </Text>
  );
}

function DeveloperNav() {
  return (
    <>
      <NavHeading>For developers</NavHeading>
      {developerItems.map(({ to, label }) => (
        <NavLink key={to} href={to} label={label} />
      ))}
    </>
  );
}

/** The viewer's name, or the role of one without a name. */
function viewerName({ name, contact, role }: ViewerPartsFragment): string {
  return (
    name ?? ([contact?.firstName, contact?.lastName].filter(Boolean).join(' ') || roleLabels[role])
  );
}

function ColorSchemeButton() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const next = { auto: 'light', light: 'dark', dark: 'auto' } as const;
  const names = { auto: 'system', light: 'light', dark: 'dark' };
  const icons = { auto: '◐', light: '☀', dark: '☾' };
  return (
    <Button
      size="xs"
      variant="default"
      aria-label={`Theme: ${names[colorScheme]}. Switch to ${names[next[colorScheme]]}`}
      title={`Theme: ${names[colorScheme]}`}
      onClick={() => setColorScheme(next[colorScheme])}
    >
      {icons[colorScheme]}
    </Button>
  );
}
