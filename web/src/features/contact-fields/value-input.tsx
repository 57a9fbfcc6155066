import { TextInput, type TextInputProps } from '@mantine/core';
import { ClearableSelect } from '../../components/clearable-select';
import { NumberInput } from '../../components/number-input';
import { TimeInput } from '../../components/time-input';
import type { PropertyPartsFragment } from '../../gql';
import { lengths } from '../../gql/lengths';

interface ValueInputProps extends Omit<TextInputProps, 'value' | 'onChange' | 'property'> {
  property: PropertyPartsFragment;
  value: string;
  onChange: (value: string) => void;
}

/**
 * Enters one value of a property. The property's type chooses the input; the server validates the
 * value.
 */
export function ValueInput({
  property: { type, choices },
  value,
  onChange,
  ...props
}: ValueInputProps) {
  const input = {
    ...props,
    value,
    onChange: ({ currentTarget }: { currentTarget: HTMLInputElement }) =>
      onChange(currentTarget.value),
  };
  switch (type) {
    case 'TEXT':
      return <TextInput {...input} maxLength={lengths.PropertyValueInput.value} />;
    case 'INTEGER':
      return (
        <TextInput {...input} inputMode="numeric" maxLength={lengths.PropertyValueInput.value} />
      );
    case 'NUMBER':
      return (
        <NumberInput
          {...props}
          value={value}
          onChange={onChange}
          inputMode="decimal"
          maxLength={lengths.PropertyValueInput.value}
        />
      );
    case 'DATE':
      return <TextInput {...input} type="date" max="9999-12-31" />;
    case 'DATETIME':
      return <TimeInput {...props} value={value} onChange={onChange} />;
    case 'CHOICE':
      return (
        <ClearableSelect
          {...(props as object)}
          data={[...new Set([...choices, ...(value ? [value] : [])])]}
          value={value}
          onChange={onChange}
          clearLabel={`Clear ${props.label ?? props['aria-label']}`}
        />
      );
  }
}
