// What the columns of a file can become.

import type { Catalog } from '../../lib/catalog';
import { fieldAt } from '../contact-fields/fields';

const propertyPrefix = 'properties.';

/** The prefix of the target that is the id in another system; its name follows. */
export const externalIdPrefix = 'externalIds.';

/** Targets that are no field of the form, or have another meaning there. */
const ownLabels: Readonly<Record<string, string>> = {
  contactId: 'ID',
  name: 'Full name',
  company: 'Company, by its name',
  companyId: 'Company, by its ID',
  preferredStore: 'Preferred store, by its name',
  preferredStoreId: 'Preferred store, by its ID',
  segments: 'Segments, by their names',
  segmentIds: 'Segments, by their IDs',
  passwordHash: 'Password, hashed',
  registrationStore: 'Registration store, by its name',
  registrationStoreId: 'Registration store, by its ID',
  lastModified: 'Last changed',
};

/** The label of a target. */
export function targetLabel(target: string, catalog: Catalog): string {
  if (target.startsWith(propertyPrefix)) return `Property: ${target.slice(propertyPrefix.length)}`;
  if (target.startsWith(externalIdPrefix))
    return `ID in another system: ${target.slice(externalIdPrefix.length)}`;
  return ownLabels[target] ?? fieldAt(target, catalog).label;
}

const presetNames: Readonly<Record<string, string>> = {
  android: 'an Android phone',
  apple: 'Apple Contacts',
  'contacts-api': 'the Contacts API',
  google: 'Google Contacts',
  hubspot: 'HubSpot',
  iservice: 'iService',
  mailchimp: 'Mailchimp',
  outlook: 'Outlook',
  salesforce: 'Salesforce',
  vcard: 'another program',
};

/** The name of the program that wrote a file. */
export function presetName(preset: string): string {
  return presetNames[preset] ?? preset;
}
