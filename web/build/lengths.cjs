// A plugin for graphql-codegen that generates the maximum lengths of inputs and arguments from the
// directive @length of the schema.
const { isInputObjectType, isObjectType, valueFromASTUntyped } = require('graphql');

/** Returns the maximum length of an input field or argument, or undefined if it has none. */
function maxLength(node) {
  const directive = node.astNode?.directives?.find(({ name }) => name.value === 'length');
  const argument = directive?.arguments?.find(({ name }) => name.value === 'max');
  return argument && valueFromASTUntyped(argument.value);
}

function maxLengths(nodes) {
  return Object.fromEntries(
    nodes.map((node) => [node.name, maxLength(node)]).filter(([, length]) => length !== undefined),
  );
}

module.exports.plugin = (schema) => {
  const lengths = {};
  for (const type of Object.values(schema.getTypeMap())) {
    if (isInputObjectType(type)) lengths[type.name] = maxLengths(Object.values(type.getFields()));
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields()))
      lengths[field.name] ??= maxLengths(field.args);
  }
  const used = Object.entries(lengths).filter(([, fields]) => Object.keys(fields).length > 0);
  return `/** The maximum lengths of texts in UTF-16 units, by input or operation and name. */
export const lengths = ${JSON.stringify(Object.fromEntries(used), null, 2)} as const;
`;
};
