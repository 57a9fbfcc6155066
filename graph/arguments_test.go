package graph_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"contactgraph/graph"
	"contactgraph/internal/changelog"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/duplicate"
	"contactgraph/internal/job"
	"contactgraph/internal/people"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// TestWrongArguments: a document with a wrong argument is rejected before its first field runs. The
// error has the message, and where the value is.
func TestWrongArguments(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c := f.create(f.demo, "anna", nil)
	before := f.db.Dump()
	const (
		good   = ` { a: createStore(input: {name: "new"}) { store { id } } `
		write  = `b: updateContact(input: {id: 1, onConflict: OVERWRITE, set: {firstName: "Eva"}}) `
		writes = `b: updateContact(input: $in) { errors { code } } }`
	)
	in := object{"id": c.ID, "set": object{"firstName": "Eva"}}
	with := func(name string, value any) object {
		changed := maps.Clone(in)
		changed[name] = value
		return object{"in": changed}
	}
	tests := []struct {
		name, document string
		variables      object
		path, message  string
	}{
		{"an enum in other letters", `mutation($in: UpdateContactInput!)` + good + writes, with("onConflict", "reject"),
			"variable.in.onConflict", "onConflict must be REJECT, MERGE or OVERWRITE."},
		{"an enum in other letters, by itself", `mutation($p: ConflictPolicy!)` + good + `b: updateContact(input: {id: 1, onConflict: $p, set: {}}) { errors { code } } }`,
			object{"p": "Merge"}, "variable.p", "onConflict must be REJECT, MERGE or OVERWRITE."},
		{"null where there is a default", `mutation($p: ConflictPolicy)` + good + `b: updateContact(input: {id: 1, onConflict: $p, set: {}}) { errors { code } } }`,
			object{"p": nil}, "variable.p", "onConflict must not be null."},
		{"null for a variable with a default", `mutation($in: UpdateContactInput = {id: 1, onConflict: OVERWRITE, set: {firstName: "Eva"}})` + good + writes,
			object{"in": nil}, "variable.in", "input must not be null."},
		{"a number for a text", `mutation($in: UpdateContactInput!)` + good + writes, with("set", object{"firstName": 7}),
			"variable.in.set.firstName", "firstName must be a string."},
		{"a fraction for an id", `mutation($in: UpdateContactInput!)` + good + writes, with("id", 1.5),
			"variable.in.id", "id must be a string or an integer."},
		{"a field that is only in objects of the response", `mutation($in: UpdateContactInput!)` + good + writes, with("__typename", "UpdateContactInput"),
			"variable.in.__typename", "__typename is not a field of UpdateContactInput."},
		{"an object for a text", `mutation` + good + `b: createCompany(input: {name: {}}) { errors { code } } }`, nil,
			"b.input.name", "name must be a string."},
		{"a list of objects", `mutation($ids: [ID!])` + good + `b: createContact(input: {registrationSource: "x", set: {}, membership: $ids}) { errors { code } } }`,
			object{"ids": []any{1, 2.5}}, "variable.ids.1", "membership must be a string or an integer."},
		{"a number that is too large", `mutation($n: Int!)` + good + `b: rotateApiKey(input: {id: 1, overlapHours: $n}) { errors { code } } }`, object{"n": 1 << 31},
			"variable.n", "overlapHours must be an integer from -2147483648 to 2147483647."},
		{"a number that is too large for a version", `{ contactSnapshot(id: 1, version: 99999999999999999999) { version } }`, nil,
			"contactSnapshot.version", "version has a number that is too large."},
		{"a number that would be rounded", `mutation` + good + `b: updateContact(input: {id: 1, onConflict: OVERWRITE, set: {custom: {a: [1.5, {b: 1234567890.123456}]}}}) { errors { code } } }`, nil,
			"b.input", "input has a number with too many digits for a literal: send it in a variable."},
		{"a number that would become 0", `mutation` + good + `b: setContactDetails(input: {id: 1, onConflict: OVERWRITE, custom: {a: -0.1e-400}}) { errors { code } } }`, nil,
			"b.input", "input has a number with too many digits for a literal: send it in a variable."},
		{"a default that would be rounded", `mutation($c: JSON = {a: 0.1234567890123456})` + good + `b: updateContact(input: {id: 1, onConflict: OVERWRITE, set: {custom: $c}}) { errors { code } } }`, nil,
			"variable.c", "The default of c has a number with too many digits for a literal: send it in a variable."},
		{"a page below a mutation", `mutation` + good + write + `{ contact { history: changes(first: 101) { nodes { version } } } } }`, nil,
			"b.contact.history.first", "first must be from 0 to 100."},
		{"a page in fragments", `mutation($n: Int!)` + good + write + `{ ...F ... { contact { id } } } } fragment F on UpdateContactPayload { contact { ...G } } fragment G on Contact { changes(first: $n) { nodes { at } } }`,
			object{"n": -1}, "variable.n", "first must be from 0 to 100."},
		{"a page that is left out", `mutation` + good + write + `{ contact @skip(if: true) { changes(first: 101) { nodes { version } } } } }`, nil,
			"b.contact.changes.first", "first must be from 0 to 100."},
		{"a cursor of another list, below a mutation", `mutation($c: String)` + good + write + `{ contact { changes(after: $c) { nodes { at } } } } }`, object{"c": "x"},
			"variable.c", "after must be a cursor of this list."},
		{"null for a condition", `mutation($if: Boolean = true)` + good + write + `{ contact @include(if: $if) { id } } }`, object{"if": nil},
			"variable.if", "if must not be null."},
		{"null for the condition of a root field", `mutation($if: Boolean = true)` + good + `b: updateContact(input: {id: 1, set: {}}) @skip(if: $if) { errors { code } } }`, object{"if": nil},
			"variable.if", "if must not be null."},
		{"half a surrogate pair", `mutation` + good + `b: createStore(input: {name: "# \\u0041 \ud83d\u0041"}) { errors { code } } }`, nil,
			"", "A string of the document has an unpaired surrogate."},
		{"the other half of a surrogate pair", `mutation` + good + `b: createStore(input: {name: "\uDE00"}) { errors { code } } }`, nil,
			"", "A string of the document has an unpaired surrogate."},
		{"two sizes of a page", `query($n: Int) { contacts(first: 1, last: $n) { totalCount } }`, object{"n": 1},
			"contacts", "Send either first or last, not both."},
		{"null for the size of a page", `query($n: Int) { sessions(first: $n) { id } }`, object{"n": nil},
			"variable.n", "first must not be null."},
		{"an invalid time in a filter", `{ auditLog(filter: {from: "2026-01-01T00:00:00+24:00"}) { hasMore } }`, nil,
			"auditLog.filter.from", "from must be an RFC 3339 time in the years 1 to 9999."},
		{"null for the name of a type", `query($n: String = "Contact") { __type(name: $n) { name } }`, object{"n": nil},
			"variable.n", "name must not be null."},
		{"a subscription", `subscription($id: ID) { contactChanges(contactId: $id) { contact { changes(first: 200) { nodes { at } } } } }`, nil,
			"contactChanges.contact.changes.first", "first must be from 0 to 100."},
	}
	for _, tt := range tests {
		got := f.query(f.demo.admin, tt.document, tt.variables)
		if len(got.Errors) != 1 || got.Data != nil || got.codes()[0] != "BAD_USER_INPUT" || got.Errors[0].Message != tt.message || len(got.Errors[0].Locations) != 1 {
			t.Errorf("%s: got %v, %v, want %q", tt.name, got.Data, got.Errors, tt.message)
		} else if path := dotted(got.Errors[0].Path); path != tt.path {
			t.Errorf("%s: path %s, want %s", tt.name, path, tt.path)
		}
	}
	if diff := cmp.Diff(before, f.db.Dump()); diff != "" {
		t.Errorf("a document with a wrong argument was applied (-before +after)\n%s", diff)
	}
	if log := f.log.String(); log != "" {
		t.Errorf("errors of the caller are logged: %s", log)
	}
}

// dotted returns the path of an error with points between its elements.
func dotted(path []any) string {
	all := make([]string, len(path))
	for i, e := range path {
		all[i] = fmt.Sprint(e)
	}
	return strings.Join(all, ".")
}

// TestLocationOfWrongArgument: the location is that of the literal, or where the variable is used.
func TestLocationOfWrongArgument(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for document, want := range map[string]string{
		"{\n contacts(\n  first: 101) { totalCount } }":                                                       "[{3 10}]",
		"query($t: Time = \"x\") {\n contacts(filter: {\n  name: \"x\", modifiedSince: $t}) { totalCount } }": "[{3 29}]",
		"{\n contactByEmail(email: \"ä😀\\ud83d\") { id } }":                                                   "[{2 25}]", // gqlparser counts from after the quote
	} {
		if got := f.query(f.demo.admin, document, nil); len(got.Errors) != 1 || fmt.Sprint(got.Errors[0].Locations) != want {
			t.Errorf("%s: %v, want %s", document, got.Errors, want)
		}
	}
}

// TestRightArguments: what looks like a wrong argument, but is not one.
func TestRightArguments(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c := f.create(f.demo, "anna", nil)
	for name, tt := range map[string]struct {
		document  string
		variables object
	}{
		"a pair of surrogates":                    {`{ contactByEmail(email: "\ud83d\ude00 \\ud83d \u{1F600}") { id } }`, nil},
		"no escape in a block string":             {`{ contactByEmail(email: """\ud83d "\ud83d" """) { id } }`, nil},
		"no escape in a comment":                  {"{ viewer { role } } # \"\\ud83d\"", nil},
		"a variable that is absent":               {`query($n: Int) { sessions(first: $n) { id } }`, nil},
		"a default of a variable":                 {`query($n: Int = 3) { sessions(first: $n) { id } }`, nil},
		"null where there is no default":          {`query($n: Int) { contacts(first: 1, last: $n) { totalCount } }`, object{"n": nil}},
		"an absent variable in an object":         {`query($d: OrderDirection) { contacts(orderBy: {field: NAME, direction: $d}) { totalCount } }`, nil},
		"one value for a list":                    {`mutation($l: [ID!]) { createContact(input: {registrationSource: "x", set: {}, membership: $l}) { errors { code } } }`, object{"l": f.demo.segments[0]}},
		"an invalid version for a mutation":       {`mutation($v: Version) { updateContact(input: {id: 1, expectedVersion: $v, set: {}}) { errors { code } } }`, object{"v": 7}},
		"an invalid time for a mutation":          {`mutation($t: Time) { updateContact(input: {id: 1, set: {limitMailsTemporarilyUntil: $t}}) { errors { code } } }`, object{"t": []any{1}}},
		"a number for the rules of a mutation":    {`mutation { rotateApiKey(input: {id: 1, overlapHours: 100000}) { errors { code } } }`, nil},
		"a list of one value with its own fields": {`mutation($in: UpdateContactsInput!) { updateContacts(input: $in) { errors { code } } }`, object{"in": object{"items": object{"id": c.ID, "set": object{}}}}},
	} {
		if got := f.query(f.demo.admin, tt.document, tt.variables); len(got.Errors) > 0 {
			t.Errorf("%s: %v", name, got.Errors)
		}
	}
}

// TestArgumentsAreCheckedAfterCredentials: who may not ask learns that first.
func TestArgumentsAreCheckedAfterCredentials(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for document, want := range map[string]string{
		`{ contacts(first: 101) { totalCount } }`:                               "UNAUTHENTICATED",
		`mutation { createStore(input: {name: "\ud83d"}) { errors { code } } }`: "UNAUTHENTICATED",
		`{ viewer { contact { changes(first: 101) { nodes { at } } } } }`:       "BAD_USER_INPUT",
	} {
		if got := f.query("", document, nil).codes(); !slices.Equal(got, []string{want}) {
			t.Errorf("%s, anonymously: %v, want %s", document, got, want)
		}
		if got := f.query("forged", document, nil).codes(); !slices.Equal(got, []string{"UNAUTHENTICATED"}) {
			t.Errorf("%s, with forged credentials: %v", document, got)
		}
	}
}

var fromTo = regexp.MustCompile(`(\d+) to (\d+)\.$`)

// TestRanges: every number that is an argument has a @range, which is that of its description and
// of the service that gets it.
func TestRanges(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(f.demo, "anna", nil)
	must(f.Jobs.Delete(f.demo.ctx, job.Bulk{IDs: []int{1}}))
	type numbers struct{ min, max int }
	services := map[string]numbers{
		"Contact.changes(first)": {0, changelog.MaxHistory}, "Query.deletedContacts(first)": {0, changelog.MaxDeletions}, "Query.contactChanges(first)": {0, changelog.MaxPage},
		"Company.contacts(first)": {0, query.MaxPage}, "Query.contacts(first)": {0, query.MaxPage}, "Query.contacts(last)": {0, query.MaxPage},
		"Query.duplicates(first)": {0, duplicate.MaxPage}, "Query.duplicates(minScore)": {0, duplicate.MaxScore},
		"Query.jobs(first)": {0, job.MaxPage}, "Job.items(first)": {0, job.MaxPage},
		"Query.sessions(first)": {0, people.MaxSessions}, "Query.auditLog(first)": {1, people.MaxAuditEntries},
	}
	described := map[string]numbers{}
	for _, def := range must(gqlparser.LoadSchema(&ast.Source{Name: "served", Input: graph.SDL()})).Types {
		for _, field := range def.Fields {
			for _, a := range field.Arguments {
				if a.Type.Name() != "Int" {
					continue
				}
				name := def.Name + "." + field.Name + "(" + a.Name + ")"
				m := fromTo.FindStringSubmatch(a.Description)
				if m == nil {
					t.Errorf("%s is described as %q, want a range", name, a.Description)
					continue
				}
				described[name] = numbers{must(strconv.Atoi(m[1])), must(strconv.Atoi(m[2]))}
				f.checkRange(def.Name, field, a.Name, described[name].min, described[name].max)
			}
		}
	}
	if diff := cmp.Diff(services, described, cmp.AllowUnexported(numbers{})); diff != "" {
		t.Errorf("-services +described\n%s", diff)
	}
}

// checkRange sends the numbers at the ends of a range, which must be accepted, and those beyond.
func (f *fixture) checkRange(typ string, field *ast.FieldDefinition, argument string, lowest, highest int) {
	f.t.Helper()
	around := map[string]string{"Query": `{ %s { __typename } }`, "Company": `{ companies { %s { __typename } } }`, "Contact": `{ contact(id: 1) { %s { __typename } } }`, "Job": `{ jobs { nodes { %s { __typename } } } }`}[typ]
	for n, accepted := range map[int]bool{lowest - 1: false, lowest: true, highest: true, highest + 1: false} {
		document := fmt.Sprintf(around, fmt.Sprintf("%s(%s: %d)", field.Name, argument, n))
		got := f.query(f.demo.admin, document, nil)
		if wrong := slices.Equal(got.codes(), []string{"BAD_USER_INPUT"}); wrong == accepted || accepted && len(got.Errors) > 0 {
			f.t.Errorf("%s: %v, want it accepted: %t", document, got.Errors, accepted)
		}
	}
}
