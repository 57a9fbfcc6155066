// Reads all pages of a list.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { Client } from './client.js';
import { type RepeatOptions, repeat } from './retry.js';

/** A page of a list, with its elements in `edges` or in `nodes`. */
export type Page<N> = {
  readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean };
} & ({ readonly edges: readonly { readonly node: N }[] } | { readonly nodes: readonly N[] });

/**
 * Reads a list to its end, page by page, when the elements are needed. A page that cannot be read
 * for a reason that can pass is read again.
 */
export async function* readAll<D, V extends { after?: string | null | undefined }, N>(
  client: Client,
  document: TypedDocumentNode<D, V>,
  variables: NoInfer<V>,
  /** Returns the list in the data of the document; null if there is none. */
  pageOf: (data: D) => Page<N> | null | undefined,
  options: RepeatOptions = {},
): AsyncGenerator<N, void, undefined> {
  const { signal } = options;
  let { after } = variables;
  for (;;) {
    const request = { ...variables, after };
    const page = pageOf(await repeat(() => client.execute(document, request, { signal }), options));
    if (!page) return;
    yield* 'nodes' in page ? page.nodes : page.edges.map(({ node }) => node);
    if (!page.pageInfo.hasNextPage) return;
    after = page.pageInfo.endCursor;
  }
}
