import { RefusalNote } from './error-alert';
import { FaultNote } from './fault-alert';
import type { Command } from './use-command';

/** Says why a command did not take effect. */
export function OutcomeNote({ command: { refusals, fault } }: { command: Command }) {
  if (fault !== undefined) return <FaultNote title="It is not known whether that took effect" error={fault} />;
  if (refusals.length === 0) return null;
  return <RefusalNote title="That was not done">{refusals.map(({ message }) => message).join(' ')}</RefusalNote>;
}
