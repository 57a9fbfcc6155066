import { Alert, Badge, Button, Grid, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMemo, useState } from 'react';
import { useParams } from 'react-router';
import { FaultNote } from '../../components/fault-alert';
import { Page } from '../../components/page';
import { LeaveDialog } from '../../components/unsaved-changes-dialog';
import type { ChangePartsFragment, ContactPageQuery } from '../../gql';
import { catalogWith } from '../../lib/catalog';
import { contactName, formatTime } from '../../lib/format';
import { SessionContext, useSession } from '../session/session';
import { ConflictDialog } from './conflict-dialog';
import { ContactForm } from './contact-form';
import { DeleteDialog } from './delete-dialog';
import { Gone } from './deleted-contact';
import { DeletedNote } from './deleted-notice';
import { History } from './history';
import { PasswordDialog } from './password-dialog';
import { useContact } from './use-contact';
import { useEditing } from './use-editing';

/** A contact: to read, to edit, and with all that was done to it. */
export function ContactPage() {
  const { id = '' } = useParams();
  return <OpenContactPage key={id} id={id} />;
}

function OpenContactPage({ id }: { id: string }) {
  const [arrived, setArrived] = useState<ChangePartsFragment[]>([]);
  const notice = (change: ChangePartsFragment) => {
    setArrived((before) => [change, ...before]);
    editing.notice(change);
  };
  const { contact, live, error, retry } = useContact(id, notice);
  const editing = useEditing(contact);
  const session = useSession();
  const scope = useMemo(
    () => (contact ? { ...session, catalog: catalogWith(session.catalog, contact) } : session),
    [session, contact],
  );

  const back = () => {
    setArrived([]); // the history is read anew
    retry();
  };
  if (error !== undefined) return <FaultNote title="The contact cannot be shown" error={error} onRetry={retry} />;
  if (contact === undefined) return <Loading />;
  if (contact === null) return <Gone id={id} onReturned={back} />;
  const { conflict } = editing.outcome ?? {};
  return (
    <SessionContext value={scope}>
      <Page title={contactName(contact)} actions={<Actions contact={contact} />}>
        {arrived[0]?.kind === 'DELETE' && <DeletedNote deletion={arrived[0]} />}
        {!live && (
          <Alert color="yellow" variant="outline" role="status">
            The connection is lost. What others change is shown when it is back.
          </Alert>
        )}
        <Text size="sm" c="dimmed">
          Contact {contact.contactId}. Registered {formatTime(contact.registrationDateTime)}
          {contact.registrationSource && ` (${contact.registrationSource})`}
          {contact.registrationStore && ` by ${contact.registrationStore.name}`}. Last changed {formatTime(contact.lastModified)}.
        </Text>
        <Grid gap="xl">
          <Grid.Col span={{ base: 12, lg: 8 }}>
            <ContactForm editing={editing} />
          </Grid.Col>
          <Grid.Col span={{ base: 12, lg: 4 }}>
            <History id={contact.id} arrived={arrived} onUndone={editing.claim} />
          </Grid.Col>
        </Grid>
        {conflict && (
          <ConflictDialog
            conflict={conflict}
            isNews={editing.isNews}
            onClose={editing.dismiss}
            onSettle={(theirs) => editing.settle(conflict, theirs)}
          />
        )}
        <LeaveDialog when={editing.dirty} />
      </Page>
    </SessionContext>
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

/** What is done to the contact as a whole. */
function Actions({ contact }: { contact: NonNullable<ContactPageQuery['contact']> }) {
  const { staff, mayWrite } = useSession();
  const [password, { open: openPassword, close: closePassword }] = useDisclosure();
  const [deletion, { open: openDeletion, close: closeDeletion }] = useDisclosure();
  return (
    <Group gap="xs">
      {mayWrite('password') && (
        <Button variant="default" onClick={openPassword}>
          Set password
        </Button>
      )}
      {staff && (
        <Button variant="default" onClick={openDeletion}>
          Delete
        </Button>
      )}
      {!staff && <Badge variant="outline">You</Badge>}
      {password && <PasswordDialog contact={contact} onClose={closePassword} />}
      {deletion && <DeleteDialog contact={contact} onClose={closeDeletion} />}
    </Group>
  );
}
