// Package graph answers the GraphQL API: its resolvers translate, call the rules of internal/contact, and return. What a
// request may cost, and how it travels, is decided in handler.go and internal/graphqlhttp.
package graph

import (
	"contactgraph/ent"
	"contactgraph/internal/auth"
	"contactgraph/internal/contact"
	"contactgraph/internal/feed"

	"github.com/99designs/gqlgen/graphql"
)

// Resolver is the root of all resolvers.
type Resolver struct {
	contacts *contact.Service
	queries  *contact.Queries
	catalog  *contact.Catalog
	changes  *contact.ChangeLog
	auth     *auth.Service
	cookies  cookies
	client   *ent.Client // to read
	feed     *feed.Hub
	present  graphql.ErrorPresenterFunc
}
