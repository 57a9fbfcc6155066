package cost_test

import (
	"context"
	"encoding/json"
	"testing"

	"contactgraph/graph/cost"
	"contactgraph/graph/generated"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/99designs/gqlgen/graphql/handler/extension"
)

// TestIntrospectionIsCounted: the cost follows from the number of fields in the response.
func TestIntrospectionIsCounted(t *testing.T) {
	t.Parallel()
	_, model := served()
	exec := executor.New(generated.NewExecutableSchema(generated.Config{}))
	exec.Use(extension.Introspection{})
	for _, query := range []string{
		`{__schema{__typename}}`,
		`{__type(name:"None"){name}}`,
		`query($n:String="Contact"){__type(name:$n){name kind fields{name}}}`,
		`{__schema{types{name kind} queryType{name} mutationType{name} subscriptionType{name} directives{name locations args{name type{name}}}}}`,
		`{__schema{types{fields(includeDeprecated:true){name args(includeDeprecated:true){name defaultValue type{...T}} type{...T}}}}} fragment T on __Type{kind name ofType{kind name ofType{kind name ofType{name}}}}`,
		`{__schema{types{inputFields(includeDeprecated:true){name type{kind ofType{name}}} enumValues(includeDeprecated:true){name} interfaces{name} possibleTypes{name interfaces{name}} ofType{name}}}}`,
		`{__schema{types{...on __Type{...F}}}} fragment F on __Type{fields(includeDeprecated:true){type{fields(includeDeprecated:true){name}}}}`,
	} {
		ctx := graphql.StartOperationTrace(context.Background())
		op, errs := exec.CreateOperationContext(ctx, &graphql.RawParams{Query: query})
		if len(errs) > 0 {
			t.Fatalf("%s: %v", query, errs)
		}
		responses, ctx := exec.DispatchOperation(ctx, op)
		resp := responses(ctx)
		var data map[string]map[string]any
		if err := json.Unmarshal(resp.Data, &data); err != nil || len(resp.Errors) > 0 {
			t.Fatalf("%s: %v %v", query, err, resp.Errors)
		}
		fields := 0
		for _, root := range data {
			fields = count(root)
		}
		if got, want := model.Of(op.Doc, op.Operation, nil, unlimited).Total, cost.Base+1+fields/5; got != want {
			t.Errorf("%s costs %d, but has %d fields: want %d", query, got, fields, want)
		}
	}
}

// count returns the number of members of all objects in a JSON value.
func count(value any) (n int) {
	switch v := value.(type) {
	case []any:
		for _, element := range v {
			n += count(element)
		}
	case map[string]any:
		for _, member := range v {
			n += 1 + count(member)
		}
	}
	return n
}
