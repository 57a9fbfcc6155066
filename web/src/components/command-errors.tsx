import { ErrorAlert } from './error-alert';
import { FaultAlert } from './fault-alert';
import type { Command } from './use-command';

/** Shows why the last command failed. */
export function CommandErrors({ command: { goal, userErrors, fault } }: { command: Command }) {
  if (fault !== undefined)
    return <FaultAlert title={`We could not confirm that this was ${goal}`} error={fault} />;
  if (userErrors.length === 0) return null;
  return (
    <ErrorAlert title={`Not ${goal}`}>
      {userErrors.map(({ message }) => message).join(' ')}
    </ErrorAlert>
  );
}
