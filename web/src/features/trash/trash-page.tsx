import { Alert, Anchor, Button, Skeleton, Stack, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { ErrorAlert } from '../../components/error-alert';
import { FaultAlert } from '../../components/fault-alert';
import { ListTable } from '../../components/list-table';
import { Page } from '../../components/page';
import { ScrollIntoView } from '../../components/scroll-into-view';
import type { DeletedContactPartsFragment } from '../../gql';
import { actorName, contactName, contactPhone, formatTime } from '../../lib/format';
import { useUndo } from '../contact/use-undo';
import { useRights } from '../contact-fields/rights';
import { useTrash } from './use-trash';

const headings = ['Name', 'Email', 'Phone', 'Deleted'];

/** The contacts that were deleted and can be restored. */
export function TrashPage() {
  const { items: contacts, loading, error, hasMore, loadMore, remove } = useTrash();
  const { undo, undoing, refusal, fault } = useUndo();
  const [restored, setRestored] = useState<DeletedContactPartsFragment>();
  const restore = async (contact: DeletedContactPartsFragment) => {
    setRestored(undefined);
    if (!(await undo(contact.deletion))) return;
    setRestored(contact);
    remove(({ contactId }) => contactId === contact.contactId);
  };
  return (
    <Page title="Trash">
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          Deleted contacts can be restored until they are erased or their deletion has left the
          history. Everything is restored except passwords.
        </Text>
        {restored && <RestoredNote key={restored.contactId} contact={restored} />}
        {refusal && (
          <ScrollIntoView>
            <ErrorAlert title="Not restored">{refusal}</ErrorAlert>
          </ScrollIntoView>
        )}
        {fault !== undefined && (
          <FaultAlert title="We could not confirm that the contact was restored" error={fault} />
        )}
        {contacts.length > 0 && (
          <ListTable label="Deleted contacts" headings={headings} minWidth={640}>
            {contacts.map((contact) => (
              <DeletedRow
                key={contact.contactId}
                contact={contact}
                undoing={undoing}
                onRestore={() => restore(contact)}
              />
            ))}
          </ListTable>
        )}
        {error !== undefined && (
          <FaultAlert title="The trash could not be loaded" error={error} onRetry={loadMore} />
        )}
        {loading && <Skeleton h={48} aria-label="Loading" />}
        {!loading && error === undefined && contacts.length === 0 && (
          <Text>The trash is empty.</Text>
        )}
        {hasMore && !loading && (
          <Button variant="default" onClick={loadMore} w="fit-content">
            Show more
          </Button>
        )}
      </Stack>
    </Page>
  );
}

interface DeletedRowProps {
  contact: DeletedContactPartsFragment;
  /** The id of the deletion that is being undone. */
  undoing: string | undefined;
  onRestore: () => void;
}

function DeletedRow({ contact, undoing, onRestore }: DeletedRowProps) {
  const { contactId, email, deletion } = contact;
  const { mayRemove } = useRights();
  const name = contactName(contact);
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor component={Link} to={`/contacts/${contactId}`} size="sm">
          {name}
        </Anchor>
      </Table.Td>
      <Table.Td>{email}</Table.Td>
      <Table.Td>{contactPhone(contact)}</Table.Td>
      <Table.Td>
        <time dateTime={deletion.at}>{formatTime(deletion.at)}</time>, by{' '}
        {actorName(deletion.actor)}
      </Table.Td>
      <Table.Td ta="end">
        {mayRemove && (
          <Button
            size="compact-sm"
            variant="default"
            loading={undoing === deletion.id}
            disabled={undoing !== undefined}
            onClick={onRestore}
            aria-label={`Restore ${name}`}
          >
            Restore
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function RestoredNote({ contact }: { contact: DeletedContactPartsFragment }) {
  const name = contactName(contact);
  return (
    <ScrollIntoView>
      <Alert role="status" color="teal" variant="outline" title={`${name} was restored`}>
        <Anchor component={Link} to={`/contacts/${contact.contactId}`} size="sm" underline="always">
          Open {name}
        </Anchor>
      </Alert>
    </ScrollIntoView>
  );
}
