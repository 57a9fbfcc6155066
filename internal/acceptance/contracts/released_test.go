package contracts

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"contactgraph/graph"
	"contactgraph/internal/acceptance/harness"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "make the current schema that of the last release")

const (
	releasedSchema  = "schema/released.graphql"
	breakingChanges = "schema/breaking-changes.md"
)

// TestTheSchemaBreaksNoClients compares the schema with that of the last release. What breaks
// clients must be listed, with a reason.
func TestTheSchemaBreaksNoClients(t *testing.T) {
	t.Parallel()
	if *update {
		if err := os.WriteFile(harness.ModulePath(t, releasedSchema), []byte(graph.SDL()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	found := breaking(t, [2]string{harness.ReadFile(t, releasedSchema), graph.SDL()})[0]
	for _, p := range problems(found, harness.ReadFile(t, breakingChanges)) {
		t.Errorf("%s: %s", breakingChanges, p)
	}
}

// TestPlantedChangesAreFound changes the released schema.
func TestPlantedChangesAreFound(t *testing.T) {
	t.Parallel()
	const sdl = `type Query { contacts(first: Int! = 50 @range(min: 1, max: 100), search: String @length(max: 250)): [Contact!]! actor: Actor }
		directive @length(max: Int!) on ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION
		directive @range(min: Int!, max: Int!) on ARGUMENT_DEFINITION
		interface Actor { name: String! }
		type User implements Actor { name: String! }
		type Contact { id: ID! "The address." email: String kind: Kind! }
		enum Kind { PERSON COMPANY }
		input Patch { email: String @length(max: 250) phone: String }
		type Mutation { update(set: Patch!): Contact }`
	tests := []struct{ name, before, after, want string }{
		{"a removed field", `"The address." email: String`, ``, "Contact.email: Field 'email' was removed from object type 'Contact'"},
		{"a removed argument", `, search: String @length(max: 250)`, ``, "Query.contacts.search: Argument 'search: String' was removed from field 'Query.contacts'"},
		{"a required argument", `search: String `, `search: String! `, "Query.contacts.search: Type for argument 'search' on field 'Query.contacts' changed from 'String' to 'String!'"},
		{"a new required argument", `update(set: Patch!)`, `update(set: Patch!, id: ID!)`, "Mutation.update.id: Argument 'id: ID!' added to field 'Mutation.update'"},
		{"a required input field", `phone: String`, `phone: String!`, "Patch.phone: Input field 'Patch.phone' changed type from 'String' to 'String!'"},
		{"a new required input field", `phone: String`, `phone: String name: String!`, "Patch.name: Input field 'name' of type 'String!' was added to input object type 'Patch'"},
		{"a removed enum value", `PERSON COMPANY`, `PERSON`, "Kind.COMPANY: Enum value 'COMPANY' was removed from enum 'Kind'"},
		{"a nullable result", `kind: Kind!`, `kind: Kind`, "Contact.kind: Field 'Contact.kind' changed type from 'Kind!' to 'Kind'"},
		{"another type", `name: String! }
		type User implements Actor { name: String! }`, `name: ID! }
		type User implements Actor { name: ID! }`, "Actor.name: Field 'Actor.name' changed type from 'String!' to 'ID!'; User.name: Field 'User.name' changed type from 'String!' to 'ID!'"},
		{"a removed interface", `type User implements Actor`, `type User`, "User: 'User' object type no longer implements 'Actor' interface"},
		{"another default", `Int! = 50`, `Int! = 20`, "Query.contacts.first: Default value for argument 'first' on field 'Query.contacts' changed from '50' to '20'"},
		{"a shorter maximum", `search: String @length(max: 250)`, `search: String @length(max: 99)`, "Query.contacts.search.@length.max: 250 became 99"},
		{"a smaller maximum", `max: 100)`, `max: 50)`, "Query.contacts.first.@range.max: 100 became 50"},
		{"a larger minimum", `min: 1`, `min: 2`, "Query.contacts.first.@range.min: 1 became 2"},
		{"a new limit", `phone: String`, `phone: String @length(max: 20)`, "Patch.phone.@length: Directive 'length' was added to input field 'phone' in input object 'Patch'"},

		{"nothing", ``, ``, ""},
		{"another description", `"The address."`, `"The email address."`, ""},
		{"a deprecated field", `email: String kind`, `email: String @deprecated(reason: "Use emails.") kind`, ""},
		{"a new field", `kind: Kind!`, `kind: Kind! phone: String`, ""},
		{"a new enum value", `PERSON COMPANY`, `PERSON COMPANY ROBOT`, ""},
		{"a new optional argument", `update(set: Patch!)`, `update(set: Patch!, key: String @length(max: 9))`, ""},
		{"a new type with an interface", `interface Actor`, `type Key implements Actor { name: String! } interface Actor`, ""},
		{"a non-null result", `update(set: Patch!): Contact`, `update(set: Patch!): Contact!`, ""},
		{"a longer maximum", `max: 250`, `max: 251`, ""},
		{"a limit less", ` @range(min: 1, max: 100)`, ``, ""},
	}
	pairs := make([][2]string, len(tests))
	for i, tt := range tests {
		if !strings.Contains(sdl, tt.before) {
			t.Fatalf("%s: the schema does not contain %q", tt.name, tt.before)
		}
		pairs[i] = [2]string{sdl, strings.Replace(sdl, tt.before, tt.after, 1)}
	}
	for i, found := range breaking(t, pairs...) {
		if got := strings.Join(found, "; "); got != tests[i].want {
			t.Errorf("%s:\ngot  %s\nwant %s", tests[i].name, got, tests[i].want)
		}
	}
}

func TestBreakingChangesAreListedWithReasons(t *testing.T) {
	t.Parallel()
	const head = "# Title\n\nText.\n\n| change | reason |\n|---|---|\n"
	for name, tt := range map[string]struct {
		found []string
		rows  string
		want  []string
	}{
		"no change, no row":    {nil, "", nil},
		"a change with a row":  {[]string{"A.b: gone"}, "| A.b: gone | No client used it. |\n", nil},
		"a change without row": {[]string{"A.b: gone"}, "", []string{"the schema breaks clients, which is not listed: A.b: gone"}},
		"a row without change": {nil, "| A.b: gone | No client used it. |\n", []string{"the schema does not do this: A.b: gone"}},
		"a row without reason": {[]string{"A.b: gone"}, "| A.b: gone | |\n", []string{"no reason is given: A.b: gone"}},
		"a change to another": {
			[]string{"A.b: 9 became 7"}, "| A.b: 9 became 8 | Too long. |\n",
			[]string{"the schema does not do this: A.b: 9 became 8", "the schema breaks clients, which is not listed: A.b: 9 became 7"},
		},
	} {
		if diff := cmp.Diff(tt.want, problems(tt.found, head+tt.rows)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

// row is a row of the table of breaking changes: the change and the reason.
var row = regexp.MustCompile(`(?m)^\| ([A-Z][^|]*: [^|]+) \|([^|]*)\|$`)

// problems compares the breaking changes with those that the Markdown page lists.
func problems(found []string, page string) (all []string) {
	found = slices.Clone(found)
	for _, listed := range row.FindAllStringSubmatch(page, -1) {
		i := slices.Index(found, listed[1])
		switch {
		case i < 0:
			all = append(all, "the schema does not do this: "+listed[1])
		case strings.TrimSpace(listed[2]) == "":
			all = append(all, "no reason is given: "+listed[1])
			fallthrough
		default:
			found = slices.Delete(found, i, i+1)
		}
	}
	for _, change := range found {
		all = append(all, "the schema breaks clients, which is not listed: "+change)
	}
	return all
}

// breaking returns what breaks clients between the two schemas of each pair, as
// testdata/breaking.mjs finds it.
func breaking(t *testing.T, pairs ...[2]string) (found [][]string) {
	t.Helper()
	requireTools(t)
	if _, err := os.ReadFile("testdata/breaking.mjs"); err != nil { // so that go test runs the test again if it changes
		t.Fatal(err)
	}
	input, err := json.Marshal(pairs)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", "testdata/breaking.mjs")
	var stderr bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(input), &stderr
	output, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(output, &found)
	}
	if err == nil && len(found) != len(pairs) {
		err = fmt.Errorf("%d results for %d pairs", len(found), len(pairs))
	}
	if err != nil {
		t.Fatalf("breaking.mjs: %v\n%s", err, &stderr)
	}
	return found
}
