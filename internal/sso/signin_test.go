package sso_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"contactgraph/internal/database"
	"contactgraph/internal/normalize"
	"contactgraph/internal/sso"
	"contactgraph/internal/sso/ssotest"
	"contactgraph/internal/viewer"

	"github.com/google/go-cmp/cmp"
)

const done = "signed in, to /contacts/7"

type signInCase struct {
	name    string
	prepare func(*fixture)
	change  func(*sso.Config)
	who     ssotest.Person
	want    string
	users   []string
	audited []string
}

// TestWhoSignsIn: each case is a sign-in by the provider, with the users before and after it.
func TestWhoSignsIn(t *testing.T) {
	t.Parallel()
	unverified := ada("sales")
	unverified.EmailVerified = false
	nameless := ada("sales")
	nameless.Email = ""
	stranger := ada("sales")
	stranger.Subject = "sub-stranger"
	tests := []signInCase{
		{
			name: "an unknown user is created", prepare: (*fixture).createsUsers, who: ada("sales"), want: done,
			users: []string{"ada@example.com AGENT sub-ada sessions:1"}, audited: []string{"USER_CREATED AGENT", "IDENTITY_LINKED", "SIGNED_IN"},
		},
		{
			name: "an unknown user is not created unless the account allows it", who: ada("sales"), want: "UNKNOWN_USER",
			audited: []string{"SIGN_IN_FAILED UNKNOWN_USER sub-ada"},
		},
		{
			name: "the highest of several roles applies", prepare: (*fixture).createsUsers, who: ada("sales", "it", "sales", "other"), want: done,
			users: []string{"ada@example.com ADMIN sub-ada sessions:1"}, audited: []string{"USER_CREATED ADMIN", "IDENTITY_LINKED", "SIGNED_IN"},
		},
		{
			name: "groups without a role", prepare: (*fixture).createsUsers, who: ada("other", 7), want: "NO_ROLE",
			audited: []string{"SIGN_IN_FAILED NO_ROLE sub-ada"},
		},
		{
			name: "no groups", prepare: (*fixture).createsUsers, who: ada(), want: "NO_ROLE",
			audited: []string{"SIGN_IN_FAILED NO_ROLE sub-ada"},
		},
		{
			name: "a user without a password is linked by the verified address", prepare: func(f *fixture) { f.user("Ada@Example.com", viewer.Agent, "") },
			who: ada("sales"), want: done, users: []string{"Ada@Example.com AGENT sub-ada sessions:1"}, audited: []string{"IDENTITY_LINKED", "SIGNED_IN"},
		},
		{
			name: "an address that is not verified links nothing", prepare: func(f *fixture) { f.user("ada@example.com", viewer.Admin, "") },
			who: unverified, want: "NO_EMAIL", users: []string{"ada@example.com ADMIN"}, audited: []string{"SIGN_IN_FAILED NO_EMAIL sub-ada"},
		},
		{
			name:    "an address that the provider calls unverified is not trusted by a setting",
			prepare: func(f *fixture) { f.createsUsers(); f.provider.Tamper(set("email_verified", false)) },
			change:  func(c *sso.Config) { c.TrustEmails = true }, who: ada("sales"), want: "NO_EMAIL",
			audited: []string{"SIGN_IN_FAILED NO_EMAIL sub-ada"},
		},
		{
			name: "but one that it says nothing about is", prepare: (*fixture).createsUsers,
			change: func(c *sso.Config) { c.TrustEmails = true }, who: unverified, want: done,
			users: []string{"ada@example.com AGENT sub-ada sessions:1"}, audited: []string{"USER_CREATED AGENT", "IDENTITY_LINKED", "SIGNED_IN"},
		},
		{
			name: "no address", prepare: (*fixture).createsUsers, who: nameless, want: "NO_EMAIL",
			audited: []string{"SIGN_IN_FAILED NO_EMAIL sub-ada"},
		},
		{
			name: "a user with a password is not taken over", prepare: func(f *fixture) { f.user("ada@example.com", viewer.Admin, "hash") },
			who: ada("it"), want: "NOT_LINKED", users: []string{"ada@example.com ADMIN password"}, audited: []string{"SIGN_IN_FAILED NOT_LINKED sub-ada"},
		},
		{
			name:    "unless an admin has allowed it, and then the password is gone",
			prepare: func(f *fixture) { f.set(f.user("ada@example.com", viewer.Agent, "hash"), allow) },
			who:     ada("sales"), want: done, users: []string{"ada@example.com AGENT sub-ada sessions:1"}, audited: []string{"IDENTITY_LINKED", "SIGNED_IN"},
		},
		{
			name: "another person with the same address does not get the user", prepare: func(f *fixture) {
				f.user("ada@example.com", viewer.Agent, "")
				f.provider.SignsIn(ada("sales"))
				f.browser().signIn()
			},
			who: stranger, want: "NOT_LINKED", users: []string{"ada@example.com AGENT sub-ada sessions:1"},
			audited: []string{"IDENTITY_LINKED", "SIGNED_IN", "SIGN_IN_FAILED NOT_LINKED sub-stranger"},
		},
		{
			name: "a disabled user", prepare: func(f *fixture) { f.set(f.user("ada@example.com", viewer.Agent, ""), disable) },
			who: ada("sales"), want: "DISABLED", users: []string{"ada@example.com AGENT"}, audited: []string{"SIGN_IN_FAILED DISABLED sub-ada"},
		},
		{
			name: "a suspended account", prepare: func(f *fixture) { f.createsUsers(); f.suspend() }, who: ada("sales"), want: "SUSPENDED",
			audited: []string{"SIGN_IN_FAILED SUSPENDED sub-ada"},
		},
		{
			name: "an account that does not exist", change: func(c *sso.Config) { c.Account = "Nowhere" }, who: ada("sales"), want: "NO_ACCOUNT",
		},
		{
			name: "the person denies it", prepare: func(f *fixture) { f.createsUsers(); f.provider.Denies(true) }, who: ada("sales"), want: "DENIED",
			audited: []string{"SIGN_IN_FAILED DENIED"},
		},
		{
			name: "claims that are only in the user info", prepare: func(f *fixture) { f.createsUsers(); f.provider.Lean(true) },
			who: ada("sales"), want: done, users: []string{"ada@example.com AGENT sub-ada sessions:1"},
			audited: []string{"USER_CREATED AGENT", "IDENTITY_LINKED", "SIGNED_IN"},
		},
		{
			name: "a claim in an object", prepare: (*fixture).createsUsers, change: func(c *sso.Config) { c.GroupsClaim = "realm_access.roles" },
			who: with(ada(), "realm_access", map[string]any{"roles": []string{"it"}}), want: done,
			users: []string{"ada@example.com ADMIN sub-ada sessions:1"}, audited: []string{"USER_CREATED ADMIN", "IDENTITY_LINKED", "SIGNED_IN"},
		},
		{
			name: "the account of a claim", prepare: (*fixture).createsUsers, change: func(c *sso.Config) { c.Account, c.AccountClaim = "", "tenant" },
			who: with(ada("sales"), "tenant", "ACME"), want: done,
			users: []string{"ada@example.com AGENT sub-ada sessions:1"}, audited: []string{"USER_CREATED AGENT", "IDENTITY_LINKED", "SIGNED_IN"},
		},
		{
			name: "the account of a claim, which does not exist", prepare: (*fixture).createsUsers,
			change: func(c *sso.Config) { c.Account, c.AccountClaim = "", "tenant" }, who: with(ada("sales"), "tenant", "Other"), want: "NO_ACCOUNT",
		},
		{
			name: "no claim with the account", prepare: (*fixture).createsUsers, change: func(c *sso.Config) { c.Account, c.AccountClaim = "", "tenant" },
			who: ada("sales"), want: "NO_ACCOUNT",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, tt.change)
			if tt.prepare != nil {
				tt.prepare(f)
			}
			f.provider.SignsIn(tt.who)
			b := f.browser()
			if got := b.signIn(); got != tt.want {
				t.Fatalf("got %s, want %s:\n%s", got, tt.want, f.log.String())
			}
			if diff := cmp.Diff(tt.users, f.state()); diff != "" {
				t.Errorf("the users (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(tt.audited, f.audited()); diff != "" {
				t.Errorf("the audit log (-want +got)\n%s", diff)
			}
			if _, ok := b.viewer(); ok != (tt.want == done) {
				t.Errorf("signed in: %v", ok)
			}
			if text := f.log.String(); strings.Contains(text, "example.com") || strings.Contains(text, ssotest.ClientSecret) {
				t.Errorf("the log has an address or the secret:\n%s", text)
			}
		})
	}
}

// TestRolesFollowTheProvider: the role of each sign-in is that of the provider, and a lower one
// ends the other sessions.
func TestRolesFollowTheProvider(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user("boss", viewer.Admin, "hash")
	f.user("ada@example.com", viewer.Agent, "")
	for _, step := range []struct {
		group, want, user string
		role              viewer.Role
	}{
		{"sales", done, "ada@example.com AGENT sub-ada sessions:1", viewer.Agent},
		{"sales", done, "ada@example.com AGENT sub-ada sessions:2", viewer.Agent}, // in another browser
		{"it", done, "ada@example.com ADMIN sub-ada sessions:3", viewer.Admin},
		{"sales", done, "ada@example.com AGENT sub-ada sessions:1", viewer.Agent},
		{"other", "NO_ROLE", "ada@example.com AGENT sub-ada", viewer.Anonymous},
	} {
		f.provider.SignsIn(ada(step.group))
		b := f.browser()
		if got := b.signIn(); got != step.want {
			t.Fatalf("%s: got %s", step.group, got)
		}
		if got := f.state()[1]; got != step.user {
			t.Errorf("%s: the user is %q, want %q", step.group, got, step.user)
		}
		if v, _ := b.viewer(); v.Role != step.role {
			t.Errorf("%s: signed in as %s", step.group, v.Role)
		}
	}
}

// TestRolesOfTheAccountFollowTheProvider: a group can have a role of the account, by its name.
// AGENT, which has no limits, applies before it; a name that the account has not defined is no
// role.
func TestRolesOfTheAccountFollowTheProvider(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *sso.Config) {
		c.Roles = map[string]string{"temps": "SUPPORT", "sales": "agent", "shop": "Shop", "ghosts": "No such role"}
	})
	rights := map[string]viewer.Rights{"Support": viewer.NewRights(viewer.Read, nil), "Shop": viewer.NewRights(viewer.None, nil)}
	f.write(func(ctx context.Context, tx *database.Tx) error {
		for name, r := range rights {
			if err := tx.Ent.Role.Create().SetName(name).SetNameKey(normalize.Name(name)).SetRights(r).SetCreatedAt(f.now()).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	f.createsUsers()
	for _, step := range []struct {
		groups       []any
		want, role   string // role is the name of the one of the account
		otherSession bool   // whether the sessions before go on
	}{
		{groups: []any{"temps"}, want: done, role: "Support"},
		{groups: []any{"ghosts", "temps"}, want: done, role: "Support", otherSession: true},
		{groups: []any{"shop", "temps"}, want: done, role: "Shop"},
		{groups: []any{"temps", "sales"}, want: done, otherSession: true},
		{groups: []any{"temps"}, want: done, role: "Support"},
		{groups: []any{"ghosts"}, want: "NO_ROLE"},
	} {
		f.provider.SignsIn(ada(step.groups...))
		b := f.browser()
		if got := b.signIn(); got != step.want {
			t.Fatalf("%v: got %s", step.groups, got)
		}
		v, ok := b.viewer()
		if ok != (step.want == done) || v.Rights != rights[step.role] || ok && v.Role != viewer.Agent {
			t.Errorf("%v: signed in as %s with the rights %q, want %q", step.groups, v.Role, v.Rights, rights[step.role])
		}
		sessions := 0
		if fields := strings.Split(f.state()[0], "sessions:"); len(fields) == 2 {
			sessions, _ = strconv.Atoi(fields[1])
		}
		if more := sessions > 1; more != step.otherSession {
			t.Errorf("%v: there are %d sessions", step.groups, sessions)
		}
	}
}

// TestLastAdminStaysOne: the provider cannot leave the account without an admin.
func TestLastAdminStaysOne(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user("ada@example.com", viewer.Admin, "")
	f.provider.SignsIn(ada("it"))
	first := f.browser()
	if got := first.signIn(); got != done {
		t.Fatal(got)
	}
	f.provider.SignsIn(ada("sales"))
	if got := f.browser().signIn(); got != "LAST_ADMIN" {
		t.Errorf("got %s", got)
	}
	if diff := cmp.Diff([]string{"ada@example.com ADMIN sub-ada sessions:1"}, f.state()); diff != "" {
		t.Errorf("the users (-want +got)\n%s", diff)
	}
	f.user("boss", viewer.Admin, "hash")
	if got := f.browser().signIn(); got != done {
		t.Errorf("with another admin: %s", got)
	}
	if diff := cmp.Diff([]string{"ada@example.com AGENT sub-ada sessions:1", "boss ADMIN password"}, f.state()); diff != "" {
		t.Errorf("the users (-want +got)\n%s", diff)
	}
}

// TestSessionIsAsAfterAPassword: the session is that of the user, with the lifetime of the account,
// and replaces the session that the browser had.
func TestSessionIsAsAfterAPassword(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := f.user("ada@example.com", viewer.Agent, "")
	f.provider.SignsIn(ada("sales"))
	b := f.browser()
	b.signIn()
	v, ok := b.viewer()
	if !ok || v.Account != f.account || v.Actor.ID != id || v.Role != viewer.Agent {
		t.Errorf("the viewer is %+v, %v", v, ok)
	}
	if issuer, err := f.auth.IssuerOf(t.Context(), v); err != nil || issuer != f.provider.Issuer {
		t.Errorf("the session is of %q, %v", issuer, err)
	}
	if got := b.signIn(); got != done { // in the same browser
		t.Fatal(got)
	}
	if diff := cmp.Diff([]string{"ada@example.com AGENT sub-ada sessions:1"}, f.state()); diff != "" {
		t.Errorf("the users (-want +got)\n%s", diff)
	}
	f.advance(12 * time.Hour)
	if _, ok := b.viewer(); ok {
		t.Error("the session does not expire")
	}
}

// TestSignOutURL: the browser is sent to the page of the provider that opened the session.
func TestSignOutURL(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	at := f.second.SignOutURL(t.Context(), f.provider.Issuer)
	b := f.browser()
	if got := b.open(at); got != "404 /" || !strings.HasPrefix(b.visited[1], f.base) {
		t.Errorf("%s leads to %s, by %q", at, got, b.visited)
	}
	if at := f.second.SignOutURL(t.Context(), "https://other.example.com"); at != "" {
		t.Errorf("for another issuer: %s", at)
	}
	down := newFixture(t)
	down.provider.Down(true)
	if at := down.second.SignOutURL(t.Context(), down.provider.Issuer); at != "" {
		t.Errorf("while the provider is down: %s", at)
	}
}

// with returns the person with another claim.
func with(who ssotest.Person, name string, value any) ssotest.Person {
	who.Claims[name] = value
	return who
}
