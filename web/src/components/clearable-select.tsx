import { Select, type SelectProps } from '@mantine/core';
import type { Names } from '../lib/catalog';

/** How many options of a long list are shown; a search finds the others. */
export const maxShownOptions = 100;

/** Converts names by number to options. */
export function optionsOf(names: Names): { value: string; label: string }[] {
  return [...names].map(([id, label]) => ({ value: String(id), label }));
}

interface ClearableSelectProps extends Omit<SelectProps, 'value' | 'onChange'> {
  /** The chosen option; empty for none. */
  value: string;
  onChange: (value: string) => void;
  /** The accessible name of the button that clears the choice. */
  clearLabel: string;
}

/** Chooses one option of a list, or none. */
export function ClearableSelect({ value, onChange, clearLabel, ...props }: ClearableSelectProps) {
  return (
    <Select
      {...props}
      value={value || null}
      onChange={(chosen) => onChange(chosen ?? '')}
      searchable
      limit={maxShownOptions}
      clearable
      clearButtonProps={{ 'aria-label': clearLabel, 'aria-hidden': undefined, tabIndex: 0 }} // Mantine hides it from the keyboard
    />
  );
}
