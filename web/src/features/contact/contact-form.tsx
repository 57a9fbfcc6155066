import { Button, Fieldset, SimpleGrid, Stack } from '@mantine/core';
import type { UserError } from 'contactgraph-client';
import { type FormEvent, useMemo, useRef } from 'react';
import { ErrorAlert } from '../../components/error-alert';
import { ErrorText } from '../../components/error-text';
import { FaultAlert } from '../../components/fault-alert';
import { FormBar } from '../../components/form-bar';
import { ScrollIntoView } from '../../components/scroll-into-view';
import { useFocusOnError } from '../../components/use-focus-on-error';
import { formSections } from '../contact-fields/fields';
import { useRights } from '../contact-fields/rights';
import { wrongFields } from '../contact-fields/wrong-fields';
import { useSession } from '../session/session';
import { FormField, propsOf } from './form-field';
import { MergeNotice } from './merge-notice';
import type { Editing } from './use-editing';

/** The form that edits a contact. Nothing is written until it is saved. */
export function ContactForm({ editing }: { editing: Editing }) {
  const { catalog } = useSession();
  const { mayRead, mayWrite } = useRights();
  const form = useRef<HTMLFormElement>(null);
  const sections = useMemo(() => formSections(catalog, mayRead), [catalog, mayRead]);
  const shown = new Set<string>(sections.flatMap(({ fields }) => fields.map(({ path }) => path)));
  const otherErrors =
    editing.result?.errors.filter(({ path }) => path === null || !shown.has(path)) ?? [];

  useFocusOnError(form, editing.result?.errors);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    editing.save();
  };
  return (
    <form ref={form} onSubmit={submit} aria-label="Contact">
      <Stack>
        <SaveResultNotices editing={editing} otherErrors={otherErrors} />
        {sections.map(({ legend, fields, columns }) => (
          <Fieldset key={legend} legend={legend} miw={0}>
            <SimpleGrid cols={{ base: 1, xs: columns }}>
              {fields.map((field) => (
                <FormField
                  key={field.path}
                  {...propsOf(field, editing)}
                  readOnly={!mayWrite(field.path)}
                />
              ))}
            </SimpleGrid>
          </Fieldset>
        ))}
        {editing.dirty && <SaveBar editing={editing} />}
      </Stack>
    </form>
  );
}

interface SaveResultNoticesProps {
  editing: Editing;
  /** The errors that are not about a field of the form. */
  otherErrors: readonly UserError[];
}

/** The result of the last save. */
function SaveResultNotices({
  editing: { result, save, dismiss },
  otherErrors,
}: SaveResultNoticesProps) {
  const fault = result?.fault;
  const saved = result !== undefined && result.saved.length > 0 && !result.conflict;
  if (fault === undefined && otherErrors.length === 0 && !saved) return null;
  return (
    <ScrollIntoView>
      <Stack gap="xs">
        {fault !== undefined && (
          <FaultAlert
            title="We could not confirm that this was saved"
            error={fault}
            onRetry={save}
          />
        )}
        {otherErrors.length > 0 && (
          <ErrorAlert title="Not saved">
            <ErrorText errors={otherErrors} />
          </ErrorAlert>
        )}
        {saved && <MergeNotice merged={result.merged} onClose={dismiss} />}
      </Stack>
    </ScrollIntoView>
  );
}

function SaveBar({ editing: { count, saving, discard, result } }: { editing: Editing }) {
  const { catalog } = useSession();
  const changes = count === 1 ? '1 unsaved change' : `${count} unsaved changes`;
  const wrong = wrongFields(result?.errors ?? [], catalog);
  return (
    <FormBar status={wrong ? `${changes}. ${wrong}` : changes}>
      <Button variant="default" onClick={discard} disabled={saving}>
        Discard
      </Button>
      <Button type="submit" loading={saving}>
        Save
      </Button>
    </FormBar>
  );
}
