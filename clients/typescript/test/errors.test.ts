import { describe, expect, it } from 'vitest';
import {
  accepted,
  BadInputError,
  ConnectionError,
  ContactSnapshotDocument,
  CreateContactDocument,
  isOutcomeUnknown,
  isTemporary,
  NoSuchVersionError,
  OutcomeUnknownError,
  RateLimitedError,
  ReadContactDocument,
  RejectedError,
  RequestError,
  requestErrorOf,
  UnauthenticatedError,
  UnavailableError,
  userErrorOf,
} from '../src/index.js';
import { client, connect, graphql, newContact, url } from './server.js';

const errorOf = async (promise: Promise<unknown>): Promise<any> =>
  promise.then(
    () => expect.fail('the request succeeded'),
    (error) => error,
  );

const respond = (status: number, body: string, headers = {}) =>
  connect({ fetch: async () => new Response(body, { status, headers }) });

describe('errors of requests', () => {
  it('have a class and the code', async () => {
    const { id } = await newContact();
    const unknownVersion = { id, version: 'AAAAAAAAQAA=' };
    const cases = [
      [() => client.execute(graphql`{ nothing }`, {}), BadInputError, 'GRAPHQL_VALIDATION_FAILED'],
      [
        () => connect({ headers: {} }).execute(ReadContactDocument, { id }),
        UnauthenticatedError,
        'UNAUTHENTICATED',
      ],
      [
        () => client.execute(ContactSnapshotDocument, unknownVersion),
        NoSuchVersionError,
        'NO_SUCH_VERSION',
      ],
    ] as const;
    for (const [request, type, code] of cases) {
      const error = await errorOf(request());
      expect(error).toBeInstanceOf(type);
      expect(error).toMatchObject({ code, name: type.name });
      expect(error.requestId).toMatch(/^\w+$/);
      expect([isTemporary(error), isOutcomeUnknown(error)]).toEqual([false, false]);
    }
  });

  it('distinguish what was not applied from what is unknown', () => {
    const of = (code: string) => requestErrorOf([{ message: code, extensions: { code } }]);
    expect(of('SERVICE_UNAVAILABLE')).toBeInstanceOf(UnavailableError);
    expect(isTemporary(of('SERVICE_UNAVAILABLE'))).toBe(true);
    expect(isOutcomeUnknown(of('SERVICE_UNAVAILABLE'))).toBe(false);
    expect(of('OUTCOME_UNKNOWN')).toBeInstanceOf(OutcomeUnknownError);
    expect(isOutcomeUnknown(of('OUTCOME_UNKNOWN'))).toBe(true);
    expect(isTemporary(of('A_CODE_OF_LATER'))).toBe(false);
  });

  it('say how long to wait', async () => {
    const body = '{"errors": [{"message": "Wait.", "extensions": {"code": "RATE_LIMITED"}}]}';
    const limited = respond(429, body, { 'Retry-After': '7' });
    const error = await errorOf(limited.execute(ReadContactDocument, { id: '1' }));
    expect(error).toBeInstanceOf(RateLimitedError);
    expect(error.retryAfter).toBe(7);
  });

  it('include those of proxies and of the network', async () => {
    const read = { id: '1' };
    const gateway = await errorOf(respond(502, '<html>').execute(ReadContactDocument, read));
    expect(gateway).toBeInstanceOf(ConnectionError);
    const other = await errorOf(respond(404, 'Not found').execute(ReadContactDocument, read));
    expect(other).toBeInstanceOf(RequestError);
    expect(other.code).toBe('BAD_RESPONSE');
    const nowhere = connect({ url: url.replace(/:\d+/, ':1') });
    expect(await errorOf(nowhere.execute(ReadContactDocument, read))).toBeInstanceOf(
      ConnectionError,
    );
  });
});

describe('errors of payloads', () => {
  it('have a type each', async () => {
    const { id, email } = await newContact();
    const set = { email, preferredStoreId: '999999' };
    const input = { registrationSource: 'test', registrationIp: '', set };
    const { createContact } = await client.execute(CreateContactDocument, { input });
    const errors = createContact?.errors ?? [];
    expect(userErrorOf(errors, 'UniqueConflict')?.existing?.id).toBe(id);
    expect(userErrorOf(errors, 'ReferenceNotFound')?.path).toBe('preferredStoreId');
    expect(userErrorOf(errors, 'NotFound')).toBeUndefined();
    expect(() => accepted(createContact)).toThrow(RejectedError);
  });
});
