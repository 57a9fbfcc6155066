import { getVariableValues, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { schema } from '../schema.testing';
import { examples } from './examples';

describe.each([true, false])('with demo data: %s', (demo) => {
  it.each(examples(demo))('is valid, and so are its variables: $query', ({ query, variables }) => {
    const document = parse(query);
    expect(validate(schema, document)).toEqual([]);
    const operation = document.definitions[0];
    if (operation?.kind !== 'OperationDefinition') throw new Error('not an operation');
    expect(
      getVariableValues(schema, operation.variableDefinitions ?? [], variables).errors,
    ).toBeUndefined();
  });
});

it('names no contact without demo data', () => {
  for (const { query, variables } of examples(false)) {
    if (query.includes('mutation ')) expect(variables).toHaveProperty('input.id', '');
  }
});
