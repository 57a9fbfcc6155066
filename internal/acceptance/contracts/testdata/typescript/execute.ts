// Sends operations to the server, whose address is the argument of the program. The types of
// variables and results are those of the typed document.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';

const [, , baseUrl] = process.argv;

export async function execute<Result, Variables>(
  document: TypedDocumentNode<Result, Variables>,
  variables: Variables,
): Promise<Result> {
  const response = await fetch(`${baseUrl}/graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-ApiKey': 'demo-agent' },
    body: JSON.stringify({ query: print(document), variables }),
  });
  const { data, errors } = (await response.json()) as { data: Result; errors?: unknown };
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}
