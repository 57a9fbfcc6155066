import { MultiSelect } from '@mantine/core';
import type { ReactNode } from 'react';
import { useSession } from '../session/session';

interface SegmentsEditorProps {
  label: string;
  segments: readonly number[];
  onChange: (segments: number[]) => void;
  error: ReactNode;
}

/** Chooses the segments that a contact is in. */
export function SegmentsEditor({ label, segments, onChange, error }: SegmentsEditorProps) {
  const { catalog } = useSession();
  return (
    <MultiSelect
      label={label}
      data={[...catalog.segments].map(([id, name]) => ({ value: String(id), label: name }))}
      value={segments.map(String)}
      onChange={(ids) => onChange(ids.map(Number))}
      searchable
      limit={100} // searching finds the others
      hidePickedOptions
      error={error}
    />
  );
}
