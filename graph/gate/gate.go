// Package gate checks each operation before it is executed: its credentials, whether it is allowed
// without any, and its idempotency key. It is a gqlgen extension.
//
// Start reading at Gate in gate.go. Authentication is in principal.go, the keys of mutations in
// idempotency.go, and the session cookies of browsers in cookies.go.
package gate

import (
	"context"
	"errors"
	"log/slog"
	"slices"

	"contactgraph/graph/apierror"
	"contactgraph/internal/auth"
	"contactgraph/internal/viewer"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Gate rejects operations that their sender may not run, before anything is executed.
type Gate struct {
	Cookies Cookies
	Log     *slog.Logger
}

var (
	_ graphql.OperationContextMutator = Gate{}
	_ graphql.OperationInterceptor    = Gate{}
	_ graphql.RootFieldInterceptor    = Gate{}
	_ graphql.ResponseInterceptor     = Gate{}
)

// ExtensionName names the extension to gqlgen.
func (Gate) ExtensionName() string { return "Gate" }

// Validate accepts every schema.
func (Gate) Validate(graphql.ExecutableSchema) error { return nil }

// openFields are the root fields that are allowed without credentials.
var openFields = map[string]bool{"__typename": true, "__schema": true, "__type": true, "viewer": true, "signIn": true}

// MutateOperationContext rejects every operation with invalid credentials, and without credentials
// all root fields but openFields.
func (g Gate) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	switch err := principalOf(ctx).err; {
	case errors.Is(err, auth.ErrCredentials):
		return apierror.New(apierror.CodeUnauthenticated, "The credentials are unknown or have expired.")
	case err != nil:
		g.Log.ErrorContext(ctx, "authentication failed", "error", err)
		return apierror.New(apierror.Fault(err))
	}
	if op.Operation.Operation == ast.Subscription && len(rootFields(op)) != 1 {
		return apierror.New(apierror.CodeBadInput, "A subscription must have exactly one root field.")
	}
	if c := principalOf(ctx); c.socket && Reauthenticate(ctx) != nil {
		return apierror.New(apierror.CodeUnauthenticated, "The credentials of the connection have expired.")
	}
	if _, ok := viewer.FromContext(ctx); ok {
		return nil
	}
	for _, f := range rootFields(op) {
		if !openFields[f.Name] {
			if hasRootField(op, "signOut") {
				g.Cookies.Clear(ctx) // the session has expired
			}
			return apierror.New(apierror.CodeUnauthenticated, "Sign in, or send an API key in the header X-ApiKey.")
		}
	}
	return nil
}

// hasRootField reports whether the operation has the root field.
func hasRootField(op *graphql.OperationContext, name string) bool {
	return slices.ContainsFunc(rootFields(op), func(f graphql.CollectedField) bool { return f.Name == name })
}

// rootFields returns the root fields of the operation, without those that @skip or @include leave
// out.
func rootFields(op *graphql.OperationContext) []graphql.CollectedField {
	return graphql.CollectFields(op, op.Operation.SelectionSet, nil)
}
