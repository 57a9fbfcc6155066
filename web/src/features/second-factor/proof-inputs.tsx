import { PasswordInput } from '@mantine/core';
import { anyCode, CodeInput } from '../../components/code-input';
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
          description={anyCode}
          value={value.code}
          onChange={(code) => onChange({ ...value, code })}
        />
      )}
    </>
  );
}
