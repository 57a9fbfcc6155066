package gate

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"

	"contactgraph/internal/graphqlhttp"
	"contactgraph/internal/idempotency"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// idempotencyKeys are the keys of a document's mutations, which run one after the other.
type idempotencyKeys struct {
	key *idempotency.Key            // of the document; nil if the header is invalid
	err error                       // why it is invalid
	of  map[string]*idempotency.Key // of each mutation, by alias
}

// keysExtension is the name under which gqlgen keeps the keys of an operation.
const keysExtension = "IdempotencyKeys"

// readKeys reads the idempotency key of an operation, if it has mutations and the request has a
// key.
func readKeys(op *graphql.OperationContext) {
	values := op.Headers.Values(idempotency.Header)
	if op.Operation.Operation != ast.Mutation || len(values) == 0 {
		return
	}
	keys := &idempotencyKeys{of: map[string]*idempotency.Key{}}
	request, err := requestOf(op)
	if err == nil {
		keys.key, err = idempotency.NewKey(values, request)
	}
	keys.err = err
	op.Stats.SetExtension(keysExtension, keys)
}

// keysOf returns the keys of the context's operation, nil if it has none.
func keysOf(ctx context.Context) *idempotencyKeys {
	keys, _ := graphql.GetOperationContext(ctx).Stats.GetExtension(keysExtension).(*idempotencyKeys)
	return keys
}

// KeyOf returns the key of the context's mutation, nil if it has none.
func KeyOf(ctx context.Context) *idempotency.Key {
	if keys := keysOf(ctx); keys != nil {
		return keys.of[graphql.GetRootFieldContext(ctx).Field.Alias]
	}
	return nil
}

// keyless are the mutations that take no key.
var keyless = []string{"signIn", "signOut", "requestPasswordReset", "resetPassword", "__typename"}

// InterceptRootField derives the key of a mutation from that of the request and the alias. It
// rejects the mutation if the header is invalid.
func (Gate) InterceptRootField(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	keys := keysOf(ctx)
	field := graphql.GetRootFieldContext(ctx).Field
	switch {
	case keys == nil, slices.Contains(keyless, field.Name):
	case keys.err != nil:
		graphql.AddError(ctx, keys.err)
		return graphql.Null
	default:
		keys.of[field.Alias] = keys.key.WithAlias(field.Alias)
	}
	return next(ctx)
}

// reportReplayed reports in an extension which mutations were replayed.
func reportReplayed(ctx context.Context, resp *graphql.Response) *graphql.Response {
	keys := keysOf(ctx)
	if keys == nil || resp == nil {
		return resp
	}
	replayed := slices.DeleteFunc(slices.Sorted(maps.Keys(keys.of)), func(alias string) bool { return !keys.of[alias].Replayed() })
	if len(replayed) == 0 {
		return resp
	}
	if resp.Extensions == nil {
		resp.Extensions = map[string]any{}
	}
	resp.Extensions[graphqlhttp.ExtensionReplayed] = replayed
	return resp
}

// requestOf returns all mutations of the document with their arguments, as JSON without passwords:
// a key belongs to the whole request, not to one of its mutations.
func requestOf(op *graphql.OperationContext) (any, error) {
	arguments := map[string]any{}
	for _, f := range rootFields(op) {
		arguments[f.Alias] = map[string]any{f.Name: f.ArgumentMap(op.Variables)}
	}
	text, err := json.Marshal(arguments) // through JSON, because the parser's types differ from those of variables
	if err != nil {
		return nil, err
	}
	var plain map[string]map[string]any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber() // of which a float64 has not all digits
	err = decoder.Decode(&plain)
	for _, mutation := range plain {
		for name, sent := range mutation {
			mutation[name] = withoutPasswords(sent)
		}
	}
	return plain, err
}

// passwords are the arguments whose values must not be hashed: they could be guessed from the hash.
// code is that of a second factor.
var passwords = []string{"newPassword", "currentPassword", "password", "code"}

// withoutPasswords replaces passwords by true at every depth of a JSON value, except in what is
// named by an account.
func withoutPasswords(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			switch {
			case name == "custom":
			case slices.Contains(passwords, name) && inner != nil:
				v[name] = true
			default:
				v[name] = withoutPasswords(inner)
			}
		}
	case []any:
		for i, inner := range v {
			v[i] = withoutPasswords(inner)
		}
	}
	return value
}
