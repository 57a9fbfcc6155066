package rest_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"contactgraph/ent/property"
	"contactgraph/internal/auth"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/viewer"
)

const (
	searchPath     = "/f/webapp-api-custinfo?api=search"
	newContactPath = "/f/webapp-api-custinfo?api=newcontact"
)

// search returns the ids of the contacts that a search finds, or its errors.
func (f *fixture) search(h headers, groups string) string {
	f.t.Helper()
	var resp struct {
		Contacts []struct{ ID string }
		Errors   []string
	}
	got := f.do("POST", searchPath, `{"fields":{"groups":[`+groups+`]}}`, h)
	if err := json.Unmarshal([]byte(got.body), &resp); err != nil {
		f.t.Fatal(err)
	}
	ids := append([]string{}, resp.Errors...)
	for _, c := range resp.Contacts {
		ids = append(ids, c.ID)
	}
	return strings.Join(ids, " ")
}

// fields is a group of fields, each as place, ids and text.
func fields(triples ...string) string {
	var all []string
	for i := 0; i < len(triples); i += 3 {
		all = append(all, fmt.Sprintf(`{"where":"%s","fieldID":%s,"searchString":"%s"}`, triples[i], triples[i+1], triples[i+2]))
	}
	return `{"fields":[` + strings.Join(all, ",") + `]}`
}

func TestSearchFindsValues(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.filled()
	expect(t, f.set(`{"contactID":1,"details":{"properties":[{"propertyID":2,"values":[{"value":"100%_x"}]},{"propertyID":6,"values":[{"value":"STRASSE"}]}],`+
		`"setLogins":true,"logins":[{"name":"Customer@example.com"}]}}`), 200, done)
	agent := headers{"X-ApiKey": agentKey}
	for name, c := range map[string]struct{ groups, want string }{
		"a login":                  {fields("anywhere", `"login"`, "CUST"), "1 466"},
		"the start of a login":     {fields("start", `"Login"`, "CustomER1"), "466"},
		"the end of a login":       {fields("END", `"login"`, "@EXAMPLE.com"), "1 2 466"},
		"a whole login":            {fields("entire", `"login"`, " taken@example.com "), "2"},
		"not a whole one":          {fields("entire", `"login"`, "taken"), ""},
		"another account's":        {fields("anywhere", `"login"`, "elsewhere"), ""},
		"a bound property":         {fields("start", `1`, "jo"), "466"},
		"several":                  {fields("anywhere", `"1, 3"`, "EE"), "466"},
		"several in a list":        {fields("anywhere", `["1","login",3]`, "ee"), "466"},
		"a wildcard is literal":    {fields("anywhere", `"2"`, "0%_"), "1"},
		"no other wildcard":        {fields("anywhere", `"2"`, "%x"), ""},
		"case folds":               {fields("entire", `"6"`, "straße"), "1"},
		"the end of a value":       {fields("end", `"6"`, "SSE"), "1"},
		"one of the values":        {fields("entire", `"6"`, "b"), "466"},
		"or":                       {fields("entire", `"6"`, "b", "anywhere", `"login"`, "taken"), "2 466"},
		"and":                      {fields("anywhere", `"login"`, "cust") + "," + fields("anywhere", `"1,3"`, "dee"), "466"},
		"and, with an index":       {fields("anywhere", `"1,3"`, "dee") + "," + fields("start", `"login"`, "cust"), "466"},
		"and, without a result":    {fields("entire", `"login"`, "taken@example.com") + "," + fields("anywhere", `"1"`, "jo"), ""},
		"a blank text is ignored":  {fields("anywhere", `"login"`, " ") + "," + fields("anywhere", `"1"`, "jo"), "466"},
		"a group of no fields":     {fields(), ""},
		"no groups":                {"", "1 2 466"},
		"an unknown property":      {fields("anywhere", `"999"`, "x"), "Unknown contact property."},
		"no property":              {fields("anywhere", `"x"`, "x"), "Unknown contact property."},
		"too long":                 {fields("anywhere", `"login"`, strings.Repeat("x", 251)), "Value too long."},
		"too many groups":          {strings.Repeat(fields("", `1`, "x")+",", 50) + fields("", `1`, "x"), "Too many values."},
		"an unknown place":         {fields("middle", `"login"`, "x"), "Invalid request."},
		"a field without an id":    {fields("", `""`, "x"), "Invalid request."},
		"a field with a null id":   {fields("", `null`, "x"), "Invalid request."},
		"a field with an odd id":   {fields("", `{"a":1}`, "x"), "Invalid request."},
		"a field with nested ids":  {fields("", `[["1"]]`, "x"), "Invalid request."},
		"a group without members":  {`{}`, "Invalid request."},
		"groups that are no group": {`7`, "Invalid request."},
	} {
		t.Run(name, func(t *testing.T) {
			if got := f.search(agent, c.groups); got != c.want {
				t.Errorf("found %q, want %q", got, c.want)
			}
		})
	}
	expect(t, f.do("POST", searchPath, `{"fields":{"groups":[`+fields("entire", `"login"`, "taken@example.com")+`]}}`, agent), 200,
		`{"contacts":[{"ID":"2","name":"Second@example.com","logins":[{"name":"taken@example.com","type":""}]}],`+noErrors)
	expect(t, f.do("POST", "/webapp-api-CUSTINFO?API=Search", `{"fields":{"groups":[`+fields("entire", `"1"`, "x")+`]}}`, agent), 200, `{"contacts":[],`+noErrors)
}

func TestSearchIsForStaff(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	agent, all := headers{"X-ApiKey": agentKey}, `{"fields":{"groups":[]}}`
	shape := failed("Invalid request.", "The request body does not have the documented format.")
	role := failed("Access denied.", "You do not have permission to do this.")
	for _, path := range []string{searchPath, newContactPath} {
		expect(t, f.do("POST", path, all, f.cookie()), 200, role)
		expect(t, f.do("POST", path, all, nil), 200, failed("You must be logged in.", "The session is missing or has expired."))
		expect(t, f.do("POST", path, `x`, agent), 200, failed("Invalid request.", "The request body is not valid JSON."))
		expect(t, f.do("POST", path, ``, agent), 200, failed("Invalid request.", "The request body is not valid JSON."))
		expect(t, f.do("POST", path, `[]`, agent), 200, shape)
		expect(t, f.do("POST", path, `{"x":"`+strings.Repeat("x", 256<<10)+`"}`, agent), 200, failed("Invalid request.", "The request body is too large."))
	}
	for _, body := range []string{`{}`, `{"fields":null}`, `{"fields":{}}`, `{"fields":[]}`, `{"fields":{"groups":{}}}`} {
		expect(t, f.do("POST", searchPath, body, agent), 200, shape)
	}
	if got := f.search(headers{"X-ApiKey": otherKey}, ""); got != "1000001" {
		t.Errorf("another account finds %q", got)
	}

	// A key of a segment finds only its contacts, and a role not what it may not read.
	segment := 2
	token := "cg_segment_key"
	must(f.Auth.CreateKey(t.Context(), f.account, auth.NewKey{Name: "Segment", Role: viewer.Agent, Token: token, SegmentID: &segment}))
	for groups, want := range map[string]string{"": "466", fields("anywhere", `"login"`, "example.com"): "", fields("anywhere", `"1"`, "j"): "466"} {
		if got := f.search(headers{"X-ApiKey": token}, groups); got != want {
			t.Errorf("a key of a segment finds %q by %s, want %q", got, groups, want)
		}
	}
	limited := f.withRights("WRITE logins=NONE firstName=NONE properties.6=NONE")
	f.filled()
	for groups, want := range map[string]string{
		fields("anywhere", `"login"`, "cust"): "", fields("anywhere", `"1"`, "j"): "", fields("anywhere", `"6"`, "b"): "",
		fields("anywhere", `"3"`, "deer"): "466", fields("anywhere", `"6"`, "b", "anywhere", `"3"`, "deer"): "466",
	} {
		if got := f.search(limited, groups); got != want {
			t.Errorf("a limited role finds %q by %s, want %q", got, groups, want)
		}
	}
}

func TestNewContact(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const created = elsewhere + 1
	ranked := must(f.Catalog.CreateProperty(f.staff, catalog.NewProperty{Name: "Rank", Kind: property.KindInteger}))
	h := headers{"X-ApiKey": agentKey, "Idempotency-Key": "once"}
	body := fmt.Sprintf(`{"contactID":1,"details":{"properties":[{"propertyID":1,"values":[{"value":"Ida"}]},{"propertyID":%d,"values":[{"valueInt":7}]}],`+
		`"setLogins":true,"logins":[{"name":"ida@example.com","type":"Email"}]},"membership":["2",3]}`, ranked.ID)
	want := `{"contactID":"1000002",` + noErrors
	expect(t, f.do("POST", newContactPath, body, h), 200, want)
	again := f.do("POST", newContactPath, body, h)
	expect(t, again, 200, want)
	if again.Header.Get("Idempotency-Replayed") != "true" {
		t.Error("not marked as a repeat")
	}
	if got := f.shape(created); got != fmt.Sprintf("Ida %d=7 ida@example.com:EMAIL @2 @3", ranked.ID) || f.contact(created).RegistrationSource != "iService" {
		t.Errorf("created %s by %s", got, f.contact(created).RegistrationSource)
	}
	if c := f.lastChange(created); c.Source != "ISERVICE" || c.Kind != "CREATE" {
		t.Errorf("logged as %s of %s", c.Kind, c.Source)
	}
	before := must(f.Queries.Count(f.staff, query.Filter{}))
	for name, c := range map[string]struct{ body, want string }{
		"login taken": {`{"details":{"setLogins":true,"logins":[{"name":"TAKEN@example.com"}]}}`,
			failed("Login already in use.", "TAKEN@example.com is assigned to another contact.")},
		"unknown property": {`{"details":{"properties":[{"propertyID":999,"values":[]}]}}`,
			failed("Unknown contact property.", "propertyID 999 does not exist or is not accessible.")},
		"unknown segment":   {`{"membership":[99]}`, failed("Unknown segment.", "Segment 99 does not exist.")},
		"required":          {`{"details":{"properties":[{"propertyID":4,"values":[]}]}}`, failed("Missing value.", "City must have a value.")},
		"no choice":         {`{"details":{"properties":[{"propertyID":8,"values":[{"value":"green"}]}]}}`, failed("Invalid value.", "Colour must be one of its choices.")},
		"logins missing":    {`{"details":{"setLogins":true}}`, failed("Invalid request.", "setLogins is true, but logins is missing.")},
		"details no object": {`{"details":[]}`, failed("Invalid request.", "The request body does not have the documented format.")},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, f.do("POST", newContactPath, c.body, headers{"X-ApiKey": agentKey}), 200, c.want)
		})
	}
	if after := must(f.Queries.Count(f.staff, query.Filter{})); after != before {
		t.Errorf("%d contacts became %d", before, after)
	}
}
