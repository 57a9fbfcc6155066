// Finds what breaks clients between two versions of the schema. Standard input has an array of
// pairs, each the SDL before and after; the output has an array of messages for each pair.
import { text } from 'node:stream/consumers';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';

// The same operation gets another result: graphql-inspector takes this for dangerous only.
const changesDefault = ({ type }) =>
  ['FIELD_ARGUMENT_DEFAULT_CHANGED', 'INPUT_FIELD_DEFAULT_VALUE_CHANGED'].includes(type);

// A stricter limit rejects what was accepted before: graphql-inspector does not know what @length
// and @range mean.
function narrows({ type, meta }) {
  if (type === 'DIRECTIVE_USAGE_ARGUMENT_ADDED') {
    const [before, now] = [meta.oldArgumentValue ?? Number.NaN, meta.addedArgumentValue].map(Number);
    return (
      (meta.addedArgumentName === 'max' && now < before) ||
      (meta.addedArgumentName === 'min' && now > before)
    );
  }
  return ['length', 'range'].includes(meta.addedDirectiveName) && !meta.addedToNewType;
}

const breaks = (change) =>
  change.criticality.level === CriticalityLevel.Breaking || changesDefault(change) || narrows(change);

const describe = ({ path, message, meta }) =>
  `${path}: ${meta.oldArgumentValue ? `${meta.oldArgumentValue} became ${meta.addedArgumentValue}` : message}`;

const found = [];
for (const [before, after] of JSON.parse(await text(process.stdin))) {
  const changes = await diff(buildSchema(before), buildSchema(after));
  found.push(changes.filter(breaks).map(describe));
}
console.log(JSON.stringify(found));
