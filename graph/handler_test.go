package graph_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"contactgraph/internal/auth"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/version"
	"contactgraph/internal/viewer"
)

func TestAnonymousCallerMayOnlyIntrospectAndSignIn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	before := f.db.Dump()
	tests := []struct {
		name, query string
		allowed     bool
	}{
		{"__typename", `{ __typename }`, true},
		{"introspection", `{ __schema { queryType { name } } __type(name: "Contact") { name } }`, true},
		{"the viewer", `{ viewer { role } }`, true},
		{"all of these in fragments", `{ ...F ... on Query { __typename } } fragment F on Query { viewer { role } }`, true},
		{"contacts", `{ contacts { totalCount } }`, false},
		{"stores", `{ stores { id } }`, false},
		{"a field with the alias of an open one", `{ viewer: stores { id } }`, false},
		{"a protected field next to open ones", `{ __typename viewer { role } properties { id } }`, false},
		{"a field in a fragment", `{ ...F } fragment F on Query { stores { id } }`, false},
		{"a field in an inline fragment", `{ viewer { role } ... on Query { stores { id } } }`, false},
		{"a field in an inline fragment without a type", `{ ... { stores { id } } }`, false},
		{"a field in fragments within fragments", `{ ...F } fragment F on Query { ...G } fragment G on Query { ... { stores { id } } }`, false},
		{"a field that is skipped", `{ viewer { role } stores @skip(if: true) { id } }`, true},
		{"signing out", `mutation { signOut { errors { code } } }`, false},
		{"creating", `mutation { createStore(input: {name: "x"}) { errors { code } } }`, false},
		{"creating while signing in", `mutation { signIn(input: {account: "demo", login: "x", password: "x"}) { token } createStore(input: {name: "x"}) { errors { code } } }`, false},
	}
	for _, tt := range tests {
		got := f.query("", tt.query, nil)
		if rejected := slices.Equal(got.codes(), []string{"UNAUTHENTICATED"}); rejected == tt.allowed || !tt.allowed && got.Data != nil {
			t.Errorf("%s: got %v, %v, want it allowed: %v", tt.name, got.Data, got.Errors, tt.allowed)
		}
	}
	if f.db.Dump() != before {
		t.Error("an anonymous caller changed the database")
	}
}

func TestForgedCredentialsAreRejected(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, query := range []string{`{ __typename }`, `{ viewer { role } }`, `{ stores { id } }`} {
		if got := f.query("forged", query, nil); !slices.Equal(got.codes(), []string{"UNAUTHENTICATED"}) || got.Data != nil {
			t.Errorf("%s: got %v, %v", query, got.Data, got.Errors)
		}
	}
}

func TestCookieIsAccepted(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, token := f.customer(f.demo, "anna")
	r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(`{"query": "{ viewer { role } }"}`))
	r.Header.Set("Content-Type", "application/json")
	r.AddCookie(&http.Cookie{Name: auth.CookieName, Value: token})
	w := httptest.NewRecorder()
	f.handler.ServeHTTP(w, r)
	if want := `{"data":{"viewer":{"role":"CUSTOMER"}},`; !strings.HasPrefix(w.Body.String(), want) {
		t.Errorf("got %s, want %s…", w.Body, want)
	}
}

func TestViewer(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c, customer := f.customer(f.demo, "anna")
	must(f.Auth.CreateUser(t.Context(), f.demo.account, auth.NewUser{Login: "uma", Name: "Uma", Password: "pw", Role: 2}))
	user := must(f.Auth.SignIn(t.Context(), f.demo.account, "uma", "pw", auth.Origin{})).Token
	for token, want := range map[string]string{
		"":           `null`,
		f.demo.admin: `{"account": "demo", "role": "ADMIN", "name": "demo-admin", "contact": null}`,
		f.demo.agent: `{"account": "demo", "role": "AGENT", "name": "demo-agent", "contact": null}`,
		user:         `{"account": "demo", "role": "AGENT", "name": "Uma", "contact": null}`,
		customer:     fmt.Sprintf(`{"account": "demo", "role": "CUSTOMER", "name": null, "contact": {"contactId": %d}}`, c.ID),
	} {
		f.want("the viewer", f.get(token, `{ viewer { account role name contact { contactId } } }`, nil, "viewer"), want)
	}
}

// TestViewerHasTheServer: clients learn which version has answered.
func TestViewerHasTheServer(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	v := version.Current()
	f.want("the server", f.get(f.demo.agent, `{ viewer { server { version migration } } }`, nil, "viewer", "server"),
		text(object{"version": v.Version, "migration": v.Migration}))
}

// TestWritablePaths: forms learn from the viewer which fields they may write, also in the response
// of a sign-in. They need no copy of the rules.
func TestWritablePaths(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.customer(f.demo, "anna")
	in := f.get("", `mutation { signIn(input: {account: "demo", login: "anna", password: "pw"}) { token viewer { writablePaths } } }`, nil, "signIn").(object)
	token := in["token"].(string)
	var want []string
	for _, x := range field.Fields {
		if field.CanWrite(viewer.Viewer{Role: viewer.Customer}, x.Path) {
			want = append(want, x.Path)
		}
	}
	want = append(want, "password", field.PropertyPath(f.demo.note), field.PropertyPath(f.demo.first), "logins")
	for name, got := range map[string]any{
		"signing in": in["viewer"], "the customer": f.get(token, `{ viewer { writablePaths } }`, nil, "viewer"),
	} {
		f.want(name, got, text(object{"writablePaths": want}))
	}
	staff := f.get(f.demo.agent, `{ viewer { writablePaths } }`, nil, "viewer", "writablePaths").([]any)
	for _, path := range []any{"companyId", "latestPermissionSource", "membership"} {
		if !slices.Contains(staff, path) {
			t.Errorf("an agent may write %v, not %v", staff, path)
		}
	}
}

const signIn = `mutation($account: String! = "DEMO", $login: String!, $password: String! = "pw") { signIn(input: {account: $account, login: $login, password: $password}) {
	token expiresAt errors { __typename code path } viewer { account role name contact ` + everything + ` } } }`

// TestSignInReturnsViewer: a request that signs in is anonymous when it arrives, but its response
// has the new viewer.
func TestSignInReturnsViewer(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, before := f.customer(f.demo, "anna")
	got := f.get("", signIn, object{"login": "ANNA"}, "signIn").(object)
	f.want("the viewer", got["viewer"], text(f.get(before, `{ viewer { account role name contact `+everything+` } }`, nil, "viewer")))
	token, _ := got["token"].(string)
	f.want("with the token", f.get(token, `{ viewer { role } }`, nil, "viewer"), `{"role": "CUSTOMER"}`)
	f.get(token, `mutation { signOut { errors { code } } }`, nil)
	if got := f.query(token, `{ viewer { role } }`, nil); !slices.Equal(got.codes(), []string{"UNAUTHENTICATED"}) {
		t.Errorf("after signing out: %v, %v", got.Data, got.Errors)
	}
	f.want("another session", f.get(before, `{ viewer { role } }`, nil, "viewer"), `{"role": "CUSTOMER"}`)
}

func TestSignInFails(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.customer(f.demo, "anna")
	for name, variables := range map[string]object{
		"a wrong password": {"login": "anna", "password": "x"},
		"a wrong login":    {"login": "eva"},
		"a wrong account":  {"login": "anna", "account": "other"},
		"no such account":  {"login": "anna", "account": "nowhere"},
		"nothing":          {"login": "", "password": ""},
	} {
		f.want(name, f.get("", signIn, variables, "signIn"),
			`{"token": null, "expiresAt": null, "viewer": null, "errors": [{"__typename": "Forbidden", "code": "SIGN_IN_REFUSED", "path": null}]}`)
	}
}

func TestErrorsOfTheRequest(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, customer := f.customer(f.demo, "anna")
	tests := []struct {
		name, token, query string
		variables          object
		code, message      string
	}{
		{"a list that is hidden from customers", customer, `{ companies { id } }`, nil, "FORBIDDEN", "You do not have permission to do this."},
		{"a page that is too large", customer, `{ contacts(first: 101) { totalCount } }`, nil, "BAD_USER_INPUT", "first must be from 0 to 100."},
		{"an invalid cursor", customer, `{ contacts(after: "x") { totalCount } }`, nil, "BAD_USER_INPUT", "The cursor does not belong to a list in this order."},
		{"an invalid cursor of the change log", customer, `{ contactChanges(after: "x") { hasMore } }`, nil, "BAD_USER_INPUT", "after must be a cursor of the change log."},
		{"an invalid time", customer, `query($t: Time) { contacts(filter: {modifiedSince: $t}) { totalCount } }`, object{"t": "now"},
			"BAD_USER_INPUT", "modifiedSince must be an RFC 3339 time in the years 1 to 9999."},
		{"a number for a time", customer, `query($t: Time) { contacts(filter: {modifiedSince: $t}) { totalCount } }`, object{"t": 7},
			"BAD_USER_INPUT", "modifiedSince must be an RFC 3339 time in the years 1 to 9999."},
		{"a search with too many words", customer, `query($s: String) { contacts(filter: {search: $s}) { totalCount } }`,
			object{"s": strings.Repeat("a b c d e f g h i j k l m n o p q ", 2)},
			"BAD_USER_INPUT", "search can have at most 250 characters and 16 words."},
		{"a search that is too long", customer, `query($s: String) { contacts(filter: {name: $s}) { totalCount } }`,
			object{"s": strings.Repeat("a", 251)}, "BAD_USER_INPUT", "name can have at most 250 characters and 16 words."},
	}
	for _, tt := range tests {
		got := f.query(tt.token, tt.query, tt.variables)
		if len(got.Errors) != 1 || got.codes()[0] != tt.code || got.Errors[0].Message != tt.message {
			t.Errorf("%s: got %v, want %s %q", tt.name, got.Errors, tt.code, tt.message)
		}
	}
	if f.log.String() != "" {
		t.Errorf("errors of the caller are logged: %s", f.log)
	}
}

// TestFaultsAreHidden: clients learn only that the server has failed; the reason is in the log.
func TestFaultsAreHidden(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(f.demo, "anna", nil)
	f.get(f.demo.admin, `{ viewer { role } }`, nil)
	raw := f.db.Raw()
	defer raw.Close()
	for _, table := range []string{"contacts", "stores", "api_keys"} {
		if _, err := raw.ExecContext(t.Context(), "ALTER TABLE "+table+" RENAME TO gone_"+table); err != nil {
			t.Fatal(err)
		}
	}
	for _, query := range []string{`{ contacts { nodes { id } } }`, `mutation { createStore(input: {name: "x"}) { errors { code } } }`, `{ contact(id: 1) { id } }`} {
		got := f.query(f.demo.admin, query, nil)
		if len(got.Errors) != 1 || got.codes()[0] != "INTERNAL_SERVER_ERROR" || got.Errors[0].Message != "An internal error has occurred." {
			t.Errorf("%s: got %v, %v", query, got.Data, got.Errors)
		}
	}
	for _, want := range []string{"contacts", "stores", "path=contacts", "path=createStore"} {
		if !strings.Contains(f.log.String(), want) {
			t.Errorf("the log lacks %q: %s", want, f.log)
		}
	}
	if got := f.query("unknown", `{ __typename }`, nil); !slices.Equal(got.codes(), []string{"INTERNAL_SERVER_ERROR"}) {
		t.Errorf("credentials that cannot be looked up: got %v", got.Errors)
	}
}

// TestUnavailableDatabase: if the database cannot be reached, clients are asked to try again.
func TestUnavailableDatabase(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.get(f.demo.admin, `{ viewer { role } }`, nil)
	if err := f.db.Close(); err != nil {
		t.Fatal(err)
	}
	got := f.query(f.demo.admin, `mutation { createStore(input: {name: "x"}) { errors { code } } }`, nil)
	if got.status != http.StatusServiceUnavailable || got.header.Get("Retry-After") != "1" || !slices.Equal(got.codes(), []string{"SERVICE_UNAVAILABLE"}) {
		t.Errorf("got %d %v %v", got.status, got.header, got.Errors)
	}
}
