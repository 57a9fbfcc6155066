import { MultiSelect } from '@mantine/core';
import type { ReactNode } from 'react';
import { maxShownOptions, optionsOf } from '../../components/clearable-select';
import { useSession } from '../session/session';

interface SegmentsEditorProps {
  label: string;
  segments: readonly number[];
  onChange: (segments: number[]) => void;
  error: ReactNode;
}

/** Chooses the segments of a contact. */
export function SegmentsEditor({ label, segments, onChange, error }: SegmentsEditorProps) {
  const { catalog } = useSession();
  return (
    <MultiSelect
      label={label}
      data={optionsOf(catalog.segments)}
      value={segments.map(String)}
      onChange={(ids) => onChange(ids.map(Number))}
      searchable
      limit={maxShownOptions}
      hidePickedOptions
      error={error}
    />
  );
}
