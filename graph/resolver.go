// Package graph answers the GraphQL API: its resolvers translate, call the rules of internal/contact, and return. What a
// request may cost, and how it travels, is decided in handler.go and internal/graphqlhttp.
package graph

import (
	"contactgraph/ent"
	"contactgraph/internal/auth"
	"contactgraph/internal/catalog"
	"contactgraph/internal/changelog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/query"

	"github.com/99designs/gqlgen/graphql"
)

// Resolver is the root of all resolvers.
type Resolver struct {
	contacts *contact.Service
	queries  *query.Service
	catalog  *catalog.Service
	changes  *changelog.Service
	auth     *auth.Service
	cookies  cookies
	client   *ent.Client // to read
	feed     *changelog.Hub
	present  graphql.ErrorPresenterFunc
}
