// A plugin for graphql-codegen that lists the object types without an id: caches store their
// objects as a part of the object that refers to them.
const { isObjectType } = require('graphql');

module.exports.plugin = (schema) => {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const names = Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && !roots.includes(type) && !type.getFields().id)
    .map(({ name }) => name)
    .filter((name) => !name.startsWith('__'));
  return `/** The types without an id. */
export const typesWithoutId = ${JSON.stringify(names, null, 2)} as const;
`;
};
