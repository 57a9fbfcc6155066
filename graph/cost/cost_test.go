package cost_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"contactgraph/graph/cost"
	"contactgraph/graph/cost/costtest"
	"contactgraph/graph/generated"
	"contactgraph/internal/graphqlhttp"
	"contactgraph/internal/limiter"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
	"pgregory.net/rapid"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// served returns the schema of the API and its model.
func served() (*ast.Schema, *cost.Model) {
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	return schema, must(cost.New(schema))
}

func parse(t testing.TB, query string) *ast.QueryDocument {
	t.Helper()
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: query}, graphqlhttp.ParserTokenLimit)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

const unlimited = 1 << 30

func TestCosts(t *testing.T) {
	t.Parallel()
	_, model := served()
	base := cost.Base
	for _, tt := range []struct {
		query     string
		variables string
		want      int
	}{
		{`{__typename}`, ``, base + 1},
		{`{viewer{role}}`, ``, base + 20 + 1},
		{`{unknown{fields cost one}}`, ``, base + 4},
		// A list: its size times the fields of its elements.
		{`{contacts{nodes{id email}}}`, ``, base + 20 + (1 + 50*2)},
		{`{contacts(first:3){nodes{id}}}`, ``, base + 20 + 1 + 3},
		{`{contacts(last:3){nodes{id} edges{node{id}}}}`, ``, base + 20 + (1 + 3) + (1 + 3*2)},
		{`{contacts(first:3){pageInfo{hasNextPage} totalCount}}`, ``, base + 20 + 2 + 20},
		{`{contacts(first:3){...P}} fragment P on ContactConnection{nodes{id} ...P}`, ``, base + 20 + 1 + 3},
		{`{a:contacts(first:3){...P} b:contacts(first:5){...P}} fragment P on ContactConnection{nodes{id}}`, ``, base + 20 + 4 + 20 + 6},
		{`{contacts(first:3){... on ContactConnection{...{nodes{id}}}}}`, ``, base + 20 + 1 + 3},
		{`{contactChanges(first:7){changes{at}}}`, ``, base + 20 + 1 + 7},
		{`{contactChanges{changes{at}}}`, ``, base + 20 + 1 + 100},
		{`{contact(id:1){changes{nodes{at}}}}`, ``, base + 20 + 20 + 1 + 50},
		{`{contact(id:1){changes(first:3){nodes{contact{changes(first:2){nodes{at}}}}}}}`, ``, base + 20 + 20 + 1 + 3*(2+20+1+2)},
		// The size of a list is at least 1, so that the cost bounds the document.
		{`{contacts(first:0){nodes{id}}}`, ``, base + 20 + 1 + 1},
		{`{contacts(first:-5){nodes{id}}}`, ``, base + 20 + 1 + 1},
		// Variables, their defaults, and values that validation rejects.
		{`query($n:Int){contacts(first:$n){nodes{id}}}`, `{"n":4}`, base + 20 + 1 + 4},
		{`query($n:Int){contacts(first:$n){nodes{id}}}`, ``, base + 20 + 1 + 50},
		{`query($n:Int=6){contacts(first:$n){nodes{id}}}`, ``, base + 20 + 1 + 6},
		{`query($n:Int=6){contacts(first:$n){nodes{id}}}`, `{"n":null}`, base + 20 + 1 + 50},
		{`query($n:Int){contacts(first:$n){nodes{id}}}`, `{"n":"many"}`, base + 20 + 1 + 50},
		{`query($n:Int){contacts(first:$n){nodes{id}}}`, `{"n":1e300}`, cost.Saturated},
		{`{contacts(first:99999999999999999999){nodes{id}}}`, ``, cost.Saturated},
		// Input fields with a cost, as literals and in variables.
		{`mutation{updateContact(input:{id:1,set:{email:"a"}}){errors{code}}}`, ``, base + 30 + 3},
		{`mutation{updateContact(input:{id:1,set:{newPassword:"a"}}){errors{code}}}`, ``, base + 30 + 3000 + 3},
		{`mutation{updateContact(input:{id:1,set:{newPassword:null}}){errors{code}}}`, ``, base + 30 + 3},
		{`mutation($p:String){updateContact(input:{id:1,set:{newPassword:$p}}){errors{code}}}`, `{"p":"a"}`, base + 30 + 3000 + 3},
		{`mutation($s:ContactPatch!){updateContact(input:{id:1,set:$s}){errors{code}}}`, `{"s":{"newPassword":"a","currentPassword":"b"}}`, base + 30 + 6000 + 1 + 3},
		{`mutation($i:UpdateContactsInput!){updateContacts(input:$i){results{contact{id}}}}`, `{"i":{"items":[{"set":{"newPassword":"a"}},{"set":{}},7]}}`,
			base + 30 + 3*30 + 3000 + 1 + 1 + 3*2},
		{`mutation($i:UpdateContactsInput!){updateContacts(input:$i){results{contact{id}}}}`, `{"i":{"items":"none"}}`, base + 30 + 30 + 1 + 2},
		{`mutation($i:SetContactDetailsInput!){setContactDetails(input:$i){errors{code}}}`,
			`{"i":{"properties":[{},{}],"logins":[{}],"membership":["1","2","3"]}}`, base + 30 + 2 + 2 + 5 + 3 + 3},
		{`mutation{updateContact(input:{id:1,set:{custom:{a:1,b:[1,2],c:{d:1}}}}){errors{code}}}`, ``, base + 30 + 3 + 1 + 3},
		{`mutation($c:JSON){updateContacts(input:{items:[{set:{custom:$c}},{set:{custom:$c}}]}){results{contact{id}}}}`, `{"c":{"a":1,"b":2}}`, base + 30 + 2*30 + 2*2 + 2 + 1 + 2*2},
		{`mutation($c:JSON){setContactDetails(input:{id:1,custom:$c}){errors{code}}}`, `{"c":[1,2,3]}`, base + 30 + 1 + 1 + 3},
		{`mutation{signIn(input: {account:"a",login:"b",password:"c"}){token}}`, ``, base + 3000 + 1},
		{`subscription{contactChanges{at}}`, ``, base + 20 + 40},
		// Long names, which the response repeats, and long arguments, each time they are passed.
		{`{contacts(first:10){nodes{` + strings.Repeat("x", 1000) + `:id}}}`, ``, base + 20 + 1 + 10*11},
		{`{` + strings.Repeat("x", 1000) + `:__typename}`, ``, base + 11},
		{`{__schema{queryType{` + strings.Repeat("x", 1000) + `:name}}}`, ``, base + 1 + 2},
		{`{contactByEmail(email:"` + strings.Repeat("x", 1000) + `"){id}}`, ``, base + 20 + 10 + 1},
		{`query($e:String!){a:contactByEmail(email:$e){id} b:contactByEmail(email:$e){id}}`, `{"e":"` + strings.Repeat("x", 1000) + `"}`, base + 2*(20+10+1)},
		{`mutation($v:[PropertyValueInput!]){setContactDetails(input:{id:1,properties:[{propertyId:1,values:$v}]}){errors{code}}}`,
			`{"v":[` + strings.Repeat(`{"value":"x"},`, 99) + `{"value":"x"}]}`, base + 30 + 1 + 47 + 3},
	} {
		var variables map[string]any
		if tt.variables != "" {
			if err := json.Unmarshal([]byte(tt.variables), &variables); err != nil {
				t.Fatal(err)
			}
		}
		doc := parse(t, tt.query)
		if got := model.Of(doc, doc.Operations[0], variables, unlimited).Total; got != tt.want {
			t.Errorf("%s %s costs %d, want %d", tt.query, tt.variables, got, tt.want)
		}
	}
}

func TestSignInsAreCounted(t *testing.T) {
	t.Parallel()
	_, model := served()
	const in = `signIn(input: {account:"a",login:"b",password:"c"}){token}`
	for query, want := range map[string]int{
		`mutation{` + in + `}`:                1,
		`mutation{a:` + in + ` b:` + in + `}`: 2,
		`mutation{...A ...on Mutation{b:` + in + `}} fragment A on Mutation{a:` + in + ` ...A}`: 2,
		`mutation A{a:` + in + `} mutation B{b:` + in + `}`:                                     1,
		`{signIn}`: 0,
	} {
		doc := parse(t, query)
		if got := model.Of(doc, doc.Operations[0], nil, unlimited).SignIns; got != want {
			t.Errorf("%s signs in %d times, want %d", query, got, want)
		}
	}
}

// limits are the limits of the roles of the corpus.
var limits = map[costtest.Role]int{
	costtest.Anonymous: limiter.DefaultLimits()[limiter.Anonymous].Cost,
	costtest.Customer:  limiter.DefaultLimits()[limiter.Customer].Cost,
	costtest.Agent:     limiter.DefaultLimits()[limiter.Staff].Cost,
}

func TestAttacksAreRejected(t *testing.T) {
	t.Parallel()
	schema, model := served()
	for _, d := range costtest.Corpus() {
		doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: d.Query}, graphqlhttp.ParserTokenLimit)
		rejected := err != nil
		if !rejected {
			c := model.Of(doc, doc.Operations.ForName(d.Operation), d.Variables, limits[d.Role])
			rejected = cost.Check(doc) != nil || c.Total > limits[d.Role] || c.SignIns > 1
		}
		if !rejected { // this is cheap now
			rejected = len(validator.ValidateWithRules(schema, doc, rules.NewDefaultRules())) > 0
		}
		if rejected != d.Rejected {
			t.Errorf("%s: rejected %t, want %t", d.Name, rejected, d.Rejected)
		}
	}
}

// TestConsoleIsAllowed: every operation of the console costs less than a customer may spend, with
// pages of the largest size, and as the console sends it: with __typename in every selection set.
func TestConsoleIsAllowed(t *testing.T) {
	t.Parallel()
	_, model := served()
	operations, fragments := consoleDocuments(t)
	if len(operations) < 20 {
		t.Fatalf("found %d operations of the console", len(operations))
	}
	for name, query := range operations {
		doc := parse(t, query+fragments)
		if err := cost.Check(doc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		limit := limits[costtest.Customer]
		if strings.HasSuffix(name, "contacts.graphql") || strings.HasPrefix(name, "ContactLog ") { // pages for staff
			limit = limits[costtest.Agent]
		}
		for _, op := range doc.Operations {
			op.SelectionSet = withTypenames(op.SelectionSet)
			for _, f := range doc.Fragments {
				f.SelectionSet = withTypenames(f.SelectionSet)
			}
			if got := model.Of(doc, op, map[string]any{"first": 100}, unlimited).Total; got > limit {
				t.Errorf("%s: %s costs %d, more than %d", name, op.Name, got, limit)
			}
		}
	}
}

// consoleDocuments returns the operations of the console by file, and all its fragments.
func consoleDocuments(t *testing.T) (operations map[string]string, fragments string) {
	t.Helper()
	operations = map[string]string{}
	root := os.DirFS(filepath.Join("..", "..", "web", "src"))
	err := fs.WalkDir(root, ".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".graphql" {
			return err
		}
		text := string(must(fs.ReadFile(root, path)))
		doc, err := parser.ParseQuery(&ast.Source{Input: text})
		if err != nil {
			return err
		}
		for _, f := range doc.Fragments {
			fragments += "\n" + text[f.Position.Start:end(text, f.Position.Start)]
		}
		for _, op := range doc.Operations {
			operations[op.Name+" in "+path] = text[op.Position.Start:end(text, op.Position.Start)]
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return operations, fragments
}

// withTypenames returns a selection set with __typename in it and in all sets below, as clients
// with a cache send it.
func withTypenames(set ast.SelectionSet) ast.SelectionSet {
	if len(set) == 0 {
		return set
	}
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			s.SelectionSet = withTypenames(s.SelectionSet)
		case *ast.InlineFragment:
			s.SelectionSet = withTypenames(s.SelectionSet)
		}
	}
	return append(set, &ast.Field{Alias: "__typename", Name: "__typename"})
}

// end returns where the definition ends that begins at start: after its closing brace.
func end(text string, start int) int {
	depth := 0
	for i, c := range text[start:] {
		switch c {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return start + i + 1
			}
		}
	}
	return len(text)
}

func TestIntrospectionOfToolsIsAllowed(t *testing.T) {
	t.Parallel()
	_, model := served()
	for name, query := range costtest.Introspection() {
		doc := parse(t, query)
		if err := cost.Check(doc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := model.Of(doc, doc.Operations[0], nil, unlimited).Total; got > limits[costtest.Anonymous]/2 {
			t.Errorf("%s costs %d, more than half of %d", name, got, limits[costtest.Anonymous])
		}
	}
}

// TestManyTypenamesAreAllowed: clients such as Apollo add __typename to every selection set. Only
// fields that merge into one are limited.
func TestManyTypenamesAreAllowed(t *testing.T) {
	t.Parallel()
	query := "{"
	for alias := range strings.SplitSeq("abcdefghijklmnopqrstuvwxyz", "") {
		query += alias + ":contact(id:1){__typename logins{__typename name} company{__typename name} changes(first:1){nodes{__typename fields{__typename path}}}}"
	}
	if err := cost.Check(parse(t, query+"}")); err != nil {
		t.Error(err)
	}
}

func TestChecksOfDocuments(t *testing.T) {
	t.Parallel()
	operations := func(n int) string { return strings.Repeat("query {id} ", n) }
	for _, tt := range []struct{ name, query, want string }{
		{"five operations", operations(5), ""},
		{"six operations", operations(6), "at most 5"},
		{"50 equal fields", "{" + strings.Repeat("a ", 50) + "}", ""},
		{"51 equal fields", "{" + strings.Repeat("a ", 51) + "}", "at most 50"},
		{"equal aliases", "{" + strings.Repeat("a:b a:c ", 26) + "}", "at most 50"},
		{"in fragments", "{...F ...G} fragment F on Query{" + strings.Repeat("a ", 26) + "} fragment G on Query{" + strings.Repeat("a ", 25) + "}", "at most 50"},
		{"in a fragment that is not used", "{id} fragment F on Query{" + strings.Repeat("a ", 51) + "}", "at most 50"},
		{"below equal fields", "{" + strings.Repeat("a{b b} ", 26) + "}", "at most 50"},
		{"below other fields", "{" + strings.Repeat("a{b b} ", 20) + strings.Repeat("c{b b} ", 20) + "}", ""},
		{"in inline fragments", "{" + strings.Repeat("...{a} ", 51) + "}", "at most 50"},
		{"the same fragment", "{" + strings.Repeat("...F ", 51) + "} fragment F on Query{a}", ""},
		{"a fragment that contains itself", "{...F} fragment F on Query{a{...F}}", "more than 5000 fields"},
	} {
		err := cost.Check(parse(t, tt.query))
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

func TestSchemasThatAreWrong(t *testing.T) {
	t.Parallel()
	const directives = `directive @cost(weight: String!) on FIELD_DEFINITION directive @listSize(assumedSize: Int) on FIELD_DEFINITION `
	for fields, want := range map[string]string{
		`a: [Int]`:                           "@listSize",
		`a: [Int] @listSize(assumedSize: 3)`: "",
		`a: Int @cost(weight: "3.5")`:        "must be an integer",
		`a: Int @cost(weight: "-3")`:         "must be an integer",
	} {
		_, err := cost.New(gqlparser.MustLoadSchema(&ast.Source{Input: directives + `type Query {` + fields + `}`}))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", fields, err, want)
		}
	}
}

// TestCostGrowsWithTheDocument: a document never costs less than a part of it.
func TestCostGrowsWithTheDocument(t *testing.T) {
	t.Parallel()
	schema, model := served()
	rapid.Check(t, func(t *rapid.T) {
		query := costtest.Query(t, schema)
		doc, err := parser.ParseQuery(&ast.Source{Input: query})
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		for _, err := range validator.ValidateWithRules(schema, doc, rules.NewDefaultRules()) {
			if err.Rule != rules.MaxIntrospectionDepth.Name { // the only one that a generated document may break
				t.Fatalf("%s: %v", query, err)
			}
		}
		op := doc.Operations[0]
		whole := model.Of(doc, op, nil, unlimited).Total
		for i := range op.SelectionSet {
			part := *op
			part.SelectionSet = op.SelectionSet[:i]
			if got := model.Of(doc, &part, nil, unlimited).Total; got > whole {
				t.Fatalf("%s costs %d, but its first %d fields cost %d", query, whole, i, got)
			}
		}
	})
}
