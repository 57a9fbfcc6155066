import { Button, CloseButton, Group, Input, NativeSelect, Stack, TextInput } from '@mantine/core';
import type { Login } from 'contactgraph-client';
import type { ReactNode } from 'react';
import type { LoginType } from '../../gql';
import { lengths } from '../../gql/lengths';
import { loginTypeLabels } from '../../lib/format';

interface LoginsEditorProps {
  label: string;
  logins: readonly Login[];
  onChange: (logins: Login[]) => void;
  error: ReactNode;
}

const types = Object.entries(loginTypeLabels).map(([value, label]) => ({ value, label }));

/** Edits the logins of a contact. */
export function LoginsEditor({ label, logins, onChange, error }: LoginsEditorProps) {
  const update = (index: number, login: Partial<Login>) =>
    onChange(logins.map((old, i) => (i === index ? { ...old, ...login } : old)));
  return (
    <Input.Wrapper
      component="fieldset"
      label={label}
      labelElement="div"
      error={error}
      bd={0}
      p={0}
      m={0}
      miw={0}
    >
      <Stack gap={4}>
        {logins.map(({ name, type }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: logins are identified by position
          <Group key={index} gap={4} wrap="nowrap">
            <TextInput
              aria-label={`Login ${index + 1}`}
              value={name}
              maxLength={lengths.LoginInput.name}
              autoComplete="off"
              onChange={({ currentTarget }) => update(index, { name: currentTarget.value })}
              error={!!error}
              flex={1}
              miw={0}
            />
            <NativeSelect
              aria-label={`Type of login ${index + 1}`}
              data={types}
              value={type}
              onChange={({ currentTarget }) =>
                update(index, { type: currentTarget.value as LoginType })
              }
            />
            <CloseButton
              aria-label={`Remove login ${index + 1}`}
              onClick={() => onChange(logins.filter((_, i) => i !== index))}
            />
          </Group>
        ))}
        <Button
          variant="default"
          size="xs"
          onClick={() => onChange([...logins, { name: '', type: 'EMAIL' }])}
          w="fit-content"
        >
          Add login
        </Button>
      </Stack>
    </Input.Wrapper>
  );
}
