import type { ContactPartsFragment } from '../../gql';
import { readers } from './fields';
import { propertyPath, type Value, type Values } from './values';

/** The values of a contact at a version. */
export interface Snapshot {
  version: string;
  values: Values;
}

/** Reads the values of all fields and properties out of a contact. */
export function snapshotOf(contact: ContactPartsFragment): Snapshot {
  const values: Record<string, Value> = Object.fromEntries(
    readers.map(({ path, read }) => [path, read(contact)]),
  );
  for (const { property, values: list } of contact.properties) {
    values[propertyPath(property.propertyId)] = list.map(({ value, description }) => ({
      value,
      description,
    }));
  }
  return { version: contact.version, values };
}
