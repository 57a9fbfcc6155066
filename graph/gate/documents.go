package gate

import (
	"context"

	"contactgraph/graph/apierror"
	"contactgraph/graph/persisted"
	"contactgraph/internal/authz"
	"contactgraph/internal/graphqlhttp"
	"contactgraph/internal/viewer"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// group returns the callers with whom the sender shares its automatic documents.
func (p *principal) group() persisted.Group {
	return persisted.Group{Account: p.viewer.Account, Class: p.caller.Class}
}

// document finds the document of a request. It rejects the request if the document is unknown, or
// if it is not one of the trusted documents and its sender can run no others. That is decided
// before the document is parsed, because errors in it describe the schema.
func (l Limiter) document(ctx context.Context, r *graphqlhttp.Request) *gqlerror.Error {
	p := principalOf(ctx)
	if err := l.Persisted.Resolve(p.group(), r); err != nil {
		if rejected := p.rejection(); rejected != nil { // its sender counts as anonymous, but may know the document
			return rejected
		}
		return err
	}
	if p.viewer.TrustedOnly && !l.Persisted.Trusts(r.Query) {
		return apierror.New(apierror.CodeForbidden, authz.MessageTrustedOnly)
	}
	return nil
}

// keep keeps the document of an operation if its client will identify it by its hash.
func (g Gate) keep(ctx context.Context, op *graphql.OperationContext) {
	if op.Extensions[graphqlhttp.ExtensionPersistedQuery] != nil {
		g.Persisted.Keep(principalOf(ctx).group(), op.RawQuery)
	}
}

// trust returns the context in which an operation runs: a viewer that can only run trusted
// documents has all of its other rights while it runs one.
func (g Gate) trust(ctx context.Context, op *graphql.OperationContext) context.Context {
	if v, _ := viewer.FromContext(ctx); v.TrustedOnly && g.Persisted.Trusts(op.RawQuery) {
		v.TrustedOnly = false
		return viewer.NewContext(ctx, v)
	}
	return ctx
}
