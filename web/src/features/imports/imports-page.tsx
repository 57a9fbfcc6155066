import { Button, Checkbox, FileInput, Progress, Select, Stack, Text, Title } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useNavigate } from 'react-router';
import { FaultAlert } from '../../components/fault-alert';
import { Page } from '../../components/page';
import { useRights } from '../contact-fields/rights';
import { JobList } from '../jobs/job-list';
import { useSession } from '../session/session';
import { DropArea } from './drop-area';
import { type ImportOptions, type Policy, uploadFile } from './import-api';

const policies: { value: Policy; label: string }[] = [
  { value: 'upsert', label: 'Create contacts, and change those that exist' },
  { value: 'create', label: 'Only create contacts' },
  { value: 'update', label: 'Only change contacts that exist' },
];

/** Sends a file of contacts, and lists what was done to many contacts before. */
export function ImportsPage() {
  const { mayTransfer } = useRights();
  return (
    <Page title="Imports">
      {mayTransfer && <UploadForm />}
      <Title order={2} size="h4">
        Imports and other changes of many contacts
      </Title>
      <JobList />
    </Page>
  );
}

function UploadForm() {
  const navigate = useNavigate();
  const { viewer } = useSession();
  const [file, setFile] = useState<File | null>(null);
  const [options, setOptions] = useState<ImportOptions>({ policy: 'upsert', keepIds: false });
  const [sent, setSent] = useState<number>();
  const [error, setError] = useState<unknown>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (file === null) return;
    setError(undefined);
    setSent(0);
    try {
      const id = await uploadFile(file, options, setSent);
      navigate(`/manage/jobs/${id}`);
    } catch (reason) {
      setError(reason);
      setSent(undefined);
    }
  };
  return (
    <form onSubmit={submit} aria-label="New import">
      <Stack maw={560}>
        <DropArea onDrop={setFile}>
          <FileInput
            label="File of contacts"
            description="CSV, JSON or vCard, of this server, Google Contacts, Outlook, HubSpot, Salesforce, Mailchimp, a phone, or any other program. Drop it here, or choose it."
            placeholder="Choose a file"
            value={file}
            onChange={setFile}
            required
            withAsterisk={false}
          />
        </DropArea>
        <Select
          label="What to do"
          data={policies}
          value={options.policy}
          onChange={(policy) => setOptions({ ...options, policy: (policy ?? 'upsert') as Policy })}
          allowDeselect={false}
        />
        {viewer.role === 'ADMIN' && (
          <Checkbox
            label="Keep IDs, secrets, times of registration and passwords of the file"
            description="For the contacts of a system that this one replaces."
            checked={options.keepIds}
            onChange={({ currentTarget: { checked } }) =>
              setOptions({ ...options, keepIds: checked })
            }
          />
        )}
        {error !== undefined && <FaultAlert title="The file was not imported" error={error} />}
        {sent !== undefined && <Progress value={sent * 100} aria-label="Sending the file" />}
        <Button type="submit" w="fit-content" disabled={file === null} loading={sent !== undefined}>
          Next: assign the columns
        </Button>
        <Text size="sm" c="dimmed">
          Nothing is written before you have seen what would change.
        </Text>
      </Stack>
    </form>
  );
}
