package main

import (
	"fmt"
	"net/http"

	"contactgraph/graph"
)

// graphQL are the flags of the GraphQL API.
type graphQL struct {
	TrustedDocuments []string            `placeholder:"FILE" help:"Files with the trusted documents of your programs, separated by commas or in several flags: persisted query manifests of Apollo, Relay or GraphQL Code Generator. Each document must be valid. See key create --trusted-only."`
	Introspection    graph.Introspection `default:"on" enum:"on,staff,off" help:"Who may read the GraphQL schema, by introspection, at /graphql/schema.graphqls and on the page /docs/graphql of the manual: on for all, staff for agents, admins and their API keys, off for no caller."`
}

// trusted reads the trusted documents.
func (c graphQL) trusted() (*graph.Trusted, error) {
	trusted, err := graph.LoadTrusted(c.TrustedDocuments)
	if err != nil {
		return nil, fmt.Errorf("--trusted-documents: %w", err)
	}
	return trusted, nil
}

// authorizeSchema returns a function that returns why the sender of a request may not read the
// schema, nil if it may.
func (c graphQL) authorizeSchema(startup *state) func(*http.Request) error {
	return func(r *http.Request) error {
		return graph.AuthorizeSchema(c.Introspection, startup.apis.Load().auth, r)
	}
}
