import { Stack, Text } from '@mantine/core';
import type { Field } from '../../contact/fields';
import { time, who, words } from '../../contact/words';
import { Editor } from '../../editors/editor';
import { ErrorText } from '../../parts/error-text';
import { useSession } from '../../session/session';
import type { Editing } from './use-editing';

/** A field in the form: with its editor where the viewer may write it, and what others do to it meanwhile. */
export function FormField({ field, editing }: { field: Field; editing: Editing }) {
  const { mayWrite, catalog } = useSession();
  const value = editing.value(field.path);
  const note = <News field={field} editing={editing} />;
  if (!mayWrite(field.path)) {
    return (
      <Stack gap={2}>
        <Text size="sm" fw={500}>
          {field.label}
        </Text>
        <Text size="sm">{words(field, value, catalog)}</Text>
        {note}
      </Stack>
    );
  }
  const errors = editing.errors(field.path);
  return (
    <Stack gap={2}>
      <Editor
        field={field}
        value={value}
        onChange={(next) => editing.set(field.path, next)}
        error={errors.length > 0 && <ErrorText errors={errors} />}
      />
      {note}
    </Stack>
  );
}

/** What somebody else has done to the field since the page was opened. */
function News({ field, editing }: { field: Field; editing: Editing }) {
  const { catalog } = useSession();
  const change = editing.news(field.path);
  if (!change) return <div aria-live="polite" />;
  const latest = change.fields.find(({ path }) => path === field.path)?.new ?? null;
  const whom = `${who(change.actor)}, ${time(change.at)}`;
  return (
    <Text size="xs" aria-live="polite" fw={500}>
      {editing.overtaken(field.path)
        ? `Meanwhile changed to “${words(field, latest as Parameters<typeof words>[1], catalog)}” by ${whom}`
        : `Changed by ${whom}`}
    </Text>
  );
}
