package graph

import (
	"context"
	"maps"
	"slices"
	"sync"

	"contactgraph/internal/contact"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

const (
	// requestKeyHeader gives the mutations of a request an idempotency key.
	requestKeyHeader = "Idempotency-Key"
	// extensionReplayed names in an answer the mutations, by alias, whose outcome is that of an earlier request.
	extensionReplayed = "replayed"
)

// keyring has the idempotency keys of a document's mutations.
type keyring struct {
	mu   sync.Mutex
	keys map[string]*contact.RequestKey // by alias
}

type keyringKey struct{}

// withKeyring returns a context with a keyring, if the request brings a key for mutations.
func withKeyring(ctx context.Context) context.Context {
	op := graphql.GetOperationContext(ctx)
	if op.Operation.Operation != ast.Mutation || len(op.Headers.Values(requestKeyHeader)) == 0 {
		return ctx
	}
	return context.WithValue(ctx, keyringKey{}, &keyring{keys: map[string]*contact.RequestKey{}})
}

// InterceptRootField gives a mutation its key: that of the request, and the alias if the document has several.
func (admission) InterceptRootField(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	ring, ok := ctx.Value(keyringKey{}).(*keyring)
	if !ok {
		return next(ctx)
	}
	op, field := graphql.GetOperationContext(ctx), graphql.GetRootFieldContext(ctx).Field
	alias := ""
	if len(graphql.CollectFields(op, op.Operation.SelectionSet, nil)) > 1 {
		alias = field.Alias
	}
	request := map[string]any{field.Name: withoutPasswords(field.ArgumentMap(op.Variables))}
	key, err := contact.NewRequestKey(op.Headers.Get(requestKeyHeader), alias, request)
	if err != nil {
		graphql.AddError(ctx, err)
		return graphql.Null
	}
	ring.mu.Lock()
	ring.keys[field.Alias] = key
	ring.mu.Unlock()
	return next(contact.WithRequestKey(ctx, key))
}

// InterceptResponse marks what was replayed.
func (admission) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	resp := next(ctx)
	ring, ok := ctx.Value(keyringKey{}).(*keyring)
	if !ok || resp == nil {
		return resp
	}
	replayed := slices.DeleteFunc(slices.Sorted(maps.Keys(ring.keys)), func(alias string) bool { return !ring.keys[alias].Replayed() })
	if len(replayed) == 0 {
		return resp
	}
	if resp.Extensions == nil {
		resp.Extensions = map[string]any{}
	}
	resp.Extensions[extensionReplayed] = replayed
	return resp
}

// passwords are the arguments that no hash may hold: a hash can be guessed.
var passwords = []string{"newPassword", "currentPassword", "password"}

// withoutPasswords is the value without passwords, however deep.
func withoutPasswords(value any) any {
	switch v := value.(type) {
	case map[string]any:
		kept := make(map[string]any, len(v))
		for name, inner := range v {
			if !slices.Contains(passwords, name) {
				kept[name] = withoutPasswords(inner)
			}
		}
		return kept
	case []any:
		kept := make([]any, len(v))
		for i, inner := range v {
			kept[i] = withoutPasswords(inner)
		}
		return kept
	}
	return value
}
