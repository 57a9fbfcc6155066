import { useApolloClient } from '@apollo/client/react';
import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { SecondFactorPartsFragment } from '../../gql';
import { formatOptionalTime } from '../../lib/format';
import { RecoveryCodesDialog, SetUpDialog, TurnOffDialog } from './dialogs';

/** The second factor of the user who is signed in. */
export function SecondFactorSection({ factor }: { factor: SecondFactorPartsFragment }) {
  const client = useApolloClient();
  const [dialog, setDialog] = useState<ReactNode>();
  const close = () => setDialog(undefined);
  const closeAndRead = () => {
    close();
    client.refetchQueries({ include: ['Viewer', 'OwnSessions'] });
  };
  const on = factor.enabledAt !== null;
  return (
    <Stack component="section" aria-label="Second factor" maw={640}>
      <Title order={2} size="h4">
        Second factor
      </Title>
      <Text size="sm">{describe(factor)}</Text>
      <Group gap="xs">
        <Button
          variant={on ? 'default' : 'filled'}
          onClick={() => setDialog(<SetUpDialog replace={on} onClose={closeAndRead} />)}
        >
          {on ? 'Replace the device' : 'Turn on'}
        </Button>
        {on && (
          <Button
            variant="default"
            onClick={() => setDialog(<RecoveryCodesDialog onClose={close} />)}
          >
            New recovery codes
          </Button>
        )}
        {on && !factor.required && (
          <Button variant="default" onClick={() => setDialog(<TurnOffDialog onClose={close} />)}>
            Turn off
          </Button>
        )}
      </Group>
      {dialog}
    </Stack>
  );
}

function describe({ enabledAt, recoveryCodes, required }: SecondFactorPartsFragment): string {
  if (enabledAt === null)
    return 'Off. With it, a sign-in also needs a code of an authenticator app on your phone.';
  const left = recoveryCodes === 1 ? '1 recovery code is' : `${recoveryCodes} recovery codes are`;
  const rule = required ? ' An admin requires it.' : '';
  return `On since ${formatOptionalTime(enabledAt)}. ${left} left.${rule}`;
}
