import { Select, type SelectProps } from '@mantine/core';
import type { Names } from '../lib/catalog';

/** How many options of a long list are shown; searching finds the others. */
export const shownOptions = 100;

/** The things that have names, as options. */
export function optionsOf(names: Names): { value: string; label: string }[] {
  return [...names].map(([id, label]) => ({ value: String(id), label }));
}

interface ChoiceProps extends Omit<SelectProps, 'value' | 'onChange'> {
  /** The chosen option; blank for none. */
  value: string;
  onChange: (value: string) => void;
  /** What the button is called that chooses none. */
  clear: string;
}

/** Chooses one option of a list, or none. */
export function Choice({ value, onChange, clear, ...props }: ChoiceProps) {
  return (
    <Select
      {...props}
      value={value || null}
      onChange={(chosen) => onChange(chosen ?? '')}
      searchable
      limit={shownOptions}
      clearable
      clearButtonProps={{ 'aria-label': clear, 'aria-hidden': undefined, tabIndex: 0 }} // Mantine hides it from the keyboard
    />
  );
}
