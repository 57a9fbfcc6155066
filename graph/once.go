package graph

import (
	"context"
	"encoding/json"
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

// InterceptRootField gives a mutation its key: that of the request, with the alias.
func (admission) InterceptRootField(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	ring, ok := ctx.Value(keyringKey{}).(*keyring)
	if !ok {
		return next(ctx)
	}
	op, field := graphql.GetOperationContext(ctx), graphql.GetRootFieldContext(ctx).Field
	if field.Name == "signIn" || field.Name == "signOut" || field.Name == "__typename" {
		return next(ctx)
	}
	request, err := requestOf(op)
	if err == nil && len(op.Headers.Values(requestKeyHeader)) > 1 {
		err = contact.ErrRequestKey
	}
	var key *contact.RequestKey
	if err == nil {
		key, err = contact.NewRequestKey(op.Headers.Get(requestKeyHeader), field.Alias, request)
	}
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

// requestOf is what the whole document asks for: a key is for one request, and not for one of its mutations.
func requestOf(op *graphql.OperationContext) (any, error) {
	asked := map[string]any{}
	for _, f := range graphql.CollectFields(op, op.Operation.SelectionSet, nil) {
		asked[f.Alias] = map[string]any{f.Name: f.ArgumentMap(op.Variables)}
	}
	text, err := json.Marshal(asked) // as JSON has it, whatever the parser has made of it
	if err != nil {
		return nil, err
	}
	var plain any
	err = json.Unmarshal(text, &plain)
	return withoutPasswords(plain), err
}

// passwords are the arguments whose values no hash may hold, because what is hashed can be guessed.
var passwords = []string{"newPassword", "currentPassword", "password"}

// withoutPasswords is JSON that tells of passwords only that they are there, however deep.
func withoutPasswords(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			if slices.Contains(passwords, name) && inner != nil {
				v[name] = true
				continue
			}
			v[name] = withoutPasswords(inner)
		}
	case []any:
		for i, inner := range v {
			v[i] = withoutPasswords(inner)
		}
	}
	return value
}
