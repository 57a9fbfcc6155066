// Edits as the inputs of the API have them.
import type { ContactPatch, ContactPropertyInput, LoginInput } from '../../gql';
import { type Login, type PropertyValue, propertyOf, type Values } from './values';

/** The edits of a contact's properties, logins and segments. */
export interface Details {
  properties?: ContactPropertyInput[];
  logins?: LoginInput[];
  membership?: number[];
}

/** Edits as inputs, with the paths that each is about. */
export interface Inputs {
  patch: ContactPatch;
  patched: string[];
  details: Details;
  detailed: string[];
}

/** Splits edits into those of a contact's own fields and those of its details, which are written apart. */
export function inputsOf(edits: Values): Inputs {
  const inputs: Inputs = { patch: {}, patched: [], details: {}, detailed: [] };
  for (const [path, value] of Object.entries(edits)) {
    const property = propertyOf(path);
    if (path === 'logins') inputs.details.logins = (value as readonly Login[]).filter(({ name }) => name.trim() !== '');
    else if (path === 'membership') inputs.details.membership = [...(value as readonly number[])];
    else if (property !== undefined) {
      inputs.details.properties ??= [];
      inputs.details.properties.push({ propertyId: property, values: given(value as readonly PropertyValue[]) });
    } else {
      Object.assign(inputs.patch, { [path]: value === '' ? null : value });
      inputs.patched.push(path);
      continue;
    }
    inputs.detailed.push(path);
  }
  return inputs;
}

/** The values that are none of those which were left blank. */
function given(values: readonly PropertyValue[]): PropertyValue[] {
  return values
    .filter(({ value }) => value !== '')
    .map(({ value, description }) => ({ value, description: description === '' ? null : description }));
}
