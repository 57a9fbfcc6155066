import { Button, CloseButton, Group, Input, Stack, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { PropertyPartsFragment } from '../../gql';
import { lengths } from '../../gql/lengths';
import { ValueInput } from './value-input';
import type { PropertyValue } from './values';

interface PropertyEditorProps {
  property: PropertyPartsFragment;
  values: readonly PropertyValue[];
  onChange: (values: PropertyValue[]) => void;
  error: ReactNode;
}

const blank: PropertyValue = { value: '', description: null };

/** Edits the values of a property: one, or a list where it takes several. Each may have a remark. */
export function PropertyEditor({ property, values, onChange, error }: PropertyEditorProps) {
  const { name, multiple, required } = property;
  const put = (index: number, value: PropertyValue) => onChange(values.with(index, value));
  if (!multiple) {
    const [value = blank] = values;
    return (
      <Stack gap={4}>
        <ValueInput
          property={property}
          label={name}
          withAsterisk={required}
          value={value.value}
          // The remark outlives the moment between two values; nothing is saved of a blank one.
          onChange={(text) => onChange(text === '' && !value.description ? [] : [{ ...value, value: text }])}
          error={error}
        />
        {values.length > 0 && <Remark of={name} value={value} onChange={(next) => onChange([next])} />}
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
          // biome-ignore lint/suspicious/noArrayIndexKey: a value has no name but its place
          <Group key={index} gap={4} wrap="nowrap" align="start">
            <Stack gap={4} flex={1} miw={0}>
              <ValueInput
                property={property}
                aria-label={`${name} ${index + 1}`}
                value={value.value}
                onChange={(text) => put(index, { ...value, value: text })}
                error={!!error}
              />
              <Remark of={`${name} ${index + 1}`} value={value} onChange={(next) => put(index, next)} />
            </Stack>
            <CloseButton aria-label={`Remove ${name} ${index + 1}`} mt={4} onClick={() => onChange(values.toSpliced(index, 1))} />
          </Group>
        ))}
        <Button variant="default" size="xs" onClick={() => onChange([...values, blank])} w="fit-content">
          Add {name}
        </Button>
      </Stack>
    </Input.Wrapper>
  );
}

interface RemarkProps {
  /** What the remark is on. */
  of: string;
  value: PropertyValue;
  onChange: (value: PropertyValue) => void;
}

/** A remark on a value. It takes no room until there is one. */
function Remark({ of, value, onChange }: RemarkProps) {
  const [open, setOpen] = useState(false);
  if (!open && !value.description) {
    return (
      <Button
        variant="transparent"
        size="compact-xs"
        onClick={() => setOpen(true)}
        aria-label={`Add a remark on ${of}`}
        w="fit-content"
      >
        Add a remark
      </Button>
    );
  }
  return (
    <TextInput
      size="xs"
      aria-label={`Remark on ${of}`}
      placeholder="Remark"
      maxLength={lengths.PropertyValueInput.description}
      value={value.description ?? ''}
      onChange={({ currentTarget }) => onChange({ ...value, description: currentTarget.value || null })}
    />
  );
}
