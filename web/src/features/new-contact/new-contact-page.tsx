import { useMutation } from '@apollo/client/react';
import { Button, Fieldset, Group, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import { useNavigate } from 'react-router';
import { RefusalNote } from '../../components/error-alert';
import { ErrorText, errorAt } from '../../components/error-text';
import { FaultNote } from '../../components/fault-alert';
import { Page } from '../../components/page';
import { LeaveDialog } from '../../components/unsaved-changes-dialog';
import { CreateContactDocument } from '../../gql';
import { lengths } from '../../gql/lengths';
import { Editor } from '../contact-fields/field-editor';
import { type Field, loginsField, ownFields, propertyFields, segmentsField } from '../contact-fields/fields';
import { inputsOf } from '../contact-fields/inputs';
import type { Value, Values } from '../contact-fields/values';
import { useSession } from '../session/session';

/** What a field of a new contact has before anything is entered. */
function blankOf({ kind }: Field): Value {
  if (kind === 'checkbox') return false;
  return typeof kind === 'object' || kind === 'logins' || kind === 'segments' ? [] : null;
}

/** Makes a contact. */
export function NewContactPage() {
  const { catalog } = useSession();
  const navigate = useNavigate();
  const [source, setSource] = useState('console');
  const [values, setValues] = useState<Values>({});
  const [create, { loading, data, error }] = useMutation(CreateContactDocument);
  const made = data?.createContact.contact;
  const errors = data?.createContact.errors ?? [];
  const properties = propertyFields(catalog);
  const sets = [
    { legend: 'Details', fields: ownFields, cols: 2 },
    { legend: 'Properties', fields: properties, cols: 2 },
    { legend: 'Signing in and segments', fields: [loginsField, segmentsField], cols: 1 },
  ];
  const shown = new Set(['registrationSource', ...sets.flatMap(({ fields }) => fields.map(({ path }) => path))]);
  const other = errors.filter(({ path }) => path === null || !shown.has(path));

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const { patch, details } = inputsOf(values);
    const input = { registrationSource: source, set: patch, ...details };
    await create({ variables: { input } }).catch(() => {}); // the error is shown below
  };
  useEffect(() => {
    if (made) navigate(`/contacts/${made.contactId}`); // not before the page knows that nothing is lost by leaving it
  }, [made, navigate]);

  return (
    <Page title="New contact">
      <form onSubmit={submit} aria-label="New contact">
        <Stack>
          {sets.map(({ legend, fields, cols }) => (
            <Fieldset key={legend} legend={legend} miw={0}>
              <SimpleGrid cols={{ base: 1, xs: cols }}>
                {fields.map((field) => (
                  <Editor
                    key={field.path}
                    field={field}
                    value={values[field.path] ?? blankOf(field)}
                    onChange={(value) => setValues((before) => ({ ...before, [field.path]: value }))}
                    error={errorAt(errors, field.path)}
                  />
                ))}
                {legend === 'Details' && (
                  <TextInput
                    label="Registration source"
                    description="Where the contact comes from"
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
            <RefusalNote title="The contact was not made">
              <ErrorText errors={other} />
            </RefusalNote>
          )}
          {error && <FaultNote title="It is not known whether the contact was made" error={error} />}
          <Group justify="flex-end">
            <Button type="submit" loading={loading}>
              Create
            </Button>
          </Group>
        </Stack>
      </form>
      <LeaveDialog when={Object.keys(values).length > 0 && !made} />
    </Page>
  );
}
