import { Alert, Button, Code, Group, Stack } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { ErrorAlert } from '../../components/error-alert';

interface RecoveryCodesProps {
  /** The codes; null if the response that had them was lost. */
  codes: readonly string[] | null;
  onClose: () => void;
}

/** Shows new recovery codes, once. */
export function RecoveryCodes({ codes, onClose }: RecoveryCodesProps) {
  return (
    <Stack>
      {codes === null ? (
        <ErrorAlert title="The recovery codes were lost">
          They were created, but the response with them did not arrive. Create new ones on the page
          Security.
        </ErrorAlert>
      ) : (
        <Codes codes={codes} />
      )}
      <Group justify="flex-end">
        <Button onClick={onClose}>Done</Button>
      </Group>
    </Stack>
  );
}

function Codes({ codes }: { codes: readonly string[] }) {
  const { copy, copied, error } = useClipboard();
  const text = codes.join('\n');
  return (
    <>
      <Alert variant="outline" title="Store these recovery codes now">
        They cannot be shown again. If you lose your device, sign in with one of them in place of a
        code of your app. Each can be used once. Then replace the device on the page Security, which
        needs another one.
      </Alert>
      <Code block aria-label="Recovery codes" role="group">
        {text}
      </Code>
      <Group gap="xs">
        <Button variant="default" onClick={() => copy(text)}>
          {copied ? 'Copied' : 'Copy'}
        </Button>
        <Button
          variant="default"
          component="a"
          href={`data:text/plain;charset=utf-8,${encodeURIComponent(`${text}\n`)}`}
          download="contactgraph-recovery-codes.txt"
        >
          Download
        </Button>
      </Group>
      {error && (
        <ErrorAlert>
          The browser does not allow copying here: select the codes and copy them yourself.
        </ErrorAlert>
      )}
    </>
  );
}
