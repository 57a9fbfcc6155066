import { Button, Checkbox, Group, NativeSelect, Stack, TagsInput, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { CommandErrors } from '../../components/command-errors';
import { Dialog } from '../../components/dialog';
import { useCommand } from '../../components/use-command';
import {
  CreatePropertyDocument,
  type PropertyBinding,
  type PropertyPartsFragment,
  type PropertyType,
  UpdatePropertyDocument,
} from '../../gql';
import { lengths } from '../../gql/lengths';
import { propertyTypeLabels } from '../../lib/format';
import { suggestApiName } from './api-name';

interface PropertyDialogProps {
  /** The property to edit; null creates one. */
  property: PropertyPartsFragment | null;
  onClose: () => void;
}

const types = Object.entries(propertyTypeLabels).map(([value, label]) => ({ value, label }));
const bindings = [
  { value: '', label: 'Nothing (has its own values)' },
  { value: 'FIRST_NAME', label: 'First name' },
  { value: 'LAST_NAME', label: 'Last name' },
];

/**
 * Creates or edits a property. Its type, its number of values and its binding cannot be changed
 * later.
 */
export function PropertyDialog({ property, onClose }: PropertyDialogProps) {
  const command = useCommand();
  const [name, setName] = useState(property?.name ?? '');
  const [ownApiName, setApiName] = useState(property ? (property.apiName ?? '') : undefined);
  const apiName = ownApiName ?? suggestApiName(name); // a new one follows the name until it is edited
  // A property without a label has its name as its label.
  const [label, setLabel] = useState(property?.label === property?.name ? '' : property?.label);
  const [type, setType] = useState<PropertyType>(property?.type ?? 'TEXT');
  const [boundTo, setBoundTo] = useState<PropertyBinding | ''>('');
  const [choices, setChoices] = useState<string[]>(property?.choices ?? []);
  const [rules, setRules] = useState({
    multiple: property?.multiple ?? false,
    required: property?.required ?? false,
    readOnly: property?.readOnly ?? false,
  });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const { multiple, required, readOnly } = rules;
    const common = {
      name,
      apiName: apiName || null,
      label: label || null,
      required,
      readOnly,
      ...(type === 'CHOICE' && { choices }),
    };
    const done = property
      ? await command.run('saved', UpdatePropertyDocument, {
          input: { id: property.id, ...common },
        })
      : await command.run('created', CreatePropertyDocument, {
          input: { ...common, type, multiple, boundTo: boundTo || null },
        });
    if (done) onClose();
  };
  const check = (rule: keyof typeof rules, label: string) => (
    <Checkbox
      label={label}
      checked={rules[rule]}
      onChange={(e) => setRules({ ...rules, [rule]: e.currentTarget.checked })}
    />
  );
  return (
    <Dialog onClose={onClose} title={property ? `Edit ${property.name}` : 'New property'}>
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label="Name"
            required
            withAsterisk={false}
            maxLength={lengths.CreatePropertyInput.name}
            value={name}
            onChange={(e) => setName(e.currentTarget.value)}
          />
          <TextInput
            label="API name"
            description="The name by which programs read and write the property (optional)"
            placeholder={suggestApiName(name)}
            maxLength={lengths.CreatePropertyInput.apiName}
            value={apiName}
            onChange={(e) => setApiName(e.currentTarget.value)}
          />
          <TextInput
            label="Label"
            description="The text that programs show to people; the name if it is empty"
            maxLength={lengths.CreatePropertyInput.label}
            value={label ?? ''}
            onChange={(e) => setLabel(e.currentTarget.value)}
          />
          {!property && (
            <NativeSelect
              label="Type"
              data={types}
              value={type}
              onChange={(e) => setType(e.currentTarget.value as PropertyType)}
            />
          )}
          {type === 'CHOICE' && (
            <TagsInput
              label="Choices"
              description="Press Enter to add a choice"
              maxLength={lengths.CreatePropertyInput.choices}
              value={choices}
              onChange={setChoices}
            />
          )}
          {!property && check('multiple', 'Multiple values')}
          {check('required', 'Required')}
          {check('readOnly', 'Read-only for customers')}
          {!property && (
            <NativeSelect
              label="Alias of"
              data={bindings}
              value={boundTo}
              onChange={(e) => setBoundTo(e.currentTarget.value as PropertyBinding | '')}
            />
          )}
          <CommandErrors command={command} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={command.busy}>
              {property ? 'Save' : 'Create'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
