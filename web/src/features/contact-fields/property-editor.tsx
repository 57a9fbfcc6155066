import { Button, CloseButton, Group, Input, Stack, TextInput } from '@mantine/core';
import type { PropertyValue } from 'contactgraph-client';
import { type ReactNode, useState } from 'react';
import type { PropertyPartsFragment } from '../../gql';
import { lengths } from '../../gql/lengths';
import { ValueInput } from './value-input';

interface PropertyEditorProps {
  property: PropertyPartsFragment;
  /** Whether it is marked as required. */
  required: boolean;
  values: readonly PropertyValue[];
  onChange: (values: PropertyValue[]) => void;
  error: ReactNode;
}

const emptyValue: PropertyValue = { value: '', description: null };

/** Edits the value of a property, or its list of values. Each value can have a note. */
export function PropertyEditor({
  property,
  required,
  values,
  onChange,
  error,
}: PropertyEditorProps) {
  const { name, multiple } = property;
  const setValue = (index: number, value: PropertyValue) => onChange(values.with(index, value));
  if (!multiple) {
    const [value = emptyValue] = values;
    return (
      <Stack gap={4}>
        <ValueInput
          property={property}
          label={name}
          withAsterisk={required}
          value={value.value}
          // The note stays while the value is replaced. An empty value is not saved.
          onChange={(text) =>
            onChange(text === '' && !value.description ? [] : [{ ...value, value: text }])
          }
          error={error}
        />
        {values.length > 0 && (
          <Note of={name} value={value} onChange={(next) => onChange([next])} />
        )}
      </Stack>
    );
  }
  return (
    <Input.Wrapper
      component="fieldset"
      label={name}
      labelElement="div"
      withAsterisk={required}
      error={error}
      bd={0}
      p={0}
      m={0}
      miw={0}
    >
      <Stack gap={4}>
        {values.map((value, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a value has no identity but its position
          <Group key={index} gap={4} wrap="nowrap" align="start">
            <Stack gap={4} flex={1} miw={0}>
              <ValueInput
                property={property}
                aria-label={`${name} ${index + 1}`}
                value={value.value}
                onChange={(text) => setValue(index, { ...value, value: text })}
                error={!!error}
              />
              <Note
                of={`${name} ${index + 1}`}
                value={value}
                onChange={(next) => setValue(index, next)}
              />
            </Stack>
            <CloseButton
              aria-label={`Remove ${name} ${index + 1}`}
              mt={4}
              onClick={() => onChange(values.toSpliced(index, 1))}
            />
          </Group>
        ))}
        <Button
          variant="default"
          size="xs"
          onClick={() => onChange([...values, emptyValue])}
          w="fit-content"
        >
          Add {name}
        </Button>
      </Stack>
    </Input.Wrapper>
  );
}

interface NoteProps {
  /** The label of the value. */
  of: string;
  value: PropertyValue;
  onChange: (value: PropertyValue) => void;
}

/** Edits the note on a value. A value without a note shows only a button. */
function Note({ of, value, onChange }: NoteProps) {
  const [open, setOpen] = useState(false);
  if (!open && !value.description) {
    return (
      <Button
        variant="transparent"
        size="compact-xs"
        onClick={() => setOpen(true)}
        aria-label={`Add note on ${of}`}
        w="fit-content"
      >
        Add note
      </Button>
    );
  }
  return (
    <TextInput
      size="xs"
      aria-label={`Note on ${of}`}
      placeholder="Note"
      maxLength={lengths.PropertyValueInput.description}
      value={value.description ?? ''}
      onChange={({ currentTarget }) =>
        onChange({ ...value, description: currentTarget.value || null })
      }
    />
  );
}
