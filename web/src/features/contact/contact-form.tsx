import { Button, Fieldset, Group, Paper, SimpleGrid, Stack, Text } from '@mantine/core';
import { type FormEvent, useEffect, useMemo, useRef } from 'react';
import { RefusalNote } from '../../components/error-alert';
import { ErrorText } from '../../components/error-text';
import { FaultNote } from '../../components/fault-alert';
import { InView } from '../../components/scroll-into-view';
import type { ErrorPartsFragment } from '../../gql';
import { formSections } from '../contact-fields/fields';
import { useSession } from '../session/session';
import classes from './contact-form.module.css';
import { FormField, propsOf } from './form-field';
import { CameIn } from './merge-notice';
import type { Editing } from './use-editing';

/** The form that edits a contact. Nothing is written until it is saved. */
export function ContactForm({ editing }: { editing: Editing }) {
  const { catalog } = useSession();
  const form = useRef<HTMLFormElement>(null);
  const sections = useMemo(() => formSections(catalog), [catalog]);
  const shown = new Set<string>(sections.flatMap(({ fields }) => fields.map(({ path }) => path)));
  const other = editing.outcome?.errors.filter(({ path }) => path === null || !shown.has(path)) ?? [];

  useEffect(() => {
    if (editing.outcome?.errors.length) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [editing.outcome]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    editing.save();
  };
  return (
    <form ref={form} onSubmit={submit} aria-label="Contact">
      <Stack>
        <Notes editing={editing} other={other} />
        {sections.map(({ legend, fields, columns }) => (
          <Fieldset key={legend} legend={legend} miw={0}>
            <SimpleGrid cols={{ base: 1, xs: columns }}>
              {fields.map((field) => (
                <FormField key={field.path} {...propsOf(field, editing)} />
              ))}
            </SimpleGrid>
          </Fieldset>
        ))}
        {editing.dirty && <SaveBar editing={editing} />}
      </Stack>
    </form>
  );
}

interface NotesProps {
  editing: Editing;
  /** What is wrong with no field that is shown. */
  other: readonly ErrorPartsFragment[];
}

/** What came of the last save. */
function Notes({ editing: { outcome, save, dismiss }, other }: NotesProps) {
  const fault = outcome?.fault;
  const saved = outcome !== undefined && outcome.saved.length > 0 && !outcome.conflict;
  if (fault === undefined && other.length === 0 && !saved) return null;
  return (
    <InView>
      <Stack gap="xs">
        {fault !== undefined && <FaultNote title="It is not known to be saved" error={fault} onRetry={save} />}
        {other.length > 0 && (
          <RefusalNote title="Not saved">
            <ErrorText errors={other} />
          </RefusalNote>
        )}
        {saved && <CameIn fields={outcome.cameIn} onClose={dismiss} />}
      </Stack>
    </InView>
  );
}

function SaveBar({ editing: { count, saving, discard } }: { editing: Editing }) {
  return (
    <Paper withBorder shadow="md" p="sm" className={classes.bar}>
      <Group justify="space-between">
        <Text size="sm" role="status">
          {count === 1 ? '1 change is not saved' : `${count} changes are not saved`}
        </Text>
        <Group gap="xs">
          <Button variant="default" onClick={discard} disabled={saving}>
            Discard
          </Button>
          <Button type="submit" loading={saving}>
            Save
          </Button>
        </Group>
      </Group>
    </Paper>
  );
}
