// Package graph implements the GraphQL API. Its resolvers translate input, call the services
// (internal/contact, internal/catalog, internal/changelog, internal/auth), and translate the
// results.
//
// Start reading at NewHandler in handler.go. Transports and limits on requests are in
// internal/graphqlhttp.
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
	client   *ent.Client // for reads
	load     *loader.Loader
	feed     *changelog.Hub
	present  graphql.ErrorPresenterFunc
}

// commands returns the service that writes contacts, with the idempotency key of the context's
// mutation.
func (r *Resolver) commands(ctx context.Context) *contact.Service {
	return r.contacts.WithKey(gate.KeyOf(ctx))
}

// catalogCommands returns the service that writes the catalog, with the idempotency key of the
// context's mutation.
func (r *Resolver) catalogCommands(ctx context.Context) *catalog.Service {
	return r.catalog.WithKey(gate.KeyOf(ctx))
}
