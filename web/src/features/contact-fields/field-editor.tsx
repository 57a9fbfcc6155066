import { Checkbox, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { Choice, optionsOf } from '../../components/clearable-select';
import { TimeInput } from '../../components/time-input';
import { lengths } from '../../gql/lengths';
import type { Names } from '../../lib/catalog';
import { useSession } from '../session/session';
import type { Field } from './fields';
import { LoginsEditor } from './logins-editor';
import { PropertyEditor } from './property-editor';
import { SegmentsEditor } from './segments-editor';
import type { Login, PropertyValue, Value } from './values';

interface EditorProps {
  field: Field;
  value: Value;
  onChange: (value: Value) => void;
  /** What is wrong with the value; false if nothing is. */
  error: ReactNode;
}

const limits: Readonly<Record<string, number>> = lengths.ContactPatch;

/** The editor that fits a field: the kind of the field decides. */
export function Editor({ field: { path, label, kind }, value, onChange, error }: EditorProps) {
  const { catalog } = useSession();
  if (typeof kind === 'object') {
    return <PropertyEditor property={kind} values={(value ?? []) as PropertyValue[]} onChange={onChange} error={error} />;
  }
  switch (kind) {
    case 'checkbox':
      return (
        <Checkbox label={label} checked={value === true} onChange={(e) => onChange(e.currentTarget.checked)} error={error} />
      );
    case 'time':
      return (
        <TimeInput label={label} value={(value as string | null) ?? ''} onChange={(v) => onChange(v || null)} error={error} />
      );
    case 'store':
      return <Reference label={label} names={catalog.stores} value={value as number | null} onChange={onChange} error={error} />;
    case 'company':
      return (
        <Reference label={label} names={catalog.companies} value={value as number | null} onChange={onChange} error={error} />
      );
    case 'logins':
      return <LoginsEditor label={label} logins={value as Login[]} onChange={onChange} error={error} />;
    case 'segments':
      return <SegmentsEditor label={label} segments={value as number[]} onChange={onChange} error={error} />;
    default:
      return (
        <TextInput
          label={label}
          inputMode={kind === 'email' ? 'email' : kind === 'phone' ? 'tel' : 'text'}
          autoComplete="off"
          maxLength={limits[path]}
          value={(value as string | null) ?? ''}
          onChange={(e) => onChange(e.currentTarget.value)}
          error={error}
        />
      );
  }
}

interface ReferenceProps {
  label: string;
  names: Names;
  value: number | null;
  onChange: (id: number | null) => void;
  error: ReactNode;
}

/** Chooses one of the things that have names, or none. */
function Reference({ label, names, value, onChange, error }: ReferenceProps) {
  return (
    <Choice
      label={label}
      data={optionsOf(names)}
      value={value === null ? '' : String(value)}
      onChange={(id) => onChange(id === '' ? null : Number(id))}
      clear={`No ${label.toLowerCase()}`}
      error={error}
    />
  );
}
