// Package generated is the executor that gqlgen generates from schema/. Its entry point is
// NewExecutableSchema; package graph has the resolvers that it calls.
package generated
