import { Anchor } from '@mantine/core';
import type { UserError } from 'contactgraph-client';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { contactName } from '../lib/format';

/**
 * Shows user errors, each with a link to the contact that already has the value, if the viewer may
 * see it.
 */
export function ErrorText({ errors }: { errors: readonly UserError[] }) {
  return errors.map((error) => (
    <span key={`${error.code} ${error.path} ${error.message}`}>
      {error.message}{' '}
      {error.__typename === 'UniqueConflict' && error.existing && (
        <Anchor
          component={Link}
          to={`/contacts/${error.existing.contactId}`}
          inherit
          underline="always"
        >
          See {contactName(error.existing)}.
        </Anchor>
      )}
    </span>
  ));
}

/** Returns the errors at a path for the input that edits it; false if there are none. */
export function errorAt(errors: readonly UserError[], path: string): ReactNode {
  const atPath = errors.filter((error) => error.path === path);
  return atPath.length > 0 && <ErrorText errors={atPath} />;
}
