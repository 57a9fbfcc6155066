import { Alert, Anchor } from '@mantine/core';
import { Link } from 'react-router';
import { contactName, type NamedContact } from '../lib/format';

interface CreatedNoteProps {
  contact: NamedContact;
  /** Closes the note on the page of the contact; undefined on another page. */
  onClose?: () => void;
}

/** Confirms that a contact was created, with a link to it, or from its page to the next one. */
export function CreatedNote({ contact, onClose }: CreatedNoteProps) {
  return (
    <Alert
      role="status"
      color="teal"
      variant="outline"
      title={`${contactName(contact)} was created`}
      withCloseButton={onClose !== undefined}
      closeButtonLabel="Close"
      {...(onClose && { onClose })}
    >
      {onClose ? (
        <Anchor component={Link} to="/contacts/new" size="sm" underline="always">
          Create another contact
        </Anchor>
      ) : (
        <Anchor component={Link} to={`/contacts/${contact.contactId}`} size="sm" underline="always">
          Open {contactName(contact)}
        </Anchor>
      )}
    </Alert>
  );
}
