import { Alert, Anchor, Button, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { CommandErrors } from '../../components/command-errors';
import { ConfirmDialog } from '../../components/confirm-dialog';
import { ScrollIntoView } from '../../components/scroll-into-view';
import { useCommand } from '../../components/use-command';
import { UnmergeContactsDocument, type UnmergeContactsMutation } from '../../gql';
import { contactName, formatList } from '../../lib/format';
import { FieldChanges } from '../contact-fields/field-changes';

type Unmerged = NonNullable<UnmergeContactsMutation['done']>;

interface UnmergeButtonProps {
  /** The change of the merge. */
  changeId: string;
  /** The numbers of the contacts that were merged. */
  mergedFrom: readonly number[];
  /** Whether it has been undone. */
  undone: boolean;
}

/** Undoes a merge, after a question, and shows what was restored. */
export function UnmergeButton({ changeId, mergedFrom, undone }: UnmergeButtonProps) {
  const command = useCommand(['ContactPage']);
  const [asking, setAsking] = useState(false);
  const [unmerged, setUnmerged] = useState<Unmerged>();
  const contacts = `${mergedFrom.length === 1 ? 'Contact' : 'Contacts'} ${formatList(mergedFrom.map(String))}`;
  const confirm = async () => {
    const done = await command.run('undone', UnmergeContactsDocument, { changeId });
    setUnmerged(done);
    if (done) setAsking(false);
  };
  if (unmerged) return <UnmergedNote unmerged={unmerged} />;
  if (undone) return null;
  return (
    <>
      <Button size="compact-xs" variant="default" mt={4} onClick={() => setAsking(true)}>
        Unmerge
      </Button>
      {asking && (
        <ConfirmDialog
          title="Undo the merge?"
          text={`${contacts} will be restored. This contact loses what it got by the merge. What was changed since stays.`}
          confirmLabel="Unmerge"
          command={command}
          onConfirm={confirm}
          onClose={() => setAsking(false)}
        />
      )}
      {!asking && <CommandErrors command={command} />}
    </>
  );
}

function UnmergedNote({ unmerged: { restored, kept } }: { unmerged: Unmerged }) {
  return (
    <ScrollIntoView>
      <Alert role="status" color="teal" variant="outline" title="The merge was undone" mt={4}>
        <Stack gap="xs">
          {restored.map((contact) => (
            <Anchor
              key={contact.id}
              component={Link}
              to={`/contacts/${contact.contactId}`}
              size="sm"
              underline="always"
            >
              Open {contactName(contact)}
            </Anchor>
          ))}
          {kept.length > 0 && (
            <>
              <Text size="sm">Changed since the merge, and left:</Text>
              <FieldChanges changes={kept} />
            </>
          )}
        </Stack>
      </Alert>
    </ScrollIntoView>
  );
}
