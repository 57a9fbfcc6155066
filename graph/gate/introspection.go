package gate

import (
	"context"
	"errors"
	"slices"

	"contactgraph/graph/apierror"
	"contactgraph/internal/authz"
	"contactgraph/internal/viewer"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Introspection is who may read the schema, by introspection or otherwise.
type Introspection string

// The settings.
const (
	IntrospectionOn    Introspection = "on"    // all callers
	IntrospectionStaff Introspection = "staff" // agents, admins, and API keys that can run any operation
	IntrospectionOff   Introspection = "off"
)

// The reasons that callers learn.
var (
	errOff       = errors.New("Introspection is switched off on this server. Other operations still run: ask the operator for the schema.") //nolint:staticcheck // it is shown as a sentence
	errStaffOnly = errors.New("The schema of this server is only for staff: sign in as an agent or admin, or send an API key.")             //nolint:staticcheck // the same
)

// Authorize returns the reason why the viewer of the context may not read the schema, nil if it
// may.
func (i Introspection) Authorize(ctx context.Context) error {
	switch i {
	case IntrospectionOff:
		return errOff
	case IntrospectionStaff:
		if _, err := authz.RequireRole(ctx, viewer.Agent); err != nil {
			return errStaffOnly
		}
	}
	return nil
}

// schemaFields are the root fields that return the schema.
var schemaFields = map[string]bool{"__schema": true, "__type": true, "_service": true}

// check rejects an operation that reads the schema, if its viewer may not.
func (i Introspection) check(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	if !slices.ContainsFunc(rootFields(op), func(f graphql.CollectedField) bool { return schemaFields[f.Name] }) {
		return nil
	}
	if err := i.Authorize(ctx); err != nil {
		return apierror.New(apierror.CodeIntrospection, err.Error())
	}
	return nil
}
