import { Button, Group, ScrollArea, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { ConfirmDialog } from '../../components/confirm-dialog';
import { Page } from '../../components/page';
import { useCommand } from '../../components/use-command';
import { DeletePropertyDocument, type PropertyPartsFragment } from '../../gql';
import { noValue, propertyTypeLabels } from '../../lib/format';
import { useSession } from '../session/session';
import { PropertyDialog } from './property-dialog';

/** What is being done to a property: null makes a new one. */
type Doing = { edit: PropertyPartsFragment | null } | { remove: PropertyPartsFragment };

/** The further fields that contacts of the account have. */
export function PropertiesPage() {
  const { catalog } = useSession();
  const [doing, setDoing] = useState<Doing>();
  const close = () => setDoing(undefined);
  const properties = [...catalog.properties.values()];
  return (
    <Page title="Properties" actions={<Button onClick={() => setDoing({ edit: null })}>New property</Button>}>
      {properties.length === 0 ? (
        <Text>There is none yet.</Text>
      ) : (
        <ScrollArea type="auto" viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': 'Properties' }}>
          <Table miw={640} aria-label="Properties">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Number</Table.Th>
                <Table.Th>Name</Table.Th>
                <Table.Th>Type</Table.Th>
                <Table.Th>Rules</Table.Th>
                <Table.Th>
                  <span className="unseen">Actions</span>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {properties.map((property) => (
                <PropertyRow key={property.id} property={property} onDo={setDoing} />
              ))}
            </Table.Tbody>
          </Table>
        </ScrollArea>
      )}
      {doing && 'edit' in doing && <PropertyDialog property={doing.edit} onClose={close} />}
      {doing && 'remove' in doing && <DeletePropertyDialog property={doing.remove} onClose={close} />}
    </Page>
  );
}

function PropertyRow({ property, onDo }: { property: PropertyPartsFragment; onDo: (doing: Doing) => void }) {
  const { propertyId, name, type, choices } = property;
  return (
    <Table.Tr>
      <Table.Td>{propertyId}</Table.Td>
      <Table.Td>{name}</Table.Td>
      <Table.Td>
        {propertyTypeLabels[type]}
        {choices.length > 0 && `: ${choices.join(', ')}`}
      </Table.Td>
      <Table.Td>{rulesOf(property).join(', ') || noValue}</Table.Td>
      <Table.Td>
        <Group gap={4} justify="flex-end" wrap="nowrap">
          <Button size="compact-sm" variant="default" onClick={() => onDo({ edit: property })} aria-label={`Edit ${name}`}>
            Edit
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => onDo({ remove: property })} aria-label={`Delete ${name}`}>
            Delete
          </Button>
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

/** What else is said of a property. */
function rulesOf({ multiple, required, readOnly, boundTo }: PropertyPartsFragment): string[] {
  return [
    multiple && 'several values',
    required && 'required',
    readOnly && 'not for customers to write',
    boundTo !== null && `another name for the ${boundTo === 'FIRST_NAME' ? 'first' : 'last'} name`,
  ].filter((rule) => rule !== false);
}

function DeletePropertyDialog({ property, onClose }: { property: PropertyPartsFragment; onClose: () => void }) {
  const command = useCommand();
  return (
    <ConfirmDialog
      title={`Delete the property ${property.name}?`}
      text="That is only done if no contact has a value for it."
      command={command}
      onConfirm={async () => (await command.run(DeletePropertyDocument, { id: property.id })) && onClose()}
      onClose={onClose}
    />
  );
}
