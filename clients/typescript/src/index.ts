// Documents, a client, errors, the feed, and the editor of a contact. Nothing here needs a library
// other than graphql.
export {
  type Client,
  type ClientOptions,
  createClient,
  type SendOptions,
  type SubscribeOptions,
} from './client.js';
export {
  type Choice,
  type Choices,
  ContactDraft,
  type ContactDraftState,
} from './contact/contact-draft.js';
export { type Inputs, inputsOf } from './contact/inputs.js';
export { type OpenOptions, openContact } from './contact/open.js';
export type { Comparison, Conflict, SaveOptions, SaveResult, SaveStatus } from './contact/save.js';
export {
  type ExternalId,
  type FieldPath,
  type Login,
  type PropertyPath,
  type PropertyValue,
  propertyIdOf,
  propertyPath,
  type Snapshot,
  sameValue,
  snapshotOf,
  type Value,
  type Values,
} from './contact/values.js';
export * from './errors.js';
export { type FeedDocuments, type FeedEvent, type FollowOptions, followChanges } from './follow.js';
export * from './generated/documents.js';
export { typesWithoutId } from './generated/types-without-id.js';
export { type Page, readAll } from './read-all.js';
export {
  newIdempotencyKey,
  type RepeatOptions,
  type RetryDelay,
  type RetryOptions,
  type WriteRequest,
  type Written,
  write,
  writeRequest,
} from './retry.js';
