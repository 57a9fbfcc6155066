import { Button, Group, ScrollArea, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { Page } from '../../components/page';
import { useCommand } from '../../components/use-command';
import { DeletePropertyDocument, type PropertyPartsFragment } from '../../gql';
import { bindingLabels, noValue, propertyTypeLabels } from '../../lib/format';
import { DeleteUsedDialog, type Usage } from '../jobs/delete-used-dialog';
import { useSession } from '../session/session';
import { PropertyDialog } from './property-dialog';

/** The open dialog: it edits a property, creates one (null), or deletes one. */
type OpenDialog = { edit: PropertyPartsFragment | null } | { remove: PropertyPartsFragment };

/**
 * Manages the account's properties: the fields that its contacts have in addition to the built-in
 * ones.
 */
export function PropertiesPage() {
  const { catalog } = useSession();
  const [dialog, setDialog] = useState<OpenDialog>();
  const close = () => setDialog(undefined);
  const properties = [...catalog.properties.values()];
  return (
    <Page
      title="Properties"
      actions={<Button onClick={() => setDialog({ edit: null })}>New property</Button>}
    >
      {properties.length === 0 ? (
        <Text>No properties yet.</Text>
      ) : (
        <ScrollArea
          type="auto"
          viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': 'Properties' }}
        >
          <Table miw={640} aria-label="Properties">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>ID</Table.Th>
                <Table.Th>Name</Table.Th>
                <Table.Th>API name</Table.Th>
                <Table.Th>Type</Table.Th>
                <Table.Th>Rules</Table.Th>
                <Table.Th>
                  <span className="visually-hidden">Actions</span>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {properties.map((property) => (
                <PropertyRow key={property.id} property={property} onOpen={setDialog} />
              ))}
            </Table.Tbody>
          </Table>
        </ScrollArea>
      )}
      {dialog && 'edit' in dialog && <PropertyDialog property={dialog.edit} onClose={close} />}
      {dialog && 'remove' in dialog && (
        <DeletePropertyDialog property={dialog.remove} onClose={close} />
      )}
    </Page>
  );
}

function PropertyRow({
  property,
  onOpen,
}: {
  property: PropertyPartsFragment;
  onOpen: (dialog: OpenDialog) => void;
}) {
  const { propertyId, name, apiName, type, choices } = property;
  return (
    <Table.Tr>
      <Table.Td>{propertyId}</Table.Td>
      <Table.Td>{name}</Table.Td>
      <Table.Td>{apiName ?? noValue}</Table.Td>
      <Table.Td>
        {propertyTypeLabels[type]}
        {choices.length > 0 && `: ${choices.join(', ')}`}
      </Table.Td>
      <Table.Td>{rulesOf(property).join(', ') || noValue}</Table.Td>
      <Table.Td>
        <Group gap={4} justify="flex-end" wrap="nowrap">
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => onOpen({ edit: property })}
            aria-label={`Edit ${name}`}
          >
            Edit
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => onOpen({ remove: property })}
            aria-label={`Delete ${name}`}
          >
            Delete
          </Button>
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

function rulesOf({ multiple, required, readOnly, boundTo }: PropertyPartsFragment): string[] {
  return [
    multiple && 'multiple values',
    required && 'required',
    readOnly && 'read-only for customers',
    boundTo !== null && `alias of ${bindingLabels[boundTo]}`,
  ].filter((rule) => rule !== false);
}

/**
 * How to clear a property from all contacts. A required one cannot be cleared, and that of an alias
 * would clear the field.
 */
function usageOf({ id, boundTo, required }: PropertyPartsFragment): Usage | undefined {
  if (boundTo !== null || required) return undefined;
  return { clear: { filter: {}, clearProperties: [id] } };
}

function DeletePropertyDialog({
  property,
  onClose,
}: {
  property: PropertyPartsFragment;
  onClose: () => void;
}) {
  const command = useCommand();
  return (
    <DeleteUsedDialog
      usage={usageOf(property)}
      title={`Delete property ${property.name}?`}
      text={`You can delete a property only if no contact has a value for it.${
        property.required ? ' A required one cannot be cleared: edit it first.' : ''
      }`}
      command={command}
      onConfirm={async () =>
        (await command.run('deleted', DeletePropertyDocument, { id: property.id })) && onClose()
      }
      onClose={onClose}
    />
  );
}
