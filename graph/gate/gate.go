// Package gate authenticates requests, decides whether they may run, and checks each operation
// before it is executed: that its credentials are valid, that it has some unless it asks only for
// what needs none (see openFields), and, with package arguments, that no argument is
// wrong. It also reads the idempotency key. What a viewer may do is decided by the services. All
// but the Limiter is a gqlgen extension.
//
// Start reading at Identify in principal.go, then at Gate.MutateOperationContext in gate.go. The
// keys of mutations are in idempotency.go, and the session cookies of browsers in cookies.go.
// documents.go finds documents that requests only identify, and lets some API keys run only trusted
// ones. introspection.go decides who may read the schema.
// limiter.go computes what a request costs and waits until it can run, budget.go limits the size of
// a response, and cache.go caches validated documents.
package gate

import (
	"context"
	"errors"
	"log/slog"
	"slices"

	"contactgraph/graph/apierror"
	"contactgraph/graph/arguments"
	"contactgraph/graph/loader"
	"contactgraph/graph/persisted"
	"contactgraph/internal/auth"
	"contactgraph/internal/viewer"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Gate rejects operations whose credentials are invalid or missing, and those with a wrong
// argument, before anything is executed.
type Gate struct {
	Arguments     *arguments.Checker
	Persisted     *persisted.Documents
	Introspection Introspection
	Cookies       Cookies
	Log           *slog.Logger
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
var openFields = map[string]bool{"__typename": true, "__schema": true, "__type": true, "_service": true, "viewer": true, "signIn": true, "requestPasswordReset": true, "resetPassword": true}

// MutateOperationContext rejects operations whose credentials are invalid or, on a WebSocket, have
// expired; operations without credentials whose root fields require some; subscriptions that do not
// have exactly one root field; those that introspect and may not; and operations with a wrong
// argument.
func (g Gate) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	if err := principalOf(ctx).rejection(); err != nil {
		if fault := principalOf(ctx).err; !errors.Is(fault, auth.ErrCredentials) && !isRateError(fault) {
			g.Log.ErrorContext(ctx, "the credentials could not be checked", "error", fault)
		}
		return err
	}
	if c := principalOf(ctx); c.socket && c.check(ctx, c.auth.Authenticate) != nil {
		return apierror.New(apierror.CodeUnauthenticated, "The credentials of the connection have expired.")
	}
	if err := g.Arguments.Conditions(op); err != nil { // otherwise it is unknown what the root fields are
		return err
	}
	if op.Operation.Operation == ast.Subscription && len(rootFields(op)) != 1 {
		return apierror.New(apierror.CodeBadInput, "A subscription must have exactly one root field.")
	}
	limitResponse(op, principalOf(ctx).caller.Class)
	if _, ok := viewer.FromContext(ctx); !ok {
		if err := g.requireOpen(ctx, op); err != nil {
			return err
		}
	}
	if err := g.Introspection.check(ctx, op); err != nil {
		return err
	}
	if err := g.Arguments.Check(op); err != nil {
		return err
	}
	g.keep(ctx, op)
	return nil
}

// requireOpen rejects an operation without credentials if one of its root fields requires some.
func (g Gate) requireOpen(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
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

// InterceptOperation prepares the loader, the idempotency keys and the viewer of each operation.
func (g Gate) InterceptOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	op := graphql.GetOperationContext(ctx)
	loader.Begin(op)
	readKeys(op)
	return next(g.trust(ctx, op))
}

// InterceptResponse limits each response, and reports which mutations were replayed.
func (Gate) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	limit := budgetOf(ctx)
	if limit != nil { // an operation that was rejected has none
		limit.reset()
	}
	return reportReplayed(ctx, limit.respond(next(ctx)))
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
