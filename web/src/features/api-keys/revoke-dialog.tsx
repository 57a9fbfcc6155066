import { ConfirmDialog } from '../../components/confirm-dialog';
import { useCommand } from '../../components/use-command';
import { type ApiKeyPartsFragment, RevokeApiKeyDocument } from '../../gql';

interface RevokeDialogProps {
  apiKey: ApiKeyPartsFragment;
  onClose: () => void;
}

/** Revokes an API key after a confirmation. */
export function RevokeDialog({ apiKey, onClose }: RevokeDialogProps) {
  const command = useCommand(['ApiKeys']);
  const revoke = async () => {
    if (await command.run('revoked', RevokeApiKeyDocument, { input: { id: apiKey.id } })) onClose();
  };
  return (
    <ConfirmDialog
      title={`Revoke ${apiKey.name}?`}
      text="Programs that use this key lose their access within seconds. You cannot undo this."
      confirmLabel="Revoke"
      command={command}
      onConfirm={revoke}
      onClose={onClose}
    />
  );
}
