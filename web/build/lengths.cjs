// A plugin for graphql-codegen: how long the texts of inputs and arguments may be, by the directive @length of the schema.
const { isInputObjectType, isObjectType, valueFromASTUntyped } = require('graphql');

/** max returns the length that an input or argument allows, undefined if it says none. */
function max(node) {
  const directive = node.astNode?.directives?.find(({ name }) => name.value === 'length');
  const argument = directive?.arguments?.find(({ name }) => name.value === 'max');
  return argument && valueFromASTUntyped(argument.value);
}

function bounded(nodes) {
  return Object.fromEntries(nodes.map((node) => [node.name, max(node)]).filter(([, length]) => length !== undefined));
}

module.exports.plugin = (schema) => {
  const lengths = {};
  for (const type of Object.values(schema.getTypeMap())) {
    if (isInputObjectType(type)) lengths[type.name] = bounded(Object.values(type.getFields()));
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) lengths[field.name] ??= bounded(field.args);
  }
  const used = Object.entries(lengths).filter(([, fields]) => Object.keys(fields).length > 0);
  return `/** The most UTF-16 units that texts may have, by input or operation and name. */
export const lengths = ${JSON.stringify(Object.fromEntries(used), null, 2)} as const;
`;
};
