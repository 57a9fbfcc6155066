import { Alert, Button, Group, Stack, TextInput } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { Dialog } from '../../components/dialog';
import { ErrorAlert } from '../../components/error-alert';

interface TokenDialogProps {
  /** The name of the key. */
  name: string;
  /** The token; null if the response that had it was lost. */
  token: string | null;
  onClose: () => void;
}

/** Shows the token of a new API key, once. */
export function TokenDialog({ name, token, onClose }: TokenDialogProps) {
  return (
    <Dialog onClose={onClose} title={`Token of ${name}`} size="lg" closedByButtonOnly>
      <Stack>
        {token === null ? (
          <ErrorAlert title="The token was lost">
            The key was created, but the response with its token did not arrive. Revoke the key, and
            create another one.
          </ErrorAlert>
        ) : (
          <Token token={token} />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

function Token({ token }: { token: string }) {
  const { copy, copied, error } = useClipboard();
  return (
    <>
      <Alert variant="outline" title="Copy the token now">
        It cannot be shown again. Store it where only the program that uses it can read it.
      </Alert>
      <Group align="end" gap="xs" wrap="nowrap">
        <TextInput
          label="Token"
          readOnly
          flex={1}
          value={token}
          onFocus={(e) => e.currentTarget.select()}
        />
        <Button onClick={() => copy(token)}>{copied ? 'Copied' : 'Copy'}</Button>
      </Group>
      {error && (
        <ErrorAlert>
          The browser does not allow copying here: select the token and copy it yourself.
        </ErrorAlert>
      )}
    </>
  );
}
