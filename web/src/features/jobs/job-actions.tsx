import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { CommandErrors } from '../../components/command-errors';
import { ConfirmDialog } from '../../components/confirm-dialog';
import { type Command, useCommand } from '../../components/use-command';
import {
  ApplyJobDocument,
  CancelJobDocument,
  type JobPartsFragment,
  PauseJobDocument,
  ResumeJobDocument,
  RevertJobDocument,
} from '../../gql';
import { countContacts } from '../../lib/format';
import { countToWrite, isRunning } from './job-labels';

/** The buttons that control a job. */
export function JobActions({ job }: { job: JobPartsFragment }) {
  const command = useCommand(['Job']);
  const [asking, setAsking] = useState(false);
  const { id, kind, state, paused, counts } = job;
  const run = (goal: Command['goal'], mutation: typeof ApplyJobDocument) =>
    command.run(goal, mutation, { input: { id } });
  const running = isRunning(job);
  const toWrite = countToWrite(counts);
  const ended = ['APPLIED', 'CANCELED', 'FAILED', 'REVERTED'].includes(state);
  return (
    <>
      <Group gap="xs">
        {state === 'PLANNED' && toWrite > 0 && (
          <Button
            onClick={() => run('applied', ApplyJobDocument)}
            loading={command.busy}
            {...(kind === 'DELETE' && { color: 'red' })}
          >
            {kind === 'DELETE' ? 'Delete' : 'Apply to'} {countContacts(toWrite)}
          </Button>
        )}
        {running && (
          <Button
            variant="default"
            onClick={() =>
              paused ? run('continued', ResumeJobDocument) : run('paused', PauseJobDocument)
            }
            loading={command.busy}
          >
            {paused ? 'Continue' : 'Pause'}
          </Button>
        )}
        {!ended && state !== 'REVERTING' && (
          <Button
            variant="default"
            onClick={() => run('canceled', CancelJobDocument)}
            disabled={command.busy}
          >
            Cancel
          </Button>
        )}
        {ended && counts.applied + counts.kept > 0 && (
          <Button variant="default" onClick={() => setAsking(true)}>
            Revert
          </Button>
        )}
      </Group>
      {asking ? (
        <ConfirmDialog
          title="Revert the job"
          text={`What was written to ${countContacts(counts.applied + counts.kept)} is undone. Contacts that others have changed since stay as they are, and are listed.`}
          confirmLabel="Revert"
          command={command}
          onConfirm={async () => {
            if (await run('reverted', RevertJobDocument)) setAsking(false);
          }}
          onClose={() => setAsking(false)}
        />
      ) : (
        <CommandErrors command={command} />
      )}
    </>
  );
}
