import { Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { ClearableSelect, optionsOf } from '../../components/clearable-select';
import { FormDialog } from '../../components/form-dialog';
import type { Command } from '../../components/use-command';
import type { Names } from '../../lib/catalog';

/** A field of a store or company. */
export interface DetailField {
  name: string;
  label: string;
  description?: string;
  maxLength?: number;
  multiline?: boolean;
  /** The choices; absent for a text. */
  options?: Names;
}

interface DetailsFormProps {
  title: string;
  fields: readonly DetailField[];
  /** The texts by the names of the fields; empty for null. */
  values: Readonly<Record<string, string>>;
  command: Command;
  /** Saves the fields that were changed; null clears a field. */
  onSave: (changed: Record<string, string | null>) => void;
  onClose: () => void;
}

/** A dialog that edits the fields of a store or company apart from its name. */
export function DetailsForm({ title, fields, values, command, onSave, onClose }: DetailsFormProps) {
  const [draft, setDraft] = useState(values);
  const submit = () => {
    const changed = Object.entries(draft).filter(([name, value]) => value !== values[name]);
    onSave(Object.fromEntries(changed.map(([name, value]) => [name, value || null])));
  };
  return (
    <FormDialog
      title={title}
      submitLabel="Save"
      command={command}
      onSubmit={submit}
      onClose={onClose}
    >
      {fields.map((field) => (
        <DetailInput
          key={field.name}
          field={field}
          value={draft[field.name] ?? ''}
          onChange={(value) => setDraft({ ...draft, [field.name]: value })}
        />
      ))}
    </FormDialog>
  );
}

interface DetailInputProps {
  field: DetailField;
  value: string;
  onChange: (value: string) => void;
}

function DetailInput({ field, value, onChange }: DetailInputProps) {
  const { label, description, maxLength, multiline, options } = field;
  if (options)
    return (
      <ClearableSelect
        label={label}
        description={description}
        data={optionsOf(options)}
        value={value}
        onChange={onChange}
        clearLabel={`Clear ${label.toLowerCase()}`}
      />
    );
  const Input = multiline ? Textarea : TextInput;
  return (
    <Input
      label={label}
      description={description}
      maxLength={maxLength}
      value={value}
      onChange={(event: { currentTarget: { value: string } }) =>
        onChange(event.currentTarget.value)
      }
    />
  );
}
