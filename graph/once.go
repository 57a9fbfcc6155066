package graph

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"contactgraph/internal/contact"
	"contactgraph/internal/graphqlhttp"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// keyring has the idempotency keys of a document's mutations, which run one after the other.
type keyring struct {
	key *contact.RequestKey            // of the document; nil if it cannot be used
	err error                          // why not
	of  map[string]*contact.RequestKey // of each mutation, by alias
}

type keyringKey struct{}

// withKeyring returns a context with a keyring, if the request brings a key for mutations.
func withKeyring(ctx context.Context) context.Context {
	op := graphql.GetOperationContext(ctx)
	given := op.Headers.Values(contact.RequestKeyHeader)
	if op.Operation.Operation != ast.Mutation || len(given) == 0 {
		return ctx
	}
	ring := &keyring{of: map[string]*contact.RequestKey{}}
	request, err := requestOf(op)
	if err == nil {
		ring.key, err = contact.NewRequestKey(given, request)
	}
	ring.err = err
	return context.WithValue(ctx, keyringKey{}, ring)
}

// keyless are the mutations that take no key.
var keyless = []string{"signIn", "signOut", "__typename"}

// InterceptRootField gives a mutation its key: that of the request, with the alias.
func (admission) InterceptRootField(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	ring, ok := ctx.Value(keyringKey{}).(*keyring)
	if !ok {
		return next(ctx)
	}
	field := graphql.GetRootFieldContext(ctx).Field
	switch {
	case slices.Contains(keyless, field.Name):
		return next(ctx)
	case ring.err != nil:
		graphql.AddError(ctx, ring.err)
		return graphql.Null
	}
	key := ring.key.As(field.Alias)
	ring.of[field.Alias] = key
	return next(contact.WithRequestKey(ctx, key))
}

// InterceptResponse marks what was replayed.
func (admission) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	resp := next(ctx)
	ring, ok := ctx.Value(keyringKey{}).(*keyring)
	if !ok || resp == nil {
		return resp
	}
	replayed := slices.DeleteFunc(slices.Sorted(maps.Keys(ring.of)), func(alias string) bool { return !ring.of[alias].Replayed() })
	if len(replayed) == 0 {
		return resp
	}
	if resp.Extensions == nil {
		resp.Extensions = map[string]any{}
	}
	resp.Extensions[graphqlhttp.ExtensionReplayed] = replayed
	return resp
}

// requestOf is what the whole document asks for: a key is for one request, and not for one of its mutations.
func requestOf(op *graphql.OperationContext) (any, error) {
	asked := map[string]any{}
	for _, f := range rootFields(op) {
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
