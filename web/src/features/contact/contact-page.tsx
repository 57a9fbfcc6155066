import { Alert, Badge, Button, Grid, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMemo, useState } from 'react';
import { useLocation, useNavigate, useParams } from 'react-router';
import { CreatedNote } from '../../components/created-note';
import { FaultAlert } from '../../components/fault-alert';
import { Page } from '../../components/page';
import { UnsavedChangesDialog } from '../../components/unsaved-changes-dialog';
import type { ChangePartsFragment, ContactPageQuery } from '../../gql';
import { withCatalogOf } from '../../lib/catalog';
import { contactName, formatTime } from '../../lib/format';
import { useRights } from '../contact-fields/rights';
import { SessionContext, useSession } from '../session/session';
import { ConflictDialog } from './conflict-dialog';
import { ContactForm } from './contact-form';
import { DeleteDialog } from './delete-dialog';
import { DeletedContact } from './deleted-contact';
import { DeletedNotice } from './deleted-notice';
import { History } from './history';
import { MergedContact, mergedInto } from './merged-contact';
import { PasswordDialog } from './password-dialog';
import { PersonalDataDialog } from './personal-data-dialog';
import { useContact } from './use-contact';
import { useEditing } from './use-editing';

/** Shows a contact with its history, and edits it. */
export function ContactPage() {
  const { id = '' } = useParams();
  return <LoadedContactPage key={id} id={id} />;
}

function LoadedContactPage({ id }: { id: string }) {
  const [arrived, setArrived] = useState<ChangePartsFragment[]>([]);
  const addChange = (change: ChangePartsFragment) => {
    setArrived((before) => [change, ...before]);
    editing.addChange(change);
  };
  const { contact, live, error, retry } = useContact(id, addChange);
  const editing = useEditing(contact);
  const session = useSession();
  const contactSession = useMemo(
    () => (contact ? { ...session, catalog: withCatalogOf(session.catalog, contact) } : session),
    [session, contact],
  );

  const reload = () => {
    setArrived([]); // the history is loaded again
    retry();
  };
  const into = mergedInto(error);
  if (into !== undefined) return <MergedContact into={into} />;
  if (error !== undefined)
    return <FaultAlert title="The contact could not be loaded" error={error} onRetry={retry} />;
  if (contact === undefined) return <Loading />;
  if (contact === null) return <DeletedContact id={id} onRestored={reload} />;
  const { conflict } = editing.result ?? {};
  return (
    <SessionContext value={contactSession}>
      <Page title={contactName(contact)} actions={<Actions contact={contact} />}>
        <CreationNote contact={contact} />
        {arrived[0]?.kind === 'DELETE' && <DeletedNotice deletion={arrived[0]} />}
        {!live && (
          <Alert color="yellow" variant="outline" role="status">
            Connection lost. Changes by others will appear when it is restored.
          </Alert>
        )}
        <Text size="sm" c="dimmed">
          Contact {contact.contactId}. Registered {formatTime(contact.registrationDateTime)}
          {contact.registrationSource && ` (${contact.registrationSource})`}
          {contact.registrationStore && ` at ${contact.registrationStore.name}`}. Last changed{' '}
          {formatTime(contact.lastModified)}.
        </Text>
        <Grid gap="xl">
          <Grid.Col span={{ base: 12, lg: 8 }}>
            <ContactForm editing={editing} />
          </Grid.Col>
          <Grid.Col span={{ base: 12, lg: 4 }}>
            <History id={contact.id} arrived={arrived} onUndone={editing.markAsOwn} />
          </Grid.Col>
        </Grid>
        {conflict && (
          <ConflictDialog
            conflict={conflict}
            isChangedByOthers={editing.isChangedByOthers}
            onClose={editing.dismiss}
            onResolve={editing.resolve}
          />
        )}
        <UnsavedChangesDialog when={editing.dirty} />
      </Page>
    </SessionContext>
  );
}

/** Confirms the creation of the contact, if the page for new contacts has led here. */
function CreationNote({ contact }: { contact: NonNullable<ContactPageQuery['contact']> }) {
  const { state } = useLocation() as { state: { created?: boolean } | null };
  const navigate = useNavigate();
  if (!state?.created) return null;
  return (
    <CreatedNote contact={contact} onClose={() => navigate('.', { replace: true, state: null })} />
  );
}

function Loading() {
  return (
    <Stack aria-busy="true" aria-label="Loading">
      <Skeleton h={36} w={240} />
      <Skeleton h={320} />
    </Stack>
  );
}

/** The buttons for the whole contact. */
function Actions({ contact }: { contact: NonNullable<ContactPageQuery['contact']> }) {
  const { staff } = useSession();
  const { mayWrite, mayRemove } = useRights();
  const [password, { open: openPassword, close: closePassword }] = useDisclosure();
  const [report, { open: openReport, close: closeReport }] = useDisclosure();
  const [deletion, { open: openDeletion, close: closeDeletion }] = useDisclosure();
  return (
    <Group gap="xs">
      {mayWrite('password') && (
        <Button variant="default" onClick={openPassword}>
          Set password
        </Button>
      )}
      <Button variant="default" onClick={openReport}>
        Personal data
      </Button>
      {mayRemove && (
        <Button variant="default" onClick={openDeletion}>
          Delete
        </Button>
      )}
      {!staff && <Badge variant="outline">You</Badge>}
      {password && <PasswordDialog contact={contact} onClose={closePassword} />}
      {report && <PersonalDataDialog id={contact.id} onClose={closeReport} />}
      {deletion && <DeleteDialog contact={contact} onClose={closeDeletion} />}
    </Group>
  );
}
