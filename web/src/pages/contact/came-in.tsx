import { Alert, List, Text } from '@mantine/core';
import { fieldAt } from '../../contact/fields';
import type { Value } from '../../contact/values';
import { time, who, words } from '../../contact/words';
import type { ComparisonPartsFragment } from '../../gql';
import { useSession } from '../../session/session';

interface CameInProps {
  fields: readonly ComparisonPartsFragment[];
  onClose: () => void;
}

/** Says that it is saved, and what had been changed by others meanwhile. */
export function CameIn({ fields, onClose }: CameInProps) {
  const { catalog } = useSession();
  const title = fields.length === 0 ? 'Saved' : 'Saved, and merged with what others have changed meanwhile';
  return (
    <Alert role="status" color="teal" variant="outline" title={title} withCloseButton closeButtonLabel="Close" onClose={onClose}>
      {fields.length > 0 && (
        <List size="sm">
          {fields.map(({ path, base, latest, changedBy, changedAt }) => {
            const field = fieldAt(path, catalog);
            return (
              <List.Item key={path}>
                <Text size="sm" span fw={500}>
                  {field.label}
                </Text>
                {`: ${words(field, base as Value, catalog)} → ${words(field, latest as Value, catalog)}, by ${who(changedBy)}`}
                {changedAt && `, ${time(changedAt)}`}
              </List.Item>
            );
          })}
        </List>
      )}
    </Alert>
  );
}
