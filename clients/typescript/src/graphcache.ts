// For graphcache, the normalized cache of urql: `cacheExchange(cacheConfig)`.
import type { CacheExchangeOpts, KeyingConfig, ResolverConfig } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import possible from './generated/possible-types.js';
import { typesWithoutId } from './generated/types-without-id.js';

/** The types that implement each interface. */
export const { possibleTypes } = possible;

/** The types without an id are stored as a part of the object that refers to them. */
export const keys: KeyingConfig = Object.fromEntries(
  typesWithoutId.map((type) => [type, () => null]),
);

/** Pages of contacts and of changes are appended. */
export const resolvers: ResolverConfig = {
  Query: { contacts: relayPagination() },
  Contact: { changes: relayPagination() },
};

/** The settings for `cacheExchange(cacheConfig)`. */
export const cacheConfig: Partial<CacheExchangeOpts> = { keys, possibleTypes, resolvers };
