import { Anchor } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { ContactOrderField, ContactRowFragment } from '../../gql';
import { contactName, contactPhone, formatTime, noValue } from '../../lib/format';
import { namePaths, phonePaths, type Rights } from '../contact-fields/rights';

/** A column of the list of contacts. */
export interface Column {
  label: string;
  /** The order that the heading sorts by; absent if the list cannot be sorted by the column. */
  field?: ContactOrderField;
  /** The tracks of the grid; on a narrow screen the column is absent if it has none. */
  width: string;
  narrowWidth?: string;
  cell: (contact: ContactRowFragment) => ReactNode;
}

const link = (contact: ContactRowFragment) => (
  <Anchor inherit component={Link} to={`/contacts/${contact.contactId}`}>
    {contactName(contact)}
  </Anchor>
);

const id: Column = {
  label: 'ID',
  field: 'ID',
  width: '5rem',
  narrowWidth: '4.5rem',
  cell: ({ contactId }) => contactId,
};

const widths = { width: 'minmax(0, 1.2fr)', narrowWidth: 'minmax(0, 1fr)' };
const name: Column = { label: 'Name', field: 'NAME', ...widths, cell: link };

/** Stands in for the name of contacts whose whole name the viewer may not read. */
const nameless: Column = { label: 'Contact', ...widths, cell: link };

const email: Column = {
  label: 'Email',
  width: 'minmax(0, 1.5fr)',
  narrowWidth: 'minmax(0, 1.2fr)',
  cell: (contact) => contact.email ?? noValue,
};

const phone: Column = {
  label: 'Phone',
  width: 'minmax(0, 1.2fr)',
  cell: (contact) => contactPhone(contact) || noValue,
};

const preferredStore: Column = {
  label: 'Preferred store',
  width: 'minmax(0, 1fr)',
  cell: (contact) => contact.preferredStore?.name ?? noValue,
};

const lastModified: Column = {
  label: 'Last changed',
  field: 'LAST_MODIFIED',
  width: 'minmax(0, 1.2fr)',
  cell: (contact) => formatTime(contact.lastModified),
};

/** Returns the columns that the viewer may read. */
export function columnsFor(mayRead: Rights['mayRead']): Column[] {
  return [
    id,
    mayRead(...namePaths) ? name : nameless,
    mayRead('email') && email,
    mayRead(...phonePaths) && phone,
    mayRead('preferredStoreId') && preferredStore,
    lastModified,
  ].filter((column) => column !== false);
}
