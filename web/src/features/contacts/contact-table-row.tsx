// biome-ignore-all lint/a11y/useSemanticElements: rows are positioned, which no <table> allows
// biome-ignore-all lint/a11y/useFocusableInteractive: rows contain links, which are focusable
import { useFragment } from '@apollo/client/react';
import { Anchor } from '@mantine/core';
import { Link } from 'react-router';
import { type ContactRowFragment, ContactRowFragmentDoc } from '../../gql';
import { contactName, contactPhone, formatTime, noValue } from '../../lib/format';
import classes from './contact-table.module.css';

interface ContactTableRowProps {
  row: ContactRowFragment;
  index: number;
  /** Pixels from the top of the table's body. */
  top: number;
}

/**
 * A contact in the table. It comes from the cache, because it may have been edited since it was
 * listed.
 */
export function ContactTableRow({ row, index, top }: ContactTableRowProps) {
  const { data, complete } = useFragment({
    fragment: ContactRowFragmentDoc,
    fragmentName: 'ContactRow',
    from: row,
  });
  const contact = complete ? data : row;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className={classes.row}
      style={{ transform: `translateY(${top}px)` }}
    >
      <div role="cell">{contact.contactId}</div>
      <div role="cell">
        <Anchor inherit component={Link} to={`/contacts/${contact.contactId}`}>
          {contactName(contact)}
        </Anchor>
      </div>
      <div role="cell">{contact.email ?? noValue}</div>
      <div role="cell" className={classes.wide}>
        {contactPhone(contact) || noValue}
      </div>
      <div role="cell" className={classes.wide}>
        {contact.preferredStore?.name ?? noValue}
      </div>
      <div role="cell" className={classes.wide}>
        {formatTime(contact.lastModified)}
      </div>
    </div>
  );
}
