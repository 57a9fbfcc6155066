import { useMutation } from '@apollo/client/react';
import { Button, Fieldset, Group, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { inputsOf, type Values } from 'contactgraph-client';
import { type FormEvent, useEffect, useState } from 'react';
import { useNavigate } from 'react-router';
import { ErrorAlert } from '../../components/error-alert';
import { ErrorText, errorAt } from '../../components/error-text';
import { FaultAlert } from '../../components/fault-alert';
import { NotFound } from '../../components/not-found';
import { Page } from '../../components/page';
import { UnsavedChangesDialog } from '../../components/unsaved-changes-dialog';
import { CreateContactDocument } from '../../gql';
import { lengths } from '../../gql/lengths';
import { FieldEditor } from '../contact-fields/field-editor';
import { formSections } from '../contact-fields/fields';
import { useRights } from '../contact-fields/rights';
import { emptyValues } from '../contact-fields/values';
import { useSession } from '../session/session';

/** Creates a contact. */
export function NewContactPage() {
  return useRights().mayCreate ? <NewContact /> : <NotFound />;
}

/** The form, with the fields that the viewer may write. */
function NewContact() {
  const { catalog } = useSession();
  const { mayRead, mayWrite } = useRights();
  const navigate = useNavigate();
  const [source, setSource] = useState('console');
  const [values, setValues] = useState<Values>({});
  const [create, { loading, data, error }] = useMutation(CreateContactDocument);
  const created = data?.createContact?.contact;
  const errors = data?.createContact?.errors ?? [];
  const sections = formSections(catalog, mayWrite);
  const asksForSource = mayRead('registrationSource');
  const shown = new Set<string>([
    ...(asksForSource ? ['registrationSource'] : []),
    ...sections.flatMap(({ fields }) => fields.map(({ path }) => path)),
  ]);
  const other = errors.filter(({ path }) => path === null || !shown.has(path));

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const { patch, details } = inputsOf(values);
    const input = { registrationSource: source, set: patch, ...details };
    await create({ variables: { input } }).catch(() => {}); // the error is shown below
  };
  useEffect(() => {
    if (created) navigate(`/contacts/${created.contactId}`); // in an effect, so that UnsavedChangesDialog is already off
  }, [created, navigate]);

  return (
    <Page title="New contact">
      <form onSubmit={submit} aria-label="New contact">
        <Stack>
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
                    onChange={(value) =>
                      setValues((before) => ({ ...before, [field.path]: value }))
                    }
                    error={errorAt(errors, field.path)}
                  />
                ))}
                {legend === 'Details' && asksForSource && (
                  <TextInput
                    label="Registration source"
                    description="How the contact was registered"
                    required
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
          <Group justify="flex-end">
            <Button type="submit" loading={loading}>
              Create
            </Button>
          </Group>
        </Stack>
      </form>
      <UnsavedChangesDialog when={Object.keys(values).length > 0 && !created} />
    </Page>
  );
}
