import { TextInput, type TextInputProps } from '@mantine/core';

interface NumberInputProps extends Omit<TextInputProps, 'value' | 'onChange'> {
  /** A number in the API's format, with a decimal point. */
  value: string;
  onChange: (value: string) => void;
}

const decimal =
  new Intl.NumberFormat().formatToParts(0.5).find(({ type }) => type === 'decimal')?.value ?? '.';

/**
 * Enters a number with the decimal separator of the browser's locale or with a point. Invalid text
 * stays as it was typed, and the server refuses it. The browser's own number input drops unexpected
 * characters, changes with the mouse wheel, and calculates in floating point.
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

/** Whether a text is a whole number that is not negative. */
export function isWholeNumber(text: string): boolean {
  return /^\d{1,9}$/.test(text);
}
