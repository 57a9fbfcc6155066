package graph_test

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"contactgraph/graph"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// specified are the directives of the specification, which SDL does not define.
var specified = []string{"deprecated", "include", "oneOf", "skip", "specifiedBy"}

// TestIntrospectionIsTheSDL: introspection has the directives of the SDL and of the specification,
// and no others that the server does not support, and describes the schema and its scalars.
func TestIntrospectionIsTheSDL(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	sdl, err := gqlparser.LoadSchema(&ast.Source{Input: graph.SDL()})
	if err != nil {
		t.Fatal(err)
	}
	got := f.get("", `{ __schema { description directives { name } types { kind name specifiedByURL } } }`, nil, "__schema").(object)
	var directives []string
	for _, d := range got["directives"].([]any) {
		directives = append(directives, d.(object)["name"].(string))
	}
	want := slices.Clone(specified)
	for name, d := range sdl.Directives {
		if !d.Position.Src.BuiltIn {
			want = append(want, name)
		}
	}
	slices.Sort(want)
	if !slices.Equal(directives, want) {
		t.Errorf("introspection has the directives %v, want %v", directives, want)
	}
	if got["description"] != sdl.Description || sdl.Description == "" {
		t.Errorf("the schema is described as %v, in the SDL as %q", got["description"], sdl.Description)
	}
	for _, scalar := range got["types"].([]any) {
		s := scalar.(object)
		def := sdl.Types[s["name"].(string)]
		if s["kind"] != "SCALAR" || def.BuiltIn || def.Name == "_Any" { // which Apollo Federation specifies
			continue
		}
		if d := def.Directives.ForName("specifiedBy"); d == nil || s["specifiedByURL"] != d.Arguments.ForName("url").Value.Raw {
			t.Errorf("%s is specified by %v, in the SDL by %v", def.Name, s["specifiedByURL"], d)
		}
	}
}

// TestIntrospectionSwitch: --introspection decides who reads the schema, whatever they read it by.
func TestIntrospectionSwitch(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, customer := f.customer(f.demo, "anna")
	for setting, allowed := range map[graph.Introspection][]string{
		"": {"", customer, f.demo.agent, f.demo.admin}, "on": {"", customer, f.demo.agent, f.demo.admin}, "staff": {f.demo.agent, f.demo.admin}, "off": nil,
	} {
		kiosk := f.trusting(graph.Config{Introspection: setting})
		for name, token := range map[string]string{"anonymous": "", "a customer": customer, "an agent": f.demo.agent, "an admin": f.demo.admin} {
			want := "INTROSPECTION_DISABLED"
			if slices.Contains(allowed, token) {
				want = ""
			}
			name = string(setting) + ", " + name
			for _, document := range []string{
				`{ __schema { queryType { name } } }`, `{ __type(name: "Query") { name } }`, `{ _service { sdl } }`, `{ viewer { role } a: __type(name: "Query") { name } }`,
				`query($on: Boolean! = true) { ...F @include(if: $on) } fragment F on Query { ... { __schema { queryType { name } } } }`,
			} {
				wantCode(t, name+", "+document, f.query(token, document, nil), want)
			}
			wantCode(t, name+", __typename", f.query(token, `{ __typename viewer { __typename role } ... @skip(if: true) { __schema { description } } }`, nil), "")
			r := httptest.NewRequest("GET", "/graphql/schema.graphqls", nil)
			r.Header = headerOf(token)
			if err := graph.AuthorizeSchema(setting, f.Auth, r); (err == nil) != (want == "") {
				t.Errorf("%s: the SDL: %v", name, err)
			}
			if got := f.query(token, `{ viewer { rol } }`, nil); strings.Contains(got.Errors[0].Message, "Did you mean") != slices.Contains(allowed, "") {
				t.Errorf("%s: %v", name, got.Errors)
			}
		}
		want := ""
		if !slices.Contains(allowed, "") {
			want = "INTROSPECTION_DISABLED"
		}
		wantCode(t, string(setting)+", a key that can only run trusted documents", f.post(headerOf(kiosk), object{"documentId": "schema"}), want)
	}
}

// TestSuggestionsAreSwitchedOff: errors do not suggest names of a schema that only some callers may
// read.
func TestSuggestionsAreSwitchedOff(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, setting := range []graph.Introspection{"on", "off"} {
		f.serveWith(graph.Config{Introspection: setting})
		for name, document := range map[string]string{
			"a field": `{ viewerr { role } }`, "a selection": `{ viewer }`, "an argument": `{ contact(idd: 1) { id } }`, "a type": `{ ...F } fragment F on Querry { __typename }`,
			"an input field": `{ contacts(filter: {emaill: "secret"}) { totalCount } }`, "an enum": `{ contacts(orderBy: {field: NAMEE}) { totalCount } }`,
		} {
			got := f.query(f.demo.agent, document, nil)
			if len(got.Errors) == 0 || strings.Contains(text(got.Errors), "Did you mean") != (setting == "on") || strings.Contains(text(got.Errors), "secret") {
				t.Errorf("%s, %s: %v", setting, name, got.Errors)
			}
		}
	}
}
