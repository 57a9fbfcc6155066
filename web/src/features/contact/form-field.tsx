import { Stack, Text } from '@mantine/core';
import type { UserError, Value } from 'contactgraph-client';
import { memo } from 'react';
import { ErrorText } from '../../components/error-text';
import type { ChangePartsFragment } from '../../gql';
import { actorName, formatTime } from '../../lib/format';
import { FieldEditor } from '../contact-fields/field-editor';
import type { EditableField } from '../contact-fields/fields';
import { formatValue } from '../contact-fields/format-value';
import { useSession } from '../session/session';
import type { Editing } from './use-editing';

interface FormFieldProps {
  field: EditableField;
  /** Whether the viewer may only read it. */
  readOnly: boolean;
  value: Value;
  /** Whether the server refuses to clear the field. */
  mustStay: boolean;
  errors: readonly UserError[];
  /** The last change of others to the field since the page was opened. */
  remoteChange: ChangePartsFragment | undefined;
  /** Whether others have changed the field while the person edits it. */
  overwritten: boolean;
  onChange: (path: string, value: Value) => void;
}

/** Returns the props of a field that are the state of the form. */
export function propsOf(field: EditableField, editing: Editing): Omit<FormFieldProps, 'readOnly'> {
  const { path } = field;
  return {
    field,
    value: editing.value(path),
    mustStay: editing.mustStay(path),
    errors: editing.errors(path),
    remoteChange: editing.remoteChange(path),
    overwritten: editing.isOverwritten(path),
    onChange: editing.setValue,
  };
}

/**
 * A field of the form, with its editor if the viewer may write it, and a note about changes by
 * others. It is memoized because an account may have hundreds of properties.
 */
export const FormField = memo(function FormField({
  field,
  readOnly,
  value,
  mustStay,
  errors,
  remoteChange,
  overwritten,
  onChange,
}: FormFieldProps) {
  const { catalog } = useSession();
  const note = <RemoteChangeNote field={field} change={remoteChange} overwritten={overwritten} />;
  if (readOnly) {
    return (
      <Stack gap={2}>
        <Text size="sm" fw={500}>
          {field.label}
        </Text>
        <Text size="sm">{formatValue(field, value, catalog)}</Text>
        {note}
      </Stack>
    );
  }
  return (
    <Stack gap={2}>
      <FieldEditor
        field={field}
        value={value}
        mustStay={mustStay}
        onChange={(next) => onChange(field.path, next)}
        error={errors.length > 0 && <ErrorText errors={errors} />}
      />
      {note}
    </Stack>
  );
});

interface RemoteChangeNoteProps {
  field: EditableField;
  change: ChangePartsFragment | undefined;
  overwritten: boolean;
}

/**
 * Shows who else has changed the field since the page was opened, and to what if the person edits
 * it.
 */
function RemoteChangeNote({ field, change, overwritten }: RemoteChangeNoteProps) {
  const { catalog } = useSession();
  if (!change) return <div aria-live="polite" />;
  const latest = change.fields.find(({ path }) => path === field.path)?.new ?? null;
  const author = `${actorName(change.actor)}, ${formatTime(change.at)}`;
  return (
    <Text size="xs" aria-live="polite" fw={500}>
      {overwritten
        ? `Changed to “${formatValue(field, latest as Value, catalog)}” by ${author}`
        : `Changed by ${author}`}
    </Text>
  );
}
