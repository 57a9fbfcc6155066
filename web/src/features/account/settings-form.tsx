import { Button, Checkbox, Stack, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, useState } from 'react';
import { CommandErrors } from '../../components/command-errors';
import { isWholeNumber, NumberInput } from '../../components/number-input';
import { useCommand } from '../../components/use-command';
import { type SettingsPartsFragment, UpdateAccountSettingsDocument } from '../../gql';
import { countryName, settingLabels } from '../../lib/format';
import { settings } from '../../lib/settings';

/** The settings that are numbers, in the order of the form, and what applies to each. */
const numberSettings = {
  staffPassword: '8 to 100. It applies to new passwords.',
  customerPassword: '4 to 100. It applies to new passwords.',
  sessionMinutes: '5 to 43200.',
  idleMinutes: '5 to the minutes above.',
  auditDays: '1 to 3650.',
} as const;

type NumberSetting = keyof typeof numberSettings;

const names = Object.keys(numberSettings) as NumberSetting[];

/** Edits the settings of the account. */
export function SettingsForm({ saved }: { saved: SettingsPartsFragment }) {
  const command = useCommand(['AccountSettings', 'Viewer']);
  const [numbers, setNumbers] = useState(
    () =>
      Object.fromEntries(names.map((name) => [name, String(saved[name])])) as Record<
        NumberSetting,
        string
      >,
  );
  const [commonPasswords, setCommonPasswords] = useState(saved.commonPasswords);
  const [requireSecondFactor, setRequireSecondFactor] = useState(saved.requireSecondFactor);
  const [oidcCreatesUsers, setOidcCreatesUsers] = useState(saved.oidcCreatesUsers);
  const [agentsMayTransfer, setAgentsMayTransfer] = useState(saved.agentsMayTransfer);
  const [defaultCountry, setDefaultCountry] = useState(saved.defaultCountry ?? '');
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!names.every((name) => isWholeNumber(numbers[name]))) return;
    const input = {
      commonPasswords,
      requireSecondFactor,
      oidcCreatesUsers,
      agentsMayTransfer,
      defaultCountry: defaultCountry.trim() || null,
      ...Object.fromEntries(names.map((name) => [name, Number(numbers[name])])),
    };
    if (await command.run('saved', UpdateAccountSettingsDocument, { input }))
      notifications.show({ message: 'Settings saved.' });
  };
  return (
    <form onSubmit={submit} aria-label="Settings of the account">
      <Stack maw={440}>
        {names.map((name) => (
          <NumberInput
            key={name}
            label={settingLabels[name]}
            description={numberSettings[name]}
            inputMode="numeric"
            value={numbers[name]}
            onChange={(value) => setNumbers({ ...numbers, [name]: value })}
            error={!isWholeNumber(numbers[name]) && 'Enter a whole number.'}
          />
        ))}
        <TextInput
          label={settingLabels.defaultCountry}
          description={
            countryName(defaultCountry) ?? 'A code of two letters, such as SE, or blank for none.'
          }
          value={defaultCountry}
          onChange={(e) => setDefaultCountry(e.currentTarget.value)}
        />
        <Checkbox
          label={settingLabels.commonPasswords}
          checked={commonPasswords}
          onChange={(e) => setCommonPasswords(e.currentTarget.checked)}
        />
        <Checkbox
          label={settingLabels.requireSecondFactor}
          description="Users who sign in with a password and have none, also you, must set one up before anything else."
          checked={requireSecondFactor}
          onChange={(e) => setRequireSecondFactor(e.currentTarget.checked)}
        />
        {settings.sso && (
          <Checkbox
            label={settingLabels.oidcCreatesUsers}
            description="If no user has the verified email address as the login."
            checked={oidcCreatesUsers}
            onChange={(e) => setOidcCreatesUsers(e.currentTarget.checked)}
          />
        )}
        <Checkbox
          label={settingLabels.agentsMayTransfer}
          description="Admins always may."
          checked={agentsMayTransfer}
          onChange={(e) => setAgentsMayTransfer(e.currentTarget.checked)}
        />
        <CommandErrors command={command} />
        <Button type="submit" loading={command.busy} w="fit-content">
          Save
        </Button>
      </Stack>
    </form>
  );
}
