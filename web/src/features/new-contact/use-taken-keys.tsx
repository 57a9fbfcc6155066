import { useLazyQuery } from '@apollo/client/react';
import { Anchor } from '@mantine/core';
import type { Values } from 'contactgraph-client';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { ContactWithEmailDocument, ContactWithPhoneDocument } from '../../gql';
import { contactName, type NamedContact } from '../../lib/format';

interface TakenKeys {
  /** Looks for a contact with what the field at the path has now. */
  look(path: string): void;
  /** Says which contact has the value of the field at the path. */
  hint(path: string): ReactNode;
}

/**
 * Finds the contacts that already have the email address or phone number of a new one, before it is
 * sent. A hint is shown only as long as the value is the one that was looked for.
 */
export function useTakenKeys(values: Values): TakenKeys {
  const [findEmail, byEmail] = useLazyQuery(ContactWithEmailDocument, options);
  const [findPhone, byPhone] = useLazyQuery(ContactWithPhoneDocument, options);
  const email = text(values.email);
  const phone = text(values.phone);
  const phoneCountryCode = text(values.phoneCountryCode) || null;

  const look = (path: string) => {
    // A failure is not worth a message: the server checks again when the contact is created.
    if (path === 'email' && email) findEmail({ variables: { email } }).catch(() => {});
    if ((path === 'phone' || path === 'phoneCountryCode') && phone)
      findPhone({ variables: { phone, phoneCountryCode } }).catch(() => {});
  };
  const hint = (path: string): ReactNode => {
    const sameEmail = byEmail.variables?.email === email;
    const samePhone =
      byPhone.variables?.phone === phone && byPhone.variables.phoneCountryCode === phoneCountryCode;
    if (path === 'email' && sameEmail) return ownerNote(byEmail.data?.contactByEmail, 'address');
    if (path === 'phone' && samePhone) return ownerNote(byPhone.data?.contactByPhone, 'number');
    return undefined;
  };
  return { look, hint };
}

/** Another contact may get or lose the key at any time. */
const options = { fetchPolicy: 'network-only' } as const;

function text(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}

function ownerNote(contact: NamedContact | null | undefined, what: string): ReactNode {
  if (!contact) return undefined;
  const name = contactName(contact);
  return (
    <>
      {name} already has this {what}.{' '}
      <Anchor component={Link} to={`/contacts/${contact.contactId}`} inherit underline="always">
        Open {name}
      </Anchor>
      , or use another {what}.
    </>
  );
}
