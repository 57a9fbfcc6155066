import { Alert, List, Text } from '@mantine/core';
import type { ComparisonPartsFragment } from '../../gql';
import { actorName, formatTime } from '../../lib/format';
import { fieldAt } from '../contact-fields/fields';
import { formatValue } from '../contact-fields/format-value';
import type { Value } from '../contact-fields/values';
import { useSession } from '../session/session';

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
                {`: ${formatValue(field, base as Value, catalog)} → ${formatValue(field, latest as Value, catalog)}, by ${actorName(changedBy)}`}
                {changedAt && `, ${formatTime(changedAt)}`}
              </List.Item>
            );
          })}
        </List>
      )}
    </Alert>
  );
}
