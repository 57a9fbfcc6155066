import { Button, Group, MultiSelect, Radio, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Dialog } from '../../components/dialog';
import { countContacts } from '../../lib/format';
import { useRights } from '../contact-fields/rights';
import { useSession } from '../session/session';
import {
  type ExportChoice,
  type ExportFormat,
  exportAddress,
  exportColumns,
  exportFormats,
  isAll,
} from './export-columns';
import type { Target } from './target';

interface ExportDialogProps {
  target: Target;
  /** The number of contacts; undefined until they are counted. */
  total: number | undefined;
  onClose: () => void;
}

/** Downloads contacts as a file. */
export function ExportDialog({ target, total, onClose }: ExportDialogProps) {
  const { catalog, viewer } = useSession();
  const { mayRead } = useRights();
  const [choice, setChoice] = useState<ExportChoice>({ format: 'csv', columns: [] });
  return (
    <Dialog title="Export contacts" onClose={onClose}>
      <Stack>
        <Text size="sm">
          {describeTarget(target, total)} Passwords are not exported. The activity records the
          export.
        </Text>
        <Radio.Group
          label="Format"
          value={choice.format}
          onChange={(format) => setChoice({ ...choice, format: format as ExportFormat })}
        >
          <Stack gap="xs" mt={4}>
            {Object.entries(exportFormats).map(([format, { label }]) => (
              <Radio key={format} value={format} label={label} />
            ))}
          </Stack>
        </Radio.Group>
        {exportFormats[choice.format].columns && (
          <MultiSelect
            label="Columns"
            description="Without a choice, the file has all columns."
            data={exportColumns(catalog, mayRead, viewer.role === 'ADMIN')}
            value={[...choice.columns]}
            onChange={(columns) => setChoice({ ...choice, columns })}
            searchable
            clearable
            clearButtonProps={{
              'aria-label': 'Clear columns',
              'aria-hidden': undefined,
              tabIndex: 0,
            }}
            hidePickedOptions
          />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            component="a"
            href={exportAddress(choice, target)}
            download
            onClick={() => setTimeout(onClose)} // after the browser has followed the link
          >
            Download
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

function describeTarget(target: Target, total: number | undefined): string {
  const count = total === undefined ? 'The contacts' : countContacts(total);
  if (isAll(target)) return `${count}: all of the account.`;
  if ('ids' in target) return `${count}, as selected.`;
  return `${count} that ${total === 1 ? 'matches' : 'match'} the filters of the list.`;
}
