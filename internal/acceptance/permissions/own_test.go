package permissions

import (
	"fmt"
	"slices"
	"testing"

	"contactgraph/internal/acceptance/harness"
)

// TestRolesThatWriteNothing: a user whose role may not write any field cannot create or change
// contacts, but manages its own password and sessions.
func TestRolesThatWriteNothing(t *testing.T) {
	t.Parallel()
	s := harness.Demo(t, 5)
	type payload struct {
		Role   struct{ ID string }
		Token  string
		Errors []struct{ Code string }
	}
	run := func(w harness.Caller, document string, want ...string) payload {
		t.Helper()
		p := harness.Query[payload](s, w, "mutation { "+document+" }", nil)
		var codes []string
		for _, e := range p.Errors {
			codes = append(codes, e.Code)
		}
		if !slices.Equal(codes, want) {
			t.Errorf("%s: %v, want %v", document, codes, want)
		}
		return p
	}
	role := run(admin, `createRole(input: {name: "Reader", otherFields: READ}) { role { id } errors { code } }`).Role.ID
	run(admin, fmt.Sprintf(`createUser(input: {login: "reader", name: "Reader", role: AGENT, customRoleId: %q, password: "the first password"}) { errors { code } }`, role))
	signIn := func(password string) harness.Caller {
		t.Helper()
		return harness.Bearer(run(nil, fmt.Sprintf(`signIn(input: {account: "Demo", login: "reader", password: %q}) { token errors { code } }`, password)).Token)
	}
	reader := signIn("the first password")
	run(reader, `createContact(input: {registrationSource: "test", set: {}}) { errors { code } }`, "FORBIDDEN")
	run(reader, `updateContact(input: {id: 1, onConflict: OVERWRITE, set: {firstName: "x"}}) { errors { code } }`, "FORBIDDEN")
	run(reader, `setContactDetails(input: {id: 1, onConflict: OVERWRITE, membership: []}) { errors { code } }`, "FORBIDDEN")
	run(reader, `deleteContact(input: {id: 1, onConflict: OVERWRITE}) { errors { code } }`, "FORBIDDEN")

	run(reader, `changePassword(input: {currentPassword: "the first password", newPassword: "the second password"}) { errors { code } }`)
	signIn("the second password")
	type sessions []struct {
		ID      string
		Current bool
	}
	for _, own := range harness.Query[sessions](s, reader, `{ sessions(own: true) { id current } }`, nil) {
		if !own.Current {
			run(reader, fmt.Sprintf(`revokeSession(input: {id: %q}) { errors { code } }`, own.ID))
		}
	}
	if left := harness.Query[sessions](s, reader, `{ sessions(own: true) { id current } }`, nil); len(left) != 1 {
		t.Errorf("the sessions %v are left", left)
	}
}
