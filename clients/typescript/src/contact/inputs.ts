// Maps edits to the inputs of the API.
import type {
  ContactPatch,
  ContactPropertyInput,
  SetContactDetailsInput,
} from '../generated/documents.js';
import {
  type ExternalId,
  type Login,
  type PropertyValue,
  propertyIdOf,
  type Values,
} from './values.js';

/** Edits as inputs of the two mutations, with the paths that each of them writes. */
export interface Inputs {
  patch: ContactPatch;
  patchPaths: string[];
  details: { properties?: ContactPropertyInput[] } & Pick<
    SetContactDetailsInput,
    'logins' | 'externalIds' | 'membership'
  >;
  detailPaths: string[];
}

/** Splits edits into the contact's own fields and its details, which have a mutation each. */
export function inputsOf(edits: Values): Inputs {
  const inputs: Inputs = { patch: {}, patchPaths: [], details: {}, detailPaths: [] };
  for (const [path, value] of Object.entries(edits)) {
    const propertyId = propertyIdOf(path);
    if (path === 'logins')
      inputs.details.logins = (value as readonly Login[])
        .filter(({ name }) => name.trim() !== '')
        .map(({ name, type }) => ({ name, type }));
    else if (path === 'externalIds')
      inputs.details.externalIds = (value as readonly ExternalId[]).filter(
        ({ system, value }) => system !== '' || value !== '',
      );
    else if (path === 'membership') inputs.details.membership = [...(value as readonly number[])];
    else if (propertyId !== undefined) {
      inputs.details.properties ??= [];
      inputs.details.properties.push({
        propertyId,
        values: withoutBlanks(value as readonly PropertyValue[]),
      });
    } else {
      Object.assign(inputs.patch, { [path]: value === '' ? null : value });
      inputs.patchPaths.push(path);
      continue;
    }
    inputs.detailPaths.push(path);
  }
  return inputs;
}

function withoutBlanks(values: readonly PropertyValue[]): PropertyValue[] {
  return values
    .filter(({ value }) => value !== '')
    .map(({ value, description }) => ({
      value,
      description: description === '' ? null : description,
    }));
}
