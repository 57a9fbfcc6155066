package people_test

import (
	"context"
	"strings"
	"testing"

	"contactgraph/ent/account"
	"contactgraph/ent/session"
	"contactgraph/ent/user"
	"contactgraph/internal/database"
	"contactgraph/internal/idempotency"
	"contactgraph/internal/people"
	"contactgraph/internal/settings"
	"contactgraph/internal/viewer"

	"github.com/google/go-cmp/cmp"
)

// defaultSettings sets the settings of an account to the defaults.
func (f *fixture) defaultSettings(id int) {
	f.t.Helper()
	err := f.db.Write(viewer.NewSystemContext(f.t.Context(), id), 0, func(ctx context.Context, tx *database.Tx) error {
		return tx.Ent.Account.Update().Where(account.ID(id)).SetSettings(settings.Account{}).Exec(ctx)
	})
	if err != nil {
		f.t.Fatal(err)
	}
}

func TestPasswordsFollowTheSettings(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.defaultSettings(f.account)
	for _, password := range []string{"a", "eleven char", "the login of Uma", "password1234", "aaaaaaaaaaaaaaa"} {
		f.wantErrors(password, func() error {
			return errOf(f.CreateUser(f.admin, people.NewUser{Login: "The Login of Uma", Name: "x", Assignment: people.Assignment{Role: viewer.Agent}, Password: &password}))
		}, "INVALID password")
	}
	u, err := f.CreateUser(f.admin, people.NewUser{Login: "uma", Name: "x", Assignment: people.Assignment{Role: viewer.Agent}, Password: new("twelve chars")})
	if err != nil {
		t.Fatal(err)
	}
	f.wantErrors("a reset", func() error { return errOf(f.ResetPassword(f.admin, u.ID, "short")) }, "INVALID newPassword")
}

// TestChangePasswordTwice: a request that is repeated because its response was lost is applied
// once.
func TestChangePasswordTwice(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	u := f.user("uma", viewer.Agent)
	uma := viewer.NewContext(t.Context(), viewer.Viewer{
		Account: f.account, Role: viewer.Agent, Actor: viewer.Actor{Kind: viewer.ActorUser, ID: u.ID, Name: "uma"},
	})
	request := func(header string, content any) (*people.Service, *idempotency.Key) {
		key := must(idempotency.NewKey([]string{header}, content))
		return f.WithKey(key), key
	}
	s, key := request("k1", "change")
	f.wantErrors("a wrong password", func() error { return errOf(s.ChangePassword(uma, "wrong", "second password")) }, "WRONG_PASSWORD currentPassword")
	f.wantAudited(func() {
		for i := range 2 {
			s, key = request("k1", "change")
			changed, err := s.ChangePassword(uma, "a long password", "second password")
			if err != nil || !cmp.Equal(changed, u) || key.Replayed() != (i == 1) {
				t.Errorf("request %d: %v, %v, replayed %v", i, changed, err, key.Replayed())
			}
		}
	}, `PASSWORD_SET by "uma": "uma"`)
	if f.guesses != 1 {
		t.Errorf("%d guesses were counted, want 1", f.guesses)
	}
	s, _ = request("k1", "another change")
	f.wantErrors("another request with the key", func() error { return errOf(s.ChangePassword(uma, "second password", "third password")) }, "IDEMPOTENCY_KEY_REUSED")
	f.wantErrors("without a key", func() error { return errOf(f.ChangePassword(uma, "a long password", "second password")) }, "WRONG_PASSWORD currentPassword")
	for _, text := range []string{"a long password", "second password"} {
		if strings.Contains(strings.ReplaceAll(f.db.Dump(), "hash of "+text, ""), text) {
			t.Errorf("the database has %q", text)
		}
	}
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	u, err := f.CreateUser(f.admin, people.NewUser{Login: "uma", Name: "Uma", Assignment: people.Assignment{Role: viewer.Agent}, Password: new("first")})
	if err != nil {
		t.Fatal(err)
	}
	var sessions []int
	err = f.db.Write(f.system, 0, func(ctx context.Context, tx *database.Tx) error {
		for _, token := range []string{"one", "two"} {
			s, err := tx.Ent.Session.Create().SetTokenHash([]byte(token)).SetUserID(u.ID).SetExpiresAt(start.AddDate(1, 0, 0)).Save(ctx)
			if err != nil {
				return err
			}
			sessions = append(sessions, s.ID)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	uma := viewer.NewContext(t.Context(), viewer.Viewer{
		Account: f.account, Role: viewer.Agent, Session: sessions[0], Actor: viewer.Actor{Kind: viewer.ActorUser, ID: u.ID, Name: "Uma"},
	})
	change := func(ctx context.Context, current, next string) func() error {
		return func() error { return errOf(f.ChangePassword(ctx, current, next)) }
	}
	f.wantErrors("a wrong password", change(uma, "wrong", "second"), "WRONG_PASSWORD currentPassword")
	if f.guesses != 1 {
		t.Errorf("%d guesses were counted", f.guesses)
	}
	f.limited = true
	f.wantErrors("too many of them", change(uma, "first", "second"), "RATE_LIMITED currentPassword")
	f.limited = false
	f.wantErrors("no new password", change(uma, "first", ""), "REQUIRED newPassword")
	f.wantErrors("the login", change(uma, "first", "uma"), "INVALID newPassword")
	f.wantErrors("a long one", change(uma, "first", strings.Repeat("x", 1001)), "TOO_LONG newPassword")
	f.wantErrors("a long normal form", change(uma, "first", strings.Repeat("\u0958", 501)), "TOO_LONG newPassword")
	f.wantErrors("an API key", change(f.admin, "first", "second"), "FORBIDDEN")
	short := strings.Repeat("e\u0301a\u0300c\u0327n\u0303", 250) // as many characters in its normal form as are allowed
	for _, next := range [][2]string{{"first", short}, {short, "second"}} {
		if err := change(uma, next[0], next[1])(); err != nil {
			t.Fatal(err)
		}
	}
	if f.guesses != 1 {
		t.Errorf("after the right password, %d guesses are counted", f.guesses)
	}
	row := f.db.Client().User.Query().Where(user.AccountID(f.account), user.ID(u.ID)).OnlyX(f.system)
	left := f.db.Client().Session.Query().Where(session.AccountID(f.account)).IDsX(f.system)
	if row.PasswordHash != "hash of second" || len(left) != 1 || left[0] != sessions[0] {
		t.Errorf("the hash is %q, and the sessions %v are left", row.PasswordHash, left)
	}
}
