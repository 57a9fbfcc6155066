import { TextInput, type TextInputProps } from '@mantine/core';

interface TimeInputProps extends Omit<TextInputProps, 'value' | 'onChange'> {
  /** A time, RFC 3339; empty for none. */
  value: string;
  onChange: (value: string) => void;
}

/** Enters a date and a time in the browser's time zone. */
export function TimeInput({ value, onChange, ...props }: TimeInputProps) {
  return (
    <TextInput
      {...props}
      type="datetime-local"
      step={1}
      max="9999-12-31T23:59:59" // without it the year takes six digits, and the hour that is typed next becomes part of it
      value={toLocal(value)}
      onChange={({ currentTarget }) => {
        const at = new Date(currentTarget.value);
        onChange(Number.isNaN(at.valueOf()) ? '' : at.toISOString().replace('.000Z', 'Z'));
      }}
    />
  );
}

/** Converts a time to the input's format: local time, to the second, without a zone. */
function toLocal(value: string): string {
  const at = new Date(value);
  if (Number.isNaN(at.valueOf())) return '';
  const local = new Date(at.valueOf() - at.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19);
}
