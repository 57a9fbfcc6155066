import { Checkbox } from '@mantine/core';
import type { ExternalId, Login, PropertyValue, Value } from 'contactgraph-client';
import type { ReactElement, ReactNode } from 'react';
import { ClearableSelect, optionsOf } from '../../components/clearable-select';
import { TimeInput } from '../../components/time-input';
import type { Names } from '../../lib/catalog';
import { useSession } from '../session/session';
import { ExternalIdsEditor } from './external-ids-editor';
import type { EditableField } from './fields';
import { LoginsEditor } from './logins-editor';
import { PropertyEditor } from './property-editor';
import { SegmentsEditor } from './segments-editor';
import { TextField } from './text-field';

interface FieldEditorProps {
  field: EditableField;
  value: Value;
  onChange: (value: Value) => void;
  /** Called when the focus leaves a text. */
  onLeave?: () => void;
  /** What else there is to say about a text. */
  hint?: ReactNode;
  /** Whether the server refuses to clear the field. */
  mustStay: boolean;
  /** What is wrong with the value; false if it is valid. */
  error: ReactNode;
}

/** Edits a field. The kind of the field chooses the editor. */
export function FieldEditor({
  field: { path, label, kind },
  value,
  onChange,
  onLeave,
  hint,
  mustStay,
  error,
}: FieldEditorProps): ReactElement {
  const { catalog } = useSession();
  if (typeof kind === 'object') {
    return (
      <PropertyEditor
        property={kind}
        required={mustStay}
        values={(value ?? []) as PropertyValue[]}
        onChange={onChange}
        error={error}
      />
    );
  }
  switch (kind) {
    case 'text':
    case 'email':
    case 'phone':
      return (
        <TextField
          path={path}
          label={label}
          kind={kind}
          value={(value as string | null) ?? ''}
          onChange={onChange}
          onLeave={onLeave}
          hint={hint}
          error={error}
        />
      );
    case 'checkbox':
      return (
        <Checkbox
          label={label}
          checked={value === true}
          onChange={(e) => onChange(e.currentTarget.checked)}
          error={error}
        />
      );
    case 'time':
      return (
        <TimeInput
          label={label}
          value={(value as string | null) ?? ''}
          onChange={(v) => onChange(v || null)}
          error={error}
        />
      );
    case 'store':
      return (
        <ReferenceEditor
          label={label}
          names={catalog.stores}
          value={value as number | null}
          onChange={onChange}
          error={error}
        />
      );
    case 'company':
      return (
        <ReferenceEditor
          label={label}
          names={catalog.companies}
          value={value as number | null}
          onChange={onChange}
          error={error}
        />
      );
    case 'logins':
      return (
        <LoginsEditor label={label} logins={value as Login[]} onChange={onChange} error={error} />
      );
    case 'externalIds':
      return (
        <ExternalIdsEditor
          label={label}
          ids={value as ExternalId[]}
          onChange={onChange}
          error={error}
        />
      );
    case 'segments':
      return (
        <SegmentsEditor
          label={label}
          segments={value as number[]}
          onChange={onChange}
          error={error}
        />
      );
  }
}

interface ReferenceEditorProps {
  label: string;
  names: Names;
  value: number | null;
  onChange: (id: number | null) => void;
  error: ReactNode;
}

/** Chooses a store or company by name, or none. */
function ReferenceEditor({ label, names, value, onChange, error }: ReferenceEditorProps) {
  return (
    <ClearableSelect
      label={label}
      data={optionsOf(names)}
      value={value === null ? '' : String(value)}
      onChange={(id) => onChange(id === '' ? null : Number(id))}
      clearLabel={`Clear ${label.toLowerCase()}`}
      error={error}
    />
  );
}
