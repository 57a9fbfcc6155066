import { ScrollArea, Table } from '@mantine/core';
import type { ReactNode } from 'react';

interface ListTableProps {
  /** The accessible name. */
  label: string;
  /** The headings of the columns before the one with the buttons. */
  headings: readonly string[];
  /** The width in pixels below which the table scrolls sideways. */
  minWidth: number;
  /** The rows. */
  children: ReactNode;
}

/** A table whose last column has buttons. It scrolls sideways on a narrow screen. */
export function ListTable({ label, headings, minWidth, children }: ListTableProps) {
  return (
    <ScrollArea type="auto" viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': label }}>
      <Table miw={minWidth} aria-label={label}>
        <Table.Thead>
          <Table.Tr>
            {headings.map((heading) => (
              <Table.Th key={heading}>{heading}</Table.Th>
            ))}
            <Table.Th>
              <span className="visually-hidden">Actions</span>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </ScrollArea>
  );
}
