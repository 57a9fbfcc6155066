import { useMutation } from '@apollo/client/react';
import { Button, Fieldset, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { inputsOf, type UserError, type Values } from 'contactgraph-client';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { CreatedNote } from '../../components/created-note';
import { ErrorAlert } from '../../components/error-alert';
import { ErrorText, errorAt } from '../../components/error-text';
import { FaultAlert } from '../../components/fault-alert';
import { FormBar } from '../../components/form-bar';
import { NotFound } from '../../components/not-found';
import { Page } from '../../components/page';
import { UnsavedChangesDialog } from '../../components/unsaved-changes-dialog';
import { useFocusOnError } from '../../components/use-focus-on-error';
import { CreateContactDocument } from '../../gql';
import { lengths } from '../../gql/lengths';
import type { NamedContact } from '../../lib/format';
import { FieldEditor } from '../contact-fields/field-editor';
import { formSections } from '../contact-fields/fields';
import { useRights } from '../contact-fields/rights';
import { emptyValues } from '../contact-fields/values';
import { wrongFields } from '../contact-fields/wrong-fields';
import { useSession } from '../session/session';
import { useTakenKeys } from './use-taken-keys';

/** Creates contacts. */
export function NewContactPage() {
  const [created, setCreated] = useState<readonly NamedContact[]>([]);
  if (!useRights().mayCreate) return <NotFound />;
  return (
    <Page title="New contact">
      <NewContact
        key={created.length} // an empty form after each
        last={created.at(-1)}
        onCreated={(contact) => setCreated((before) => [...before, contact])}
      />
    </Page>
  );
}

interface NewContactProps {
  /** The contact that was created before, to create another one. */
  last: NamedContact | undefined;
  /** Called with a contact that was created to create another one. */
  onCreated: (contact: NamedContact) => void;
}

/** The form, with the fields that the viewer may write. */
function NewContact({ last, onCreated }: NewContactProps) {
  const { catalog } = useSession();
  const { mayRead, mayWrite } = useRights();
  const navigate = useNavigate();
  const form = useRef<HTMLFormElement>(null);
  const [another, setAnother] = useState(false);
  const [source, setSource] = useState('console');
  const [values, setValues] = useState<Values>({});
  const taken = useTakenKeys(values);
  const [create, { loading, data, error }] = useMutation(CreateContactDocument);
  const created = data?.createContact?.contact;
  const errors = data?.createContact?.errors ?? noErrors;
  const sections = formSections(catalog, mayWrite);
  const asksForSource = mayRead('registrationSource');
  const shown = new Set<string>([
    ...(asksForSource ? ['registrationSource'] : []),
    ...sections.flatMap(({ fields }) => fields.map(({ path }) => path)),
  ]);
  const other = errors.filter(({ path }) => path === null || !shown.has(path));
  useFocusOnError(form, errors);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const { patch, details } = inputsOf(values);
    const input = { registrationSource: source, set: patch, ...details };
    await create({ variables: { input } }).catch(() => {}); // the error is shown below
  };
  useEffect(() => {
    // In an effect, so that UnsavedChangesDialog is already off.
    if (!created) return;
    if (another) onCreated(created);
    else navigate(`/contacts/${created.contactId}`, { state: { created: true } });
  }, [created, another, onCreated, navigate]);

  return (
    <form ref={form} onSubmit={submit} aria-label="New contact">
      <Stack>
        {last && <CreatedNote contact={last} />}
        {sections.map(({ legend, fields, columns }) => (
          <Fieldset key={legend} legend={legend} miw={0}>
            <SimpleGrid cols={{ base: 1, xs: columns }}>
              {fields.map((field) => (
                <FieldEditor
                  key={field.path}
                  field={field}
                  value={
                    values[field.path] ??
                    (typeof field.kind === 'object' ? [] : emptyValues[field.kind])
                  }
                  onChange={(value) => setValues((before) => ({ ...before, [field.path]: value }))}
                  onLeave={() => taken.look(field.path)}
                  hint={taken.hint(field.path)}
                  mustStay={false} // required properties can be set later
                  error={errorAt(errors, field.path)}
                />
              ))}
              {legend === 'Details' && asksForSource && (
                <TextInput
                  label="Registration source"
                  description="How the contact was registered"
                  maxLength={lengths.CreateContactInput.registrationSource}
                  value={source}
                  onChange={({ currentTarget }) => setSource(currentTarget.value)}
                  error={errorAt(errors, 'registrationSource')}
                />
              )}
            </SimpleGrid>
          </Fieldset>
        ))}
        {other.length > 0 && (
          <ErrorAlert title="Not created">
            <ErrorText errors={other} />
          </ErrorAlert>
        )}
        {error && (
          <FaultAlert title="We could not confirm that the contact was created" error={error} />
        )}
        <FormBar status={errors.length > 0 ? `Not created. ${wrongFields(errors, catalog)}` : ''}>
          <Button
            type="submit"
            variant="default"
            loading={loading && another}
            disabled={loading}
            onClick={() => setAnother(true)}
          >
            Create and add another
          </Button>
          <Button
            type="submit"
            loading={loading && !another}
            disabled={loading}
            onClick={() => setAnother(false)}
          >
            Create
          </Button>
        </FormBar>
      </Stack>
      <UnsavedChangesDialog when={Object.keys(values).length > 0 && !created} />
    </form>
  );
}

const noErrors: readonly UserError[] = [];
