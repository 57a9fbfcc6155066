import { Stack, Text } from '@mantine/core';
import { memo } from 'react';
import { ErrorText } from '../../components/error-text';
import type { ChangePartsFragment, ErrorPartsFragment } from '../../gql';
import { actorName, formatTime } from '../../lib/format';
import { FieldEditor } from '../contact-fields/field-editor';
import type { EditableField } from '../contact-fields/fields';
import { formatValue } from '../contact-fields/format-value';
import type { Value } from '../contact-fields/values';
import { useSession } from '../session/session';
import type { Editing } from './use-editing';

interface FormFieldProps {
  field: EditableField;
  value: Value;
  /** What is wrong with it. */
  errors: readonly ErrorPartsFragment[];
  /** The last change of somebody else to it since the page was opened. */
  news: ChangePartsFragment | undefined;
  /** Whether that is to what the person is editing. */
  overtaken: boolean;
  onChange: (path: string, value: Value) => void;
}

/** What a field of the form shows, by the editing of the contact. */
export function propsOf(field: EditableField, editing: Editing): FormFieldProps {
  const { path } = field;
  return {
    field,
    value: editing.value(path),
    errors: editing.errors(path),
    news: editing.news(path),
    overtaken: editing.overtaken(path),
    onChange: editing.set,
  };
}

/**
 * A field in the form: with its editor where the viewer may write it, and what others do to it meanwhile. An account may have hundreds
 * of them, so only the one that changes is drawn anew.
 */
export const FormField = memo(function FormField({ field, value, errors, news, overtaken, onChange }: FormFieldProps) {
  const { mayWrite, catalog } = useSession();
  const note = <News field={field} change={news} overtaken={overtaken} />;
  if (!mayWrite(field.path)) {
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
        onChange={(next) => onChange(field.path, next)}
        error={errors.length > 0 && <ErrorText errors={errors} />}
      />
      {note}
    </Stack>
  );
});

interface NewsProps {
  field: EditableField;
  change: ChangePartsFragment | undefined;
  overtaken: boolean;
}

/** What somebody else has done to the field since the page was opened. */
function News({ field, change, overtaken }: NewsProps) {
  const { catalog } = useSession();
  if (!change) return <div aria-live="polite" />;
  const latest = change.fields.find(({ path }) => path === field.path)?.new ?? null;
  const whom = `${actorName(change.actor)}, ${formatTime(change.at)}`;
  return (
    <Text size="xs" aria-live="polite" fw={500}>
      {overtaken ? `Meanwhile changed to “${formatValue(field, latest as Value, catalog)}” by ${whom}` : `Changed by ${whom}`}
    </Text>
  );
}
