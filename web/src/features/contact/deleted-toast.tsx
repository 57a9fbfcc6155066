import { useApolloClient } from '@apollo/client/react';
import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { faultOf } from '../../lib/fault';
import { contactName, type NamedContact } from '../../lib/format';
import { useSession } from '../session/session';
import { undoChange } from './use-undo';

const shownFor = 20_000; // milliseconds; the trash has the contact for longer

/**
 * Returns a function that shows that a contact was deleted, with a button that restores it, on
 * whatever page the person goes to.
 */
export function useDeletedToast(): (contact: NamedContact, deletion: string) => void {
  const client = useApolloClient();
  const { catalog } = useSession();
  return (contact, deletion) => {
    const name = contactName(contact);
    const undo = async () => {
      notifications.update({ id, message: `Restoring ${name}…`, loading: true, autoClose: false });
      notifications.update({ id, loading: false, autoClose: shownFor, ...(await outcome()) });
    };
    const outcome = async () => {
      try {
        const { refusal } = await undoChange(client, deletion, catalog);
        return refusal === ''
          ? { message: `${name} was restored.` }
          : { message: `${name} was not restored. ${refusal}`, color: 'red', role: 'alert' };
      } catch (error) {
        const { message } = faultOf(error);
        return {
          message: `We could not confirm that ${name} was restored. ${message}`,
          color: 'red',
          role: 'alert',
        };
      }
    };
    const id = notifications.show({
      role: 'status',
      autoClose: shownFor,
      message: (
        <Group justify="space-between" wrap="nowrap">
          <Text size="sm">{name} was deleted.</Text>
          <Button size="compact-sm" variant="default" onClick={undo}>
            Undo
          </Button>
        </Group>
      ),
    });
  };
}
