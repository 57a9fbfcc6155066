import { Anchor } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { ErrorPartsFragment } from '../gql';
import { contactName } from '../lib/format';

/** What a person can mend, in words; who has a value that must be unique, if the viewer may know. */
export function ErrorText({ errors }: { errors: readonly ErrorPartsFragment[] }) {
  return errors.map((error) => (
    <span key={`${error.code} ${error.path} ${error.message}`}>
      {error.message}{' '}
      {error.__typename === 'UniqueConflict' && error.existing && (
        <Anchor component={Link} to={`/contacts/${error.existing.contactId}`} inherit underline="always">
          See {contactName(error.existing)}.
        </Anchor>
      )}
    </span>
  ));
}

/** What is wrong with a path, for the input that edits it; false if nothing is. */
export function errorAt(errors: readonly ErrorPartsFragment[], path: string): ReactNode {
  const about = errors.filter((error) => error.path === path);
  return about.length > 0 && <ErrorText errors={about} />;
}
