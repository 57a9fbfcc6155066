package people_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"contactgraph/ent/user"
	"contactgraph/internal/people"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"

	"github.com/google/go-cmp/cmp"
)

func TestCreateAndListUsers(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.wantAudited(func() {
		u, err := f.CreateUser(f.admin, people.NewUser{Login: " Uma@Example.com ", Name: " Uma ", Assignment: people.Assignment{Role: viewer.Admin}, Password: new("a long password")})
		want := &people.User{ID: u.ID, Login: "Uma@Example.com", Name: "Uma", Assignment: people.Assignment{Role: viewer.Admin}, CreatedAt: &start, HasPassword: true}
		if diff := cmp.Diff(want, u); diff != "" || err != nil {
			t.Errorf("created: %v (-want +got)\n%s", err, diff)
		}
	}, `USER_CREATED by "admin key": "Uma@Example.com" map[role:ADMIN]`)
	f.user("anna", viewer.Agent)
	if _, err := f.CreateUser(f.foreign, people.NewUser{Login: "uma@example.com", Name: "x", Assignment: people.Assignment{Role: viewer.Agent}, Password: new("a long password")}); err != nil {
		t.Errorf("the login in another account: %v", err)
	}
	var logins []string
	for _, u := range must(f.Users(f.admin)) {
		logins = append(logins, u.Login)
	}
	if got := strings.Join(logins, " "); got != "anna Uma@Example.com" {
		t.Errorf("listed %s", got)
	}
	if u, err := f.UserByLogin(f.admin, "UMA@example.com"); err != nil || u.Login != "Uma@Example.com" {
		t.Errorf("found %v, %v", u, err)
	}
	if hash := f.db.Client().User.Query().Where(user.LoginKey("uma@example.com")).OnlyX(f.system).PasswordHash; hash != "hash of a long password" {
		t.Errorf("stored the hash %q", hash)
	}
}

func TestCreateUserFails(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user("anna", viewer.Agent)
	long := strings.Repeat("x", 251)
	create := func(n people.NewUser) func() error {
		return func() error { return errOf(f.CreateUser(f.admin, n)) }
	}
	f.wantErrors("a login that is taken", create(people.NewUser{Login: "ANNA", Name: "x", Assignment: people.Assignment{Role: viewer.Agent}, Password: new("pw")}), "LOGIN_TAKEN login")
	f.wantErrors("nothing", create(people.NewUser{Password: new("")}), "REQUIRED login", "REQUIRED name", "INVALID role", "REQUIRED password")
	f.wantErrors("long texts", create(people.NewUser{Login: long, Name: long, Assignment: people.Assignment{Role: viewer.Agent}, Password: new(strings.Repeat("x", 1001))}), "TOO_LONG login", "TOO_LONG name", "TOO_LONG password")
	f.wantErrors("a customer's role", create(people.NewUser{Login: "x", Name: "x", Assignment: people.Assignment{Role: viewer.Customer}, Password: new("pw")}), "INVALID role")
	f.wantErrors("the server's role", create(people.NewUser{Login: "x", Name: "x", Assignment: people.Assignment{Role: viewer.System}, Password: new("pw")}), "INVALID role")
	if text := fmt.Sprintf("%v %+v", people.NewUser{Password: new("hunter2")}, people.NewUser{Password: new("hunter2")}); strings.Contains(text, "hunter2") {
		t.Errorf("the password is printed: %s", text)
	}
}

func TestUpdateUser(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	boss, uma := f.user("boss", viewer.Admin), f.user("uma", viewer.Agent)
	other := f.session(boss.ID, 0)
	tests := []struct {
		name    string
		change  people.UserChange
		ends    bool // the sessions
		audited []string
	}{
		{"nothing", people.UserChange{}, false, nil},
		{"the same values", people.UserChange{Name: new("uma"), Assigned: &people.Assignment{Role: viewer.Agent}, Disabled: new(false)}, false, nil},
		{"a name", people.UserChange{Name: new("Uma B")}, false, []string{`USER_CHANGED by "admin key": "uma" map[name:map[from:uma to:Uma B]]`}},
		{"a higher role", people.UserChange{Assigned: &people.Assignment{Role: viewer.Admin}}, false, []string{`USER_CHANGED by "admin key": "uma" map[role:map[from:AGENT to:ADMIN]]`}},
		{"a lower role", people.UserChange{Assigned: &people.Assignment{Role: viewer.Agent}}, true, []string{`USER_CHANGED by "admin key": "uma" map[role:map[from:ADMIN to:AGENT]]`}},
		{"disabled, with a name", people.UserChange{Disabled: new(true), Name: new("Uma C")}, true, []string{
			`USER_CHANGED by "admin key": "uma" map[name:map[from:Uma B to:Uma C]]`, `USER_DISABLED by "admin key": "uma"`,
		}},
		{"disabled twice", people.UserChange{Disabled: new(true)}, false, nil},
		{"enabled", people.UserChange{Disabled: new(false)}, false, []string{`USER_ENABLED by "admin key": "uma"`}},
	}
	for _, tt := range tests {
		own := f.session(uma.ID, 0)
		tt.change.ID = uma.ID
		f.wantAudited(func() {
			got, err := f.UpdateUser(f.admin, tt.change)
			if err != nil {
				t.Fatalf("%s: %v", tt.name, err)
			}
			if diff := cmp.Diff(must(f.UserByLogin(f.admin, "uma")), got); diff != "" {
				t.Errorf("%s (-stored +returned)\n%s", tt.name, diff)
			}
		}, tt.audited...)
		left := f.sessions()
		if ended := left[len(left)-1] != own; ended != tt.ends || left[0] != other {
			t.Errorf("%s: of the sessions, %v remain", tt.name, left)
		}
	}
	f.wantErrors("a user that does not exist", func() error { return errOf(f.UpdateUser(f.admin, people.UserChange{ID: 999})) }, "NOT_FOUND")
	f.wantErrors("a user of another account", func() error {
		return errOf(f.UpdateUser(f.foreign, people.UserChange{ID: uma.ID, Disabled: new(true)}))
	}, "NOT_FOUND")
	f.wantErrors("invalid values", func() error {
		return errOf(f.UpdateUser(f.admin, people.UserChange{ID: uma.ID, Name: new(" "), Assigned: &people.Assignment{Role: viewer.Customer}}))
	}, "REQUIRED name", "INVALID role")
}

func TestLastAdminStays(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	boss, uma := f.user("boss", viewer.Admin), f.user("uma", viewer.Admin)
	f.session(boss.ID, 0)
	if _, err := f.UpdateUser(f.admin, people.UserChange{ID: uma.ID, Disabled: new(true)}); err != nil {
		t.Fatal(err) // there is another one
	}
	self := f.as(f.account, viewer.Admin, viewer.Actor{Kind: viewer.ActorUser, ID: boss.ID, Name: "boss"})
	for name, ctx := range map[string]struct{ do func() error }{
		"disabled by itself": {func() error { return errOf(f.UpdateUser(self, people.UserChange{ID: boss.ID, Disabled: new(true)})) }},
		"disabled by a key":  {func() error { return errOf(f.UpdateUser(f.admin, people.UserChange{ID: boss.ID, Disabled: new(true)})) }},
		"disabled by the host": {func() error {
			return errOf(f.UpdateUser(f.system, people.UserChange{ID: boss.ID, Disabled: new(true)}))
		}},
	} {
		f.wantErrors(name, ctx.do, "FORBIDDEN disabled")
	}
	f.wantErrors("lowered", func() error {
		return errOf(f.UpdateUser(self, people.UserChange{ID: boss.ID, Assigned: &people.Assignment{Role: viewer.Agent}}))
	}, "FORBIDDEN role")
	if _, err := f.UpdateUser(f.admin, people.UserChange{ID: uma.ID, Assigned: &people.Assignment{Role: viewer.Agent}}); err != nil {
		t.Errorf("a disabled admin is lowered: %v", err)
	}
}

// TestAdminsDisableEachOther: of two admins who disable each other at the same time, one remains.
func TestAdminsDisableEachOther(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a, b := f.user("a", viewer.Admin), f.user("b", viewer.Admin)
	for range 10 {
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for i, id := range []int{a.ID, b.ID} {
			wg.Go(func() { _, errs[i] = f.UpdateUser(f.admin, people.UserChange{ID: id, Disabled: new(true)}) })
		}
		wg.Wait()
		failed := 0
		for _, err := range errs {
			if failure, ok := errors.AsType[usererror.Errors](err); ok && failure.Has(usererror.Forbidden) {
				failed++
			} else if err != nil {
				t.Fatal(err)
			}
		}
		if failed != 1 {
			t.Fatalf("%d of 2 were rejected", failed)
		}
		for _, id := range []int{a.ID, b.ID} {
			must(f.UpdateUser(f.admin, people.UserChange{ID: id, Disabled: new(false)}))
		}
	}
}

func TestResetPassword(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	boss, uma := f.user("boss", viewer.Admin), f.user("uma", viewer.Agent)
	other := f.session(boss.ID, 0)
	f.session(uma.ID, 0)
	f.wantAudited(func() {
		if u, err := f.ResetPassword(f.admin, uma.ID, "another password"); err != nil || u.Login != "uma" {
			t.Errorf("got %v, %v", u, err)
		}
	}, `PASSWORD_SET by "admin key": "uma"`)
	if hash := f.db.Client().User.Query().Where(user.ID(uma.ID)).OnlyX(f.system).PasswordHash; hash != "hash of another password" {
		t.Errorf("stored the hash %q", hash)
	}
	if diff := cmp.Diff([]int{other}, f.sessions()); diff != "" {
		t.Errorf("the sessions (-want +got)\n%s", diff)
	}
	f.wantErrors("an empty password", func() error { return errOf(f.ResetPassword(f.admin, uma.ID, "")) }, "REQUIRED newPassword")
	f.wantErrors("a long password", func() error { return errOf(f.ResetPassword(f.admin, uma.ID, strings.Repeat("x", 1001))) }, "TOO_LONG newPassword")
	f.wantErrors("a user that does not exist", func() error { return errOf(f.ResetPassword(f.admin, 999, "x")) }, "NOT_FOUND")
	f.wantErrors("a user of another account", func() error { return errOf(f.ResetPassword(f.foreign, uma.ID, "x")) }, "NOT_FOUND")
}
