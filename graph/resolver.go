// Package graph answers the GraphQL API: its resolvers translate, call the rules of internal/contact, and return. What a
// request may cost, and how it travels, is decided in handler.go and internal/graphqlhttp.
package graph

import (
	"context"

	"contactgraph/ent"
	"contactgraph/graph/gate"
	"contactgraph/graph/loader"
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
	cookies  gate.Cookies
	client   *ent.Client // to read
	load     *loader.Loader
	feed     *changelog.Hub
	present  graphql.ErrorPresenterFunc
}

// commands are the commands that write contacts, for the context's mutation.
func (r *Resolver) commands(ctx context.Context) *contact.Service {
	return r.contacts.WithKey(gate.KeyOf(ctx))
}

// catalogCommands are the commands that write the catalog, for the context's mutation.
func (r *Resolver) catalogCommands(ctx context.Context) *catalog.Service {
	return r.catalog.WithKey(gate.KeyOf(ctx))
}
