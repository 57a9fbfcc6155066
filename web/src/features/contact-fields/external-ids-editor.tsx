import { Button, CloseButton, Group, Input, Stack, TextInput } from '@mantine/core';
import type { ExternalId } from 'contactgraph-client';
import type { ReactNode } from 'react';
import { lengths } from '../../gql/lengths';

interface ExternalIdsEditorProps {
  label: string;
  ids: readonly ExternalId[];
  onChange: (ids: ExternalId[]) => void;
  error: ReactNode;
}

/** Edits the ids of a contact in other systems. */
export function ExternalIdsEditor({ label, ids, onChange, error }: ExternalIdsEditorProps) {
  const update = (index: number, id: Partial<ExternalId>) =>
    onChange(ids.map((old, i) => (i === index ? { ...old, ...id } : old)));
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
        {ids.map(({ system, value }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: external ids are identified by position
          <Group key={index} gap={4} wrap="nowrap">
            <TextInput
              aria-label={`System of external ID ${index + 1}`}
              placeholder="System"
              value={system}
              maxLength={lengths.ExternalIDInput.system}
              autoComplete="off"
              onChange={({ currentTarget }) => update(index, { system: currentTarget.value })}
              error={!!error}
              w="10em"
            />
            <TextInput
              aria-label={`External ID ${index + 1}`}
              placeholder="ID"
              value={value}
              maxLength={lengths.ExternalIDInput.value}
              autoComplete="off"
              onChange={({ currentTarget }) => update(index, { value: currentTarget.value })}
              error={!!error}
              flex={1}
              miw={0}
            />
            <CloseButton
              aria-label={`Remove external ID ${index + 1}`}
              onClick={() => onChange(ids.filter((_, i) => i !== index))}
            />
          </Group>
        ))}
        <Button
          variant="default"
          size="xs"
          onClick={() => onChange([...ids, { system: '', value: '' }])}
          w="fit-content"
        >
          Add external ID
        </Button>
      </Stack>
    </Input.Wrapper>
  );
}
