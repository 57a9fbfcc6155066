import { Button, Group, Skeleton, Stack } from '@mantine/core';
import { type FormEvent, useCallback, useEffect, useState } from 'react';
import { FaultAlert } from '../../components/fault-alert';
import { ColumnTable } from './column-table';
import { FileNote } from './file-note';
import { type Mapping, type Preview, planImport, readColumns } from './import-api';
import { MappingOptions } from './mapping-options';

interface MappingFormProps {
  jobId: number;
  /** Is called when the import is being planned. */
  onPlanned: () => void;
}

/** Assigns the columns of a file to the fields of contacts. */
export function MappingForm({ jobId, onPlanned }: MappingFormProps) {
  const [file, setFile] = useState<Preview>();
  const [mapping, setMapping] = useState<Mapping>();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const read = useCallback(async () => {
    setError(undefined);
    try {
      const { file, mapping } = await readColumns(jobId);
      setFile(file);
      setMapping(mapping);
    } catch (reason) {
      setError(reason);
    }
  }, [jobId]);
  useEffect(() => {
    void read();
  }, [read]);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await planImport(jobId, file?.own || !mapping ? null : mapping);
      onPlanned();
    } catch (reason) {
      setError(reason);
    } finally {
      setBusy(false);
    }
  };
  if (file === undefined || mapping === undefined)
    return error === undefined ? (
      <Skeleton h={48} aria-label="Loading" />
    ) : (
      <FaultAlert title="The file could not be read" error={error} onRetry={read} />
    );
  return (
    <form onSubmit={submit} aria-label="Columns">
      <Stack>
        <FileNote file={file} />
        {!file.own && (
          <>
            <ColumnTable file={file} mapping={mapping} onChange={setMapping} />
            <MappingOptions mapping={mapping} onChange={setMapping} />
          </>
        )}
        {error !== undefined && <FaultAlert title="The import was not planned" error={error} />}
        <Group>
          <Button type="submit" loading={busy}>
            Next: see what would change
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
