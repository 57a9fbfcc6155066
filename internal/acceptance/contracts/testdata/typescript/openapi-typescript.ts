// Uses the types that openapi-typescript generates, with openapi-fetch.
import assert from 'node:assert/strict';
import createClient from 'openapi-fetch';
import type { components, paths } from './generated/openapi.js';

const baseUrl = process.argv[2]!;
const api = createClient<paths>({ baseUrl, headers: { 'X-ApiKey': 'demo-agent' } });
const one = { params: { path: { id: 12 } } };

const { data: before } = await api.GET('/api/v1/Contacts/{id}', one);
assert(before);
const change: components['schemas']['UpdateContactDto'] = { ...before, FirstName: 'Eleonora' };

const saved = await api.PUT('/api/v1/Contacts/{id}', { ...one, body: change });
assert.equal(saved.response.status, 200);
assert.equal(saved.data?.FirstName, 'Eleonora');

const stale = await api.PUT('/api/v1/Contacts/{id}', { ...one, body: change });
assert.equal(stale.response.status, 409);
assert.equal(stale.response.headers.get('X-Conflict'), 'version');
assert(stale.error && 'Version' in stale.error); // the contact as it is now
assert.equal(stale.error.Version, saved.data?.Version);

const details = await api.POST('/f/webapp-api-custinfo', {
  params: { query: { api: 'setdetails' } },
  body: {
    contactID: 12,
    details: { properties: [{ propertyID: '2', values: [{ value: 'M' }] }] },
    membership: ['2', '3'],
  },
});
assert.deepEqual(details.data, { errors: [], errorDetails: [] });

const log = await api.GET('/api/v1/Changes', { params: { query: { contactId: 12 } } });
const changed = log.data?.Changes.map(({ Kind, Fields }) => [Kind, ...Fields.map((f) => f.Path)]);
assert.deepEqual(changed?.slice(-2), [
  ['UPDATE', 'firstName'],
  ['DETAILS', 'properties.2', 'membership'],
]);
