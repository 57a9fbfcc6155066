import { Text } from '@mantine/core';
import { useState } from 'react';
import { ClearableSelect, optionsOf } from '../../components/clearable-select';
import { Dialog } from '../../components/dialog';
import { DialogForm } from '../../components/form-dialog';
import { countContacts } from '../../lib/format';
import { SegmentsEditor } from '../contact-fields/segments-editor';
import type { Target } from '../export/target';
import { DoneButton } from '../jobs/done-button';
import { JobView } from '../jobs/job-view';
import { useBulkJob } from '../jobs/use-bulk-job';
import { useSession } from '../session/session';
import {
  type BulkAction,
  type BulkChange,
  bulkChanges,
  type Choice,
  writesOf,
} from './bulk-actions';

interface BulkDialogProps {
  action: BulkAction;
  target: Target;
  /** How many contacts were selected. */
  count: number;
  /** Called when contacts were written. */
  onWritten: () => void;
  onClose: () => void;
}

/** Changes or deletes many contacts: asks what to write, shows the plan, and applies it. */
export function BulkDialog({ action, target, count, onWritten, onClose }: BulkDialogProps) {
  const control = useBulkJob(onWritten);
  const { job, command } = control;
  const [choice, setChoice] = useState<Choice>({ id: '', segments: [] });
  const label = action === 'delete' ? 'Delete' : bulkChanges[action].label;
  const close = () => {
    control.discard();
    onClose();
  };
  const plan = () => {
    if (action === 'delete') control.planDelete(target);
    else control.planUpdate({ ...target, ...writesOf(action, choice) });
  };
  return (
    <Dialog title={`${label}: ${countContacts(count)}`} size="xl" onClose={close}>
      {job ? (
        <JobView job={job} actions={<DoneButton job={job} onClick={close} />} />
      ) : (
        <DialogForm submitLabel="Preview" command={command} onSubmit={plan} onClose={close}>
          {action !== 'delete' && (
            <ChoiceInput change={action} choice={choice} onChange={setChoice} />
          )}
          <Text size="sm">The preview shows what will happen. It writes nothing.</Text>
        </DialogForm>
      )}
    </Dialog>
  );
}

interface ChoiceInputProps {
  change: BulkChange;
  choice: Choice;
  onChange: (choice: Choice) => void;
}

function ChoiceInput({ change, choice, onChange }: ChoiceInputProps) {
  const { catalog } = useSession();
  const kind = bulkChanges[change].choice;
  if (kind === 'segments')
    return (
      <SegmentsEditor
        label="Segments"
        segments={choice.segments}
        onChange={(segments) => onChange({ ...choice, segments })}
        error={undefined}
      />
    );
  const label = kind === 'stores' ? 'Preferred store' : 'Company';
  return (
    <ClearableSelect
      label={label}
      description="Without a choice, it is cleared."
      data={optionsOf(catalog[kind])}
      value={choice.id}
      onChange={(id) => onChange({ ...choice, id })}
      clearLabel={`Clear ${label.toLowerCase()}`}
    />
  );
}
