import { PasswordInput, TextInput } from '@mantine/core';
import type { SecondFactorProofInput } from '../../gql';

export const noProof: SecondFactorProofInput = { currentPassword: '', code: '' };

interface ProofInputsProps {
  value: SecondFactorProofInput;
  onChange: (value: SecondFactorProofInput) => void;
  /** Whether the user has a second factor, and so must enter a code of it. */
  withCode: boolean;
}

/** How users prove who they are before they change their second factor. */
export function ProofInputs({ value, onChange, withCode }: ProofInputsProps) {
  return (
    <>
      <PasswordInput
        label="Current password"
        autoComplete="current-password"
        required
        withAsterisk={false}
        value={value.currentPassword}
        onChange={(e) => onChange({ ...value, currentPassword: e.currentTarget.value })}
      />
      {withCode && (
        <CodeInput
          description="From your authenticator app, or a recovery code."
          value={value.code}
          onChange={(code) => onChange({ ...value, code })}
        />
      )}
    </>
  );
}

interface CodeInputProps {
  description: string;
  value: string;
  onChange: (code: string) => void;
}

/** A code of an authenticator app. */
export function CodeInput({ description, value, onChange }: CodeInputProps) {
  return (
    <TextInput
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
