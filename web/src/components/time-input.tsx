import { TextInput, type TextInputProps } from '@mantine/core';

interface TimeInputProps extends Omit<TextInputProps, 'value' | 'onChange'> {
  /** A point in time, RFC 3339; blank for none. */
  value: string;
  onChange: (value: string) => void;
}

/** Enters a point in time, in the browser's time zone. */
export function TimeInput({ value, onChange, ...props }: TimeInputProps) {
  return (
    <TextInput
      {...props}
      type="datetime-local"
      step={1}
      max="9999-12-31T23:59:59" // or a year takes six digits, and swallows the hour that is typed after it
      value={local(value)}
      onChange={({ currentTarget }) => {
        const at = new Date(currentTarget.value);
        onChange(Number.isNaN(at.valueOf()) ? '' : at.toISOString().replace('.000Z', 'Z'));
      }}
    />
  );
}

/** A point in time as the input has it: what the clock on the wall says, to the second. */
function local(value: string): string {
  const at = new Date(value);
  if (Number.isNaN(at.valueOf())) return '';
  const wall = new Date(at.valueOf() - at.getTimezoneOffset() * 60_000);
  return wall.toISOString().slice(0, 19);
}
