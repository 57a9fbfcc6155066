import { Button, Divider } from '@mantine/core';
import { settings } from '../../lib/settings';
import { closeTab, startAddress } from '../../lib/sso';

/**
 * Signs in by the provider, if the server has one. With newTab, the page stays as it is, with its
 * unsaved input, and learns about the sign-in from the other tab.
 */
export function SsoButton({ newTab }: { newTab: boolean }) {
  if (settings.sso === null) return null;
  const here = window.location.pathname + window.location.search;
  return (
    <>
      <Divider label="or" />
      <Button
        component="a"
        variant="default"
        href={startAddress(newTab ? closeTab : here)}
        {...(newTab && { target: '_blank', rel: 'noopener' })}
      >
        Sign in with {settings.sso.name}
      </Button>
    </>
  );
}
