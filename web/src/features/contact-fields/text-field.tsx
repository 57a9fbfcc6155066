import { TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { lengths } from '../../gql/lengths';
import type { FieldPath } from './fields';
import { looksLikeEmail, looksLikePhone } from './plausible';

interface TextFieldProps {
  path: string;
  label: string;
  kind: 'text' | 'email' | 'phone';
  value: string;
  onChange: (value: string) => void;
  /** Called when the focus leaves the field. */
  onLeave?: (() => void) | undefined;
  /** What else there is to say about the value. */
  hint?: ReactNode;
  error: ReactNode;
}

const maxLengths: Readonly<Record<FieldPath | string, number>> = lengths.ContactPatch;

const inputModes = { text: 'text', email: 'email', phone: 'tel' } as const;

/**
 * Edits a text. The server stores what is no email address or number, so it is a warning, which
 * appears when the focus leaves the field.
 */
export function TextField({
  path,
  label,
  kind,
  value,
  onChange,
  onLeave,
  hint,
  error,
}: TextFieldProps) {
  const [typing, setTyping] = useState(false);
  const warning = !typing && warningAbout(kind, value);
  return (
    <TextInput
      label={label}
      description={!error && (hint || warning)}
      descriptionProps={{ c: 'var(--mantine-color-text)', 'aria-live': 'polite' }}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      inputMode={inputModes[kind]}
      autoComplete="off"
      maxLength={maxLengths[path]}
      value={value}
      onChange={({ currentTarget }) => {
        setTyping(true);
        onChange(currentTarget.value);
      }}
      onBlur={() => {
        setTyping(false);
        onLeave?.();
      }}
      error={error}
    />
  );
}

function warningAbout(kind: TextFieldProps['kind'], value: string): string | false {
  if (kind === 'email' && !looksLikeEmail(value))
    return 'This does not look like an email address.';
  if (kind === 'phone' && !looksLikePhone(value)) return 'This does not look like a phone number.';
  return false;
}
