package graph_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"contactgraph/graph"
	"contactgraph/internal/audit"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// TestAuditActionsAreInTheSchema compares the enum with the actions that are recorded.
func TestAuditActionsAreInTheSchema(t *testing.T) {
	t.Parallel()
	var got []audit.Action
	for _, v := range gqlparser.MustLoadSchema(&ast.Source{Name: "served", Input: graph.SDL()}).Types["AuditAction"].EnumValues {
		got = append(got, audit.Action(v.Name))
	}
	want := audit.Actions()
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the values of AuditAction (-audit.Actions +schema)\n%s", diff)
	}
}

func TestManageUsers(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	f.want("a user is created", f.get(a.admin, `mutation { createUser(input: {login: "Uma@example.com", name: "Uma", role: ADMIN, password: "correct horse battery"}) {
		user { userId login name role disabled disabledAt lastSignInAt } errors { code } } }`, nil, "createUser"),
		`{"user": {"userId": 1, "login": "Uma@example.com", "name": "Uma", "role": "ADMIN", "disabled": false, "disabledAt": null, "lastSignInAt": null}, "errors": []}`)
	f.want("its login is taken", f.get(a.admin, `mutation { createUser(input: {login: "uma@EXAMPLE.com", name: "", role: AGENT, password: "correct horse battery"}) {
		user { id } errors { __typename code path } } }`, nil, "createUser"),
		`{"user": null, "errors": [{"__typename": "ValidationError", "code": "REQUIRED", "path": "name"}]}`)
	f.want("its login is taken", f.get(a.admin, `mutation { createUser(input: {login: "uma@EXAMPLE.com", name: "x", role: AGENT, password: "correct horse battery"}) {
		user { id } errors { __typename code path } } }`, nil, "createUser"),
		`{"user": null, "errors": [{"__typename": "UniqueConflict", "code": "LOGIN_TAKEN", "path": "login"}]}`)
	f.want("the last admin is disabled", f.get(a.admin, `mutation { updateUser(input: {id: 1, disabled: true}) { user { id } errors { __typename code path } } }`, nil, "updateUser"),
		`{"user": null, "errors": [{"__typename": "Forbidden", "code": "FORBIDDEN", "path": "disabled"}]}`)
	f.want("it is renamed", f.get(a.admin, `mutation { updateUser(input: {id: 1, name: "Uma B", role: null}) { user { name role } errors { code } } }`, nil, "updateUser"),
		`{"user": {"name": "Uma B", "role": "ADMIN"}, "errors": []}`)
	f.want("its password is reset", f.get(a.admin, `mutation { resetUserPassword(input: {id: 1, newPassword: "battery horse correct"}) { user { login } errors { code } } }`, nil, "resetUserPassword"),
		`{"user": {"login": "Uma@example.com"}, "errors": []}`)
	token := f.signIn("demo", "uma@example.com", "battery horse correct")
	f.want("its session", f.get(token, `{ sessions(own: true) { user { login } contact { id } current } }`, nil, "sessions"),
		`[{"user": {"login": "Uma@example.com"}, "contact": null, "current": true}]`)
	f.want("the users of another account", f.get(f.other.admin, `{ users { id } }`, nil, "users"), `[]`)
	if codes := f.query(a.agent, `{ users { id } }`, nil).codes(); !slices.Equal(codes, []string{"FORBIDDEN"}) {
		t.Errorf("users by an agent: %v", codes)
	}
}

// signIn returns the token of a new session.
func (f *fixture) signIn(account, login, password string) string {
	f.t.Helper()
	return f.get("", `mutation($a: String!, $l: String!, $p: String!) { signIn(input: {account: $a, login: $l, password: $p}) { token } }`,
		object{"a": account, "l": login, "p": password}, "signIn", "token").(string)
}

func TestManageAPIKeys(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	const create = `mutation { createApiKey(input: {name: "till", role: AGENT, readOnly: true, trustedOnly: true, expiresAt: "2099-01-01T00:00:00Z", addresses: ["192.0.2.7", "10.1.2.3/8"], origins: ["https://Shop.example.com"]}) {
		apiKey { id prefix role readOnly trustedOnly expiresAt addresses origins createdBy revokedAt } token errors { code } } }`
	first := f.queryWithKey(a.admin, "k1", create, nil).Data["createApiKey"].(object)
	token := first["token"].(string)
	if !regexp.MustCompile(`^ctk_[\w-]{43}$`).MatchString(token) || first["apiKey"].(object)["prefix"] != token[:8] {
		t.Fatalf("created %v", first)
	}
	f.want("the key", pick(first["apiKey"], "role", "readOnly", "trustedOnly", "expiresAt", "addresses", "origins", "createdBy", "revokedAt"),
		`{"role": "AGENT", "readOnly": true, "trustedOnly": true, "expiresAt": "2099-01-01T00:00:00Z", "addresses": ["192.0.2.7/32", "10.0.0.0/8"], "origins": ["https://shop.example.com"], "createdBy": "demo-admin", "revokedAt": null}`)

	// A repeat returns the key, but not its token, which is not stored.
	again := f.queryWithKey(a.admin, "k1", create, nil).Data["createApiKey"].(object)
	if again["token"] != nil || text(again["apiKey"]) != text(first["apiKey"]) {
		t.Errorf("repeated: %v", again)
	}
	if strings.Contains(fmt.Sprint(f.db.Dump()), token) {
		t.Error("the database has the token")
	}

	id := first["apiKey"].(object)["id"]
	rotated := f.get(a.admin, `mutation($id: ID!) { rotateApiKey(input: {id: $id, overlapHours: 0}) { apiKey { name readOnly trustedOnly addresses } token errors { code } } }`,
		object{"id": id}, "rotateApiKey").(object)
	f.want("the successor", rotated["apiKey"], `{"name": "till", "readOnly": true, "trustedOnly": true, "addresses": ["192.0.2.7/32", "10.0.0.0/8"]}`)
	if rotated["token"] == nil || rotated["token"] == token {
		t.Errorf("the successor has the token %v", rotated["token"])
	}
	for range 2 {
		revoked := f.get(a.admin, `mutation($id: ID!) { revokeApiKey(input: {id: $id}) { apiKey { revokedAt } errors { code } } }`, object{"id": id}, "revokeApiKey").(object)
		if revoked["apiKey"].(object)["revokedAt"] == nil || text(revoked["errors"]) != "[]" {
			t.Errorf("revoked: %v", revoked)
		}
	}
	f.want("invalid values", f.get(a.admin, `mutation { createApiKey(input: {name: " ", role: AGENT, expiresAt: "soon", addresses: ["shop"], origins: ["shop"]}) { token errors { code path } } }`, nil, "createApiKey"),
		`{"token": null, "errors": [{"code": "REQUIRED", "path": "name"}, {"code": "INVALID", "path": "expiresAt"}, {"code": "INVALID", "path": "addresses"}, {"code": "INVALID", "path": "origins"}]}`)
	f.want("a key of another account", f.get(f.other.admin, `mutation($id: ID!) { revokeApiKey(input: {id: $id}) { apiKey { id } errors { code } } }`, object{"id": id}, "revokeApiKey"),
		`{"apiKey": null, "errors": [{"code": "NOT_FOUND"}]}`)
}

// TestChangePasswordIsRepeated: a repeat of the request with its idempotency key returns the first
// payload.
func TestChangePasswordIsRepeated(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.get(f.demo.admin, `mutation { createUser(input: {login: "uma", name: "Uma", role: AGENT, password: "first"}) { errors { code } } }`, nil)
	token := f.signIn("demo", "uma", "first")
	const change = `mutation { changePassword(input: {currentPassword: "first", newPassword: "second"}) { user { login } errors { code } } }`
	for _, replayed := range []any{nil, []any{"changePassword"}} {
		r := f.queryWithKey(token, "k1", change, nil)
		f.want("the payload", r.Data["changePassword"], `{"user": {"login": "uma"}, "errors": []}`)
		if text(r.Extensions["replayed"]) != text(replayed) {
			t.Errorf("replayed %v, want %v", r.Extensions["replayed"], replayed)
		}
	}
	f.want("without a key", f.get(token, change, nil, "changePassword"), `{"user": null, "errors": [{"code": "WRONG_PASSWORD"}]}`)
	f.signIn("demo", "uma", "second")
}

func TestSessionsSettingsAndAuditLog(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	contact, token := f.customer(a, "anna")
	list := f.get(a.admin, `{ sessions { id contact { contactId } user { id } current } }`, nil, "sessions").([]any)
	f.want("the sessions", pick(list[0], "contact", "user", "current"), fmt.Sprintf(`{"contact": {"contactId": %d}, "user": null, "current": false}`, contact.ID))
	f.want("a customer ends its session", f.get(token, `mutation($id: ID!) { revokeSession(input: {id: $id}) { errors { code } } }`,
		object{"id": list[0].(object)["id"]}, "revokeSession"), `{"errors": []}`)
	if codes := f.query(token, `{ viewer { role } }`, nil).codes(); !slices.Equal(codes, []string{"UNAUTHENTICATED"}) {
		t.Errorf("after that: %v", codes)
	}

	f.want("the settings", f.get(a.admin, `mutation { updateAccountSettings(input: {auditDays: 30, sessionMinutes: 60, idleMinutes: 60, staffPassword: null}) {
		settings { staffPassword auditDays sessionMinutes idleMinutes commonPasswords } errors { code } } }`, nil, "updateAccountSettings"),
		`{"settings": {"staffPassword": 1, "auditDays": 30, "sessionMinutes": 60, "idleMinutes": 60, "commonPasswords": true}, "errors": []}`)
	f.want("invalid settings", f.get(a.admin, `mutation { updateAccountSettings(input: {idleMinutes: 61}) { settings { auditDays } errors { code path } } }`, nil, "updateAccountSettings"),
		`{"settings": null, "errors": [{"code": "INVALID", "path": "idleMinutes"}]}`)

	page := f.get(a.admin, `{ auditLog(first: 1) { entries { action actor { type name } subjectId subjectName details } endCursor hasMore } }`, nil, "auditLog").(object)
	f.want("the latest entry", page["entries"], fmt.Sprintf(`[{"action": "SETTINGS_CHANGED", "actor": {"type": "API_KEY", "name": "demo-admin"}, "subjectId": %d, "subjectName": "demo",
		"details": {"auditDays": {"from": 365, "to": 30}, "sessionMinutes": {"from": 720, "to": 60}, "idleMinutes": {"from": 43200, "to": 60}}}]`, a.account))
	f.want("the one before", f.get(a.admin, `query($c: String) { auditLog(first: 1, before: $c, filter: {actorType: CONTACT}) { entries { action actor { number } details } } }`,
		object{"c": page["endCursor"]}, "auditLog", "entries"),
		fmt.Sprintf(`[{"action": "SESSION_REVOKED", "actor": {"number": %[1]d}, "details": {"contactId": %[1]d}}]`, contact.ID))
	if got := f.query(a.admin, `{ auditLog(before: "x") { hasMore } }`, nil).codes(); !slices.Equal(got, []string{"BAD_USER_INPUT"}) {
		t.Errorf("an invalid cursor: %v", got)
	}
}
