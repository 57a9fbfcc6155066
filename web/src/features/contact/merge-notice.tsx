import { Alert, List, Text } from '@mantine/core';
import type { Value } from 'contactgraph-client';
import type { ComparisonPartsFragment } from '../../gql';
import { actorName, formatTime } from '../../lib/format';
import { fieldAt } from '../contact-fields/fields';
import { formatValue } from '../contact-fields/format-value';
import { useSession } from '../session/session';

interface MergeNoticeProps {
  /** The fields that others changed at the same time. */
  merged: readonly ComparisonPartsFragment[];
  onClose: () => void;
}

/** Confirms a save, and lists the changes of others that it was merged with. */
export function MergeNotice({ merged, onClose }: MergeNoticeProps) {
  const { catalog } = useSession();
  const title = merged.length === 0 ? 'Saved' : 'Saved and merged with changes by others';
  return (
    <Alert
      role="status"
      color="teal"
      variant="outline"
      title={title}
      withCloseButton
      closeButtonLabel="Close"
      onClose={onClose}
    >
      {merged.length > 0 && (
        <List size="sm">
          {merged.map(({ path, base, latest, changedBy, changedAt }) => {
            const field = fieldAt(path, catalog);
            const format = (value: unknown) => formatValue(field, value as Value, catalog);
            return (
              <List.Item key={path}>
                <Text size="sm" span fw={500}>
                  {field.label}
                </Text>
                {`: ${format(base)} → ${format(latest)}, by ${actorName(changedBy)}`}
                {changedAt && `, ${formatTime(changedAt)}`}
              </List.Item>
            );
          })}
        </List>
      )}
    </Alert>
  );
}
