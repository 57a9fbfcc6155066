import type { DocumentNode, OperationTypeNode } from 'graphql';

/** Returns the type of the only operation of a document. */
export function operationType(document: DocumentNode): OperationTypeNode | undefined {
  for (const definition of document.definitions) {
    if (definition.kind === 'OperationDefinition') return definition.operation;
  }
  return undefined;
}
