import { TextInput, type TextInputProps } from '@mantine/core';

interface NumberInputProps extends Omit<TextInputProps, 'value' | 'onChange'> {
  /** A number as the API has it: with a point. */
  value: string;
  onChange: (value: string) => void;
}

const decimal = new Intl.NumberFormat().formatToParts(0.5).find(({ type }) => type === 'decimal')?.value ?? '.';

/**
 * Enters a number with the decimal sign of the browser's locale; a point will do as well. What is no number is left as it was typed,
 * for the server to refuse: the browser's own input for numbers drops signs that it does not expect, is changed by the mouse wheel, and
 * counts in floating point.
 */
export function NumberInput({ value, onChange, ...props }: NumberInputProps) {
  return (
    <TextInput
      {...props}
      value={value.replace('.', decimal)}
      onChange={({ currentTarget }) => onChange(currentTarget.value.replace(decimal, '.'))}
    />
  );
}
