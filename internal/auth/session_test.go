package auth_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/login"
	"contactgraph/ent/session"
	"contactgraph/ent/user"
	"contactgraph/internal/auth"
	"contactgraph/internal/database"
	"contactgraph/internal/settings"
	"contactgraph/internal/viewer"
)

func TestSignIn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo, other := f.account("Demo"), f.account("Other")
	agent := f.user(demo, "Agent@Example.com", "agent's", viewer.Agent)
	admin := f.user(demo, "admin", "admin's", viewer.Admin)
	all := f.contact(demo, "pw", map[string]login.Kind{
		"blank": login.KindBlank, "Mail@Example.com": login.KindEmail,
		"bounced@example.com": login.KindBounced, "google": login.KindGoogle,
	})
	same := f.contact(demo, "in demo", map[string]login.Kind{"same@example.com": login.KindEmail})
	sameOther := f.contact(other, "in other", map[string]login.Kind{"same@example.com": login.KindEmail})
	f.contact(demo, "", map[string]login.Kind{"without": login.KindBlank})
	f.contact(demo, "squatter's", map[string]login.Kind{"ADMIN": login.KindBlank})

	asCustomer := func(account, id int) viewer.Viewer {
		return viewer.Viewer{
			Account: account, Role: viewer.Customer, Contact: id, Actor: viewer.Actor{Kind: viewer.ActorContact, ID: id},
		}
	}
	asUser := func(id int, login string, role viewer.Role) viewer.Viewer {
		return viewer.Viewer{
			Account: demo, Role: role, Actor: viewer.Actor{Kind: viewer.ActorUser, ID: id, Name: "Name of " + login},
		}
	}
	var refused viewer.Viewer
	tests := []struct {
		name            string
		account         int
		login, password string
		want            viewer.Viewer
	}{
		{"a blank login", demo, "blank", "pw", asCustomer(demo, all)},
		{"an email login", demo, "Mail@Example.com", "pw", asCustomer(demo, all)},
		{"a bounced login", demo, "bounced@example.com", "pw", asCustomer(demo, all)},
		{"a google login", demo, "google", "pw", asCustomer(demo, all)},
		{"in another case, with spaces around it", demo, " mAIL@eXAMPLE.COM ", "pw", asCustomer(demo, all)},
		{"an agent", demo, "agent@example.com", "agent's", asUser(agent, "Agent@Example.com", viewer.Agent)},
		{"an admin, although a contact took the name", demo, "Admin", "admin's", asUser(admin, "admin", viewer.Admin)},
		{"the contact that took it", demo, "admin", "squatter's", refused},
		{"one name, one account", demo, "same@example.com", "in demo", asCustomer(demo, same)},
		{"one name, another account", other, "same@example.com", "in other", asCustomer(other, sameOther)},
		{"the other account's password", demo, "same@example.com", "in other", refused},
		{"an agent of another account", other, "agent@example.com", "agent's", refused},
		{"a wrong password", demo, "blank", "Pw", refused},
		{"no password", demo, "blank", "", refused},
		{"a contact without a password", demo, "without", "pw", refused},
		{"a contact without a password, none given", demo, "without", "", refused},
		{"an unknown login", demo, "unknown", "pw", refused},
		{"no login", demo, "  ", "pw", refused},
		{"no account", 0, "blank", "pw", refused},
		{"an unknown account", absent, "blank", "pw", refused},
	}
	// Not parallel: the hashes are counted.
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var s auth.Session
			var err error
			if n := f.hashed(func() { s, err = f.SignIn(t.Context(), tt.account, tt.login, tt.password) }); n != 1 {
				t.Errorf("computed %d hashes, want 1 for every login", n)
			}
			if tt.want == refused {
				if err != auth.ErrRefused || s != (auth.Session{}) { //nolint:errorlint // an error wrapped around it could reveal more
					t.Fatalf("got %v, %v, want ErrRefused itself", s, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			tt.want.Session, tt.want.Credential = s.Viewer.Session, sha256.Sum256([]byte(s.Token))
			if s.Viewer != tt.want || s.Viewer.Session == 0 {
				t.Errorf("got viewer %+v, want %+v with a session", s.Viewer, tt.want)
			}
			if want := start.Add(settings.Account{}.SessionLifetime()); !s.ExpiresAt.Equal(want) {
				t.Errorf("expires at %s, want %s", s.ExpiresAt, want)
			}
			prefix := fmt.Sprintf("cgs_%d_", tt.account)
			if !strings.HasPrefix(s.Token, prefix) || len(s.Token) != len(prefix)+43 {
				t.Errorf("the token is not %s and 256 bits in base64url", prefix)
			}
			got, ok, err := f.Authenticate(request(map[string]string{"Authorization": "Bearer " + s.Token}))
			got.Address = netip.Addr{} // that of the request
			if got != s.Viewer || !ok || err != nil {
				t.Errorf("the token authenticates %+v, %v, %v; want the same viewer", got, ok, err)
			}
		})
	}
}

func TestSignInRunsTheSameQueriesWhetherTheLoginExists(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo := f.account("Demo")
	f.user(demo, "agent", "pw", viewer.Agent)
	f.contact(demo, "pw", map[string]login.Kind{"contact": login.KindBlank})

	shape := func(name string) []string {
		return f.statements(func() {
			if _, err := f.SignIn(f.ctx, demo, name, "wrong"); !errors.Is(err, auth.ErrRefused) {
				t.Errorf("%s: got %v, want ErrRefused", name, err)
			}
		})
	}
	unknown := shape("unknown")
	for _, name := range []string{"agent", "contact"} {
		if got := shape(name); len(got) != len(unknown) {
			t.Errorf("%s: %d statements, but %d for an unknown login:\n%s", name, len(got), len(unknown), strings.Join(got, "\n"))
		}
	}
}

func TestSignInRejectsALongPasswordWithoutHashingIt(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo := f.account("Demo")
	f.contact(demo, strings.Repeat("x", auth.MaxPassword), map[string]login.Kind{"contact": login.KindBlank})
	f.signIn(demo, "contact", strings.Repeat("x", auth.MaxPassword))

	for _, name := range []string{"contact", "unknown"} {
		n := f.hashed(func() {
			if _, err := f.SignIn(f.ctx, demo, name, strings.Repeat("x", auth.MaxPassword+1)); !errors.Is(err, auth.ErrRefused) {
				t.Errorf("%s: got %v, want ErrRefused", name, err)
			}
		})
		if n != 0 {
			t.Errorf("%s: computed %d hashes, want none", name, n)
		}
	}
}

func TestSignInReportsAnUnreadableHash(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo := f.account("Demo")
	id := f.contact(demo, "pw", map[string]login.Kind{"contact": login.KindBlank})
	f.write(demo, func(ctx context.Context, tx *database.Tx) error {
		return tx.Ent.Contact.Update().Where(entcontact.AccountID(demo), entcontact.ID(id)).SetPasswordHash("plain").AddVersion(1).Exec(ctx)
	})

	_, err := f.SignIn(f.ctx, demo, "contact", "pw")
	if err == nil || errors.Is(err, auth.ErrRefused) {
		t.Fatalf("got %v, want a fault", err)
	}
	for _, secret := range []string{"plain", "pw"} {
		if strings.Contains(strings.ReplaceAll(err.Error(), "password", ""), secret) {
			t.Errorf("the error shows a secret: %v", err)
		}
	}
}

// A new password ends all sessions. A session that was opened with the old password after that,
// because it was verified before, would outlive the change.
func TestSignInFailsIfTheLoginChangesMeanwhile(t *testing.T) {
	t.Parallel()
	tests := map[string]func(ctx context.Context, tx *database.Tx, account int) error{
		"a new password": func(ctx context.Context, tx *database.Tx, account int) error {
			return tx.Ent.Contact.Update().Where(entcontact.AccountID(account)).SetPasswordHash("other").AddVersion(1).Exec(ctx)
		},
		"the login is deleted": func(ctx context.Context, tx *database.Tx, account int) error {
			_, err := tx.Ent.Login.Delete().Where(login.AccountID(account)).Exec(ctx)
			return err
		},
		"the contact is deleted": func(ctx context.Context, tx *database.Tx, account int) error {
			_, err := tx.Ent.Contact.Delete().Where(entcontact.AccountID(account)).Exec(ctx)
			return err
		},
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			demo := f.account("Demo")
			f.contact(demo, "pw", map[string]login.Kind{"contact": login.KindBlank})
			f.onHash = func() {
				f.write(demo, func(ctx context.Context, tx *database.Tx) error { return change(ctx, tx, demo) })
			}
			if s, err := f.SignIn(f.ctx, demo, "contact", "pw"); err != auth.ErrRefused { //nolint:errorlint // as above
				t.Errorf("got %v, %v, want ErrRefused itself", s, err)
			}
			if n := f.sessions(demo); n != 0 {
				t.Errorf("%d sessions were opened", n)
			}
		})
	}
}

func TestSessionExpires(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo := f.account("Demo")
	f.contact(demo, "pw", map[string]login.Kind{"contact": login.KindBlank})
	s := f.signIn(demo, "contact", "pw")
	bearer, cookie := request(map[string]string{"Authorization": "Bearer " + s.Token}), request(map[string]string{"Cookie": s.Token})

	f.advance(settings.Account{}.SessionLifetime() - time.Microsecond)
	for _, r := range []*http.Request{bearer, cookie} {
		if _, ok, err := f.Authenticate(r); !ok || err != nil {
			t.Errorf("just before: got %v, %v, want a viewer", ok, err)
		}
	}
	f.advance(time.Microsecond)
	if _, ok, err := f.Authenticate(bearer); ok || !errors.Is(err, auth.ErrCredentials) {
		t.Errorf("as bearer: got %v, %v, want ErrCredentials", ok, err)
	}
	if _, ok, err := f.Authenticate(cookie); ok || err != nil {
		t.Errorf("as cookie: got %v, %v, want an anonymous caller", ok, err)
	}
}

func TestSignInDeletesExpiredSessionsOfItsAccount(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo, other := f.account("Demo"), f.account("Other")
	for _, a := range []int{demo, other} {
		f.contact(a, "pw", map[string]login.Kind{"contact": login.KindBlank})
		f.signIn(a, "contact", "pw")
	}
	f.write(demo, func(ctx context.Context, tx *database.Tx) error {
		id := tx.Ent.Contact.Query().Where(entcontact.AccountID(demo)).OnlyIDX(ctx)
		for i := range auth.ExpiredBatch {
			err := tx.Ent.Session.Create().SetTokenHash([]byte{byte(i)}).SetContactID(id).SetExpiresAt(start).Exec(ctx)
			if err != nil {
				return err
			}
		}
		return nil
	})

	f.signIn(demo, "contact", "pw")
	if got := f.sessions(demo); got != 2 {
		t.Errorf("%d sessions left, want the two valid ones", got)
	}
	f.advance(settings.Account{}.SessionLifetime())
	f.signIn(demo, "contact", "pw")
	if got := f.sessions(demo); got != 1 {
		t.Errorf("%d sessions left, want the new one", got)
	}
	if got := f.sessions(other); got != 1 {
		t.Errorf("%d sessions left in the other account, want its own one", got)
	}
}

func TestSignOut(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo := f.account("Demo")
	f.contact(demo, "pw", map[string]login.Kind{"contact": login.KindBlank})
	f.user(demo, "agent", "pw", viewer.Agent)
	for _, name := range []string{"contact", "agent"} {
		s, kept := f.signIn(demo, name, "pw"), f.signIn(demo, name, "pw")
		if err := f.SignOut(viewer.NewContext(f.ctx, s.Viewer), false); err != nil {
			t.Fatal(err)
		}
		_, ok, err := f.Authenticate(request(map[string]string{"Authorization": "Bearer " + s.Token}))
		if ok || !errors.Is(err, auth.ErrCredentials) {
			t.Errorf("%s: got %v, %v, want ErrCredentials", name, ok, err)
		}
		if _, ok, err := f.Authenticate(request(map[string]string{"Cookie": kept.Token})); !ok || err != nil {
			t.Errorf("%s: the other session: got %v, %v, want it to live", name, ok, err)
		}
		if err := f.SignOut(viewer.NewContext(f.ctx, s.Viewer), false); err != nil {
			t.Errorf("%s: signing out twice: %v", name, err)
		}
	}
}

func TestSignOutLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo, other := f.account("Demo"), f.account("Other")
	f.contact(demo, "pw", map[string]login.Kind{"contact": login.KindBlank})
	s := f.signIn(demo, "contact", "pw")
	v, ok, err := f.Authenticate(request(map[string]string{"X-ApiKey": f.key(demo, viewer.Admin, "")}))
	if !ok || err != nil {
		t.Fatal(ok, err)
	}
	foreign := s.Viewer
	foreign.Account = other
	for name, ctx := range map[string]context.Context{
		"anonymous":       f.ctx,
		"an API key":      viewer.NewContext(f.ctx, v),
		"another account": viewer.NewContext(f.ctx, foreign),
	} {
		for _, everywhere := range []bool{false, true} {
			if err := f.SignOut(ctx, everywhere); err != nil {
				t.Errorf("%s, everywhere %v: %v", name, everywhere, err)
			}
		}
	}
	if n := f.sessions(demo); n != 1 {
		t.Errorf("%d sessions left, want 1", n)
	}
}

func TestSignOutEverywhere(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo := f.account("Demo")
	f.contact(demo, "pw", map[string]login.Kind{"contact": login.KindBlank})
	f.contact(demo, "pw", map[string]login.Kind{"another": login.KindBlank})
	f.user(demo, "agent", "pw", viewer.Agent)
	for _, name := range []string{"contact", "agent"} {
		s := f.signIn(demo, name, "pw")
		f.signIn(demo, name, "pw")
		others := f.signIn(demo, "another", "pw")
		if err := f.SignOut(viewer.NewContext(f.ctx, s.Viewer), true); err != nil {
			t.Fatal(err)
		}
		if n := f.sessions(demo); n != 1 {
			t.Errorf("%s: %d sessions left, want 1", name, n)
		}
		if err := f.SignOut(viewer.NewContext(f.ctx, others.Viewer), false); err != nil {
			t.Fatal(err)
		}
	}
	if n := f.sessions(demo); n != 0 {
		t.Errorf("%d sessions left, want none", n)
	}
}

func TestSessionEndsWithItsOwner(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo := f.account("Demo")
	c := f.contact(demo, "pw", map[string]login.Kind{"contact": login.KindBlank})
	u := f.user(demo, "agent", "pw", viewer.Agent)
	tokens := []string{f.signIn(demo, "contact", "pw").Token, f.signIn(demo, "agent", "pw").Token}
	f.write(demo, func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.Ent.Contact.Delete().Where(entcontact.AccountID(demo), entcontact.ID(c)).Exec(ctx)
		if err != nil {
			return err
		}
		_, err = tx.Ent.User.Delete().Where(user.AccountID(demo), user.ID(u)).Exec(ctx)
		return err
	})
	for _, token := range tokens {
		if _, ok, err := f.Authenticate(request(map[string]string{"X-ApiKey": token})); ok || !errors.Is(err, auth.ErrCredentials) {
			t.Errorf("got %v, %v, want ErrCredentials", ok, err)
		}
	}
}

func TestSessionStoresOnlyADigest(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo := f.account("Demo")
	f.contact(demo, "pw", map[string]login.Kind{"contact": login.KindBlank})
	s := f.signIn(demo, "contact", "pw")
	row := f.db.Client().Session.Query().Where(session.ID(s.Viewer.Session)).OnlyX(viewer.NewSystemContext(f.ctx, demo))
	if len(row.TokenHash) != 32 || strings.Contains(s.Token, string(row.TokenHash)) {
		t.Errorf("stored %x for the token", row.TokenHash)
	}
	for _, text := range []string{s.String(), fmt.Sprintf("%v %+v", s, &s)} {
		if strings.Contains(text, s.Token) {
			t.Errorf("the token shows in %q", text)
		}
	}
}
