import { TextInput } from '@mantine/core';
import { useEffect, useRef } from 'react';

interface CodeInputProps {
  description: string;
  value: string;
  onChange: (code: string) => void;
  /** Whether the input is focused when it appears. */
  focused?: boolean;
}

/** What the description of a code says that may also be a recovery code. */
export const anyCode = 'From your authenticator app, or a recovery code.';

/** A code of an authenticator app. */
export function CodeInput({ description, value, onChange, focused = false }: CodeInputProps) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (focused) input.current?.focus();
  }, [focused]);
  return (
    <TextInput
      ref={input}
      label="Code"
      description={description}
      autoComplete="one-time-code"
      spellCheck={false}
      required
      withAsterisk={false}
      value={value}
      onChange={(e) => onChange(e.currentTarget.value)}
    />
  );
}
