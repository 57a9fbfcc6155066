import { expect } from '@playwright/test';

/** What a user of the demo data signs in with. */
export interface Credentials {
  account: string;
  login: string;
  password: string;
}

export const admin: Credentials = {
  account: 'Demo',
  login: 'admin@example.com',
  password: 'demo-password',
};
export const agent: Credentials = {
  account: 'Demo',
  login: 'agent@example.com',
  password: 'demo-password',
};
export const customer: Credentials = {
  account: 'Demo',
  login: 'customer11@1to1service.com',
  password: 'demo-password',
};

/** The contact that the customer is. */
export const customerId = 466;

export type Key = 'demo-agent' | 'demo-admin';

/**
 * The values of a contact: logins as `name TYPE`, segments by their ids, properties by their ids.
 */
export interface StoredContact {
  version: string;
  firstName: string | null;
  lastName: string | null;
  email: string | null;
  phone: string | null;
  preferredStore: { storeId: number } | null;
  company: { companyId: number } | null;
  logins: string[];
  segments: number[];
  properties: Record<number, string[]>;
}

export interface Change {
  id: string;
  kind: string;
  source: string;
  undoes: string | null;
  actor: { type: string; name: string | null } | null;
  fields: { path: string; old: unknown; new: unknown }[];
}

interface ContactData extends Omit<StoredContact, 'logins' | 'segments' | 'properties'> {
  logins: Login[];
  segments: { segmentId: number }[];
  properties: { property: { propertyId: number }; values: { value: string }[] }[];
}

export interface Login {
  name: string;
  type: string;
}

const contactFields = `version firstName lastName email phone preferredStore { storeId } company { companyId }
  logins { name type } segments { segmentId } properties { property { propertyId } values { value } }`;

interface Payload {
  errors?: unknown[];
}

/**
 * The server's GraphQL API, without a browser: tests prepare data with it, and check what was
 * stored.
 */
export class Api {
  constructor(readonly url: string) {}

  /** Runs a document. It fails with the errors of the response or of a payload. */
  async query<T>(
    document: string,
    variables: Record<string, unknown> = {},
    key: Key = 'demo-agent',
  ): Promise<T> {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-ApiKey': key },
      body: JSON.stringify({ query: document, variables }),
    });
    const { data, errors } = (await response.json()) as {
      data: Record<string, Payload | null>;
      errors?: unknown[];
    };
    const wrong = errors ?? Object.values(data).flatMap((payload) => payload?.errors ?? []);
    if (wrong.length > 0) throw new Error(`${document}: ${JSON.stringify(wrong)}`);
    return data as T;
  }

  /** Reads these fields of a contact. T includes null if the contact may be missing. */
  async contact<T>(id: number, fields: string): Promise<T> {
    return (
      await this.query<{ contact: T }>(`query ($id: ID!) { contact(id: $id) { ${fields} } }`, {
        id: `${id}`,
      })
    ).contact;
  }

  /** Reports whether there is such a contact. */
  async exists(id: number): Promise<boolean> {
    return (await this.contact<unknown>(id, 'contactId')) !== null;
  }

  /** Reads the values of an existing contact. */
  async stored(id: number): Promise<StoredContact> {
    const contact = await this.contact<ContactData | null>(id, contactFields);
    if (!contact) throw new Error(`there is no contact ${id}`);
    return {
      ...contact,
      logins: contact.logins.map(({ name, type }) => `${name} ${type}`).sort(),
      segments: contact.segments.map(({ segmentId }) => segmentId),
      properties: Object.fromEntries(
        contact.properties.map(({ property, values }) => [
          property.propertyId,
          values.map(({ value }) => value),
        ]),
      ),
    };
  }

  /** Fails unless the contact has these values. */
  async expectStored(id: number, values: Partial<StoredContact>): Promise<void> {
    const stored = await this.stored(id);
    const paths = Object.keys(values) as (keyof StoredContact)[];
    expect(Object.fromEntries(paths.map((path) => [path, stored[path]])), `contact ${id}`).toEqual(
      values,
    );
  }

  async name(id: number): Promise<string> {
    const { firstName, lastName } = await this.stored(id);
    return `${firstName} ${lastName}`;
  }

  /** Writes fields of a contact, over whatever there is. */
  async update(id: number, set: Record<string, unknown>, key: Key = 'demo-admin'): Promise<void> {
    const input = { id: `${id}`, onConflict: 'OVERWRITE', set };
    await this.query(
      'mutation ($input: UpdateContactInput!) { updateContact(input: $input) { errors { message } } }',
      { input },
      key,
    );
  }

  /** Writes properties, logins or segments of a contact, over whatever there is. */
  async setDetails(id: number, details: Details, key: Key = 'demo-admin'): Promise<void> {
    const input = { id: `${id}`, onConflict: 'OVERWRITE', ...details };
    const document =
      'mutation ($input: SetContactDetailsInput!) { setContactDetails(input: $input) { errors { message } } }';
    await this.query(document, { input }, key);
  }

  /** Deletes a contact, whatever its version is. */
  async delete(id: number, key: Key = 'demo-agent'): Promise<void> {
    const input = { id: `${id}`, onConflict: 'OVERWRITE' };
    const document =
      'mutation ($input: DeleteContactInput!) { deleteContact(input: $input) { errors { message } } }';
    await this.query(document, { input }, key);
  }

  /** Reads the changes of a contact, newest first. */
  async changes(id: number, first = 50): Promise<Change[]> {
    const document = `query ($id: ID!, $first: Int!) { contact(id: $id) {
      changes(first: $first) { nodes { id kind source undoes actor { type name } fields { path old new } } } } }`;
    return (
      await this.query<{ contact: { changes: { nodes: Change[] } } }>(
        document,
        { id: `${id}`, first },
        'demo-admin',
      )
    ).contact.changes.nodes;
  }
}

export interface Details {
  properties?: { propertyId: string; values: { value: string; description?: string }[] }[];
  logins?: Login[];
  membership?: string[];
}

/** A property with these values, as an input has it. */
export function property(
  propertyId: number,
  ...values: string[]
): Required<Pick<Details, 'properties'>> {
  return {
    properties: [{ propertyId: `${propertyId}`, values: values.map((value) => ({ value })) }],
  };
}

/** A login as an input has it. */
export function parseLogin(login: string): Login {
  const [name = '', type = ''] = login.split(' ');
  return { name, type };
}
