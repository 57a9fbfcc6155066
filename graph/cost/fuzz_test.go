package cost_test

import (
	"encoding/json"
	"testing"

	"contactgraph/graph/cost"
	"contactgraph/graph/cost/costtest"
	"contactgraph/internal/graphqlhttp"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// FuzzDocument: every document that can be parsed gets a cost, and one that passes Check can be
// validated.
func FuzzDocument(f *testing.F) {
	schema, model := served()
	for _, d := range costtest.Corpus() {
		f.Add(d.Query)
	}
	for _, query := range costtest.Introspection() {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: query}, graphqlhttp.ParserTokenLimit)
		if err != nil {
			return
		}
		for _, op := range doc.Operations {
			if got := model.Of(doc, op, nil, unlimited).Total; got < cost.Base || got > cost.Saturated {
				t.Errorf("%s costs %d", query, got)
			}
		}
		if cost.Check(doc) == nil {
			validator.ValidateWithRules(schema, doc, rules.NewDefaultRules())
		}
	})
}

// FuzzVariables: variables of every form have a cost, and those that are valid do too.
func FuzzVariables(f *testing.F) {
	schema, model := served()
	doc, err := parser.ParseQuery(&ast.Source{Input: `mutation($i: UpdateContactsInput!, $d: SetContactDetailsInput!) {
		updateContacts(input: $i) { errors { code } } setContactDetails(input: $d) { errors { code } } }
		query Q($n: Int, $a: String) { contacts(first: $n, after: $a) { nodes { id } } }`})
	if err != nil {
		f.Fatal(err)
	}
	validator.ValidateWithRules(schema, doc, rules.NewDefaultRules()) // adds the types of the variables
	for _, seed := range []string{
		`{"i":{"items":[{"id":"1","set":{"newPassword":"x","currentPassword":null}}]},"d":{"id":1,"properties":[{"propertyId":"1","values":[{"value":"x"}]}]}}`,
		`{"n":5}`, `{"n":1e999}`, `{"i":[[]],"d":{"membership":{"a":1}}}`, `{"i":{"items":{"set":[{"newPassword":[1]}]}}}`, `null`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var variables map[string]any
		if json.Unmarshal(text, &variables) != nil {
			return
		}
		for _, op := range doc.Operations {
			if got := model.Of(doc, op, variables, unlimited).Total; got < cost.Base || got > cost.Saturated {
				t.Errorf("%s costs %d", text, got)
			}
			_, _ = validator.VariableValues(schema, op, variables) // does not panic
		}
	})
}
