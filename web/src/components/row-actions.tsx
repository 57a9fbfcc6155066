import { Button, Group, Table } from '@mantine/core';

interface RowActionsProps {
  /** What the row is about, for the accessible names of the buttons. */
  name: string;
  /** The actions by the labels of their buttons. */
  actions: Record<string, () => void>;
}

/** The last cell of a row, with a button for each action. */
export function RowActions({ name, actions }: RowActionsProps) {
  return (
    <Table.Td>
      <Group gap={4} justify="flex-end" wrap="nowrap">
        {Object.entries(actions).map(([label, onClick]) => (
          <Button
            key={label}
            size="compact-sm"
            variant="default"
            onClick={onClick}
            aria-label={`${label} ${name}`}
          >
            {label}
          </Button>
        ))}
      </Group>
    </Table.Td>
  );
}
