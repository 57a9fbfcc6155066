package people_test

import (
	"context"
	"testing"
	"time"

	"contactgraph/ent/identity"
	"contactgraph/ent/user"
	"contactgraph/internal/database"
	"contactgraph/internal/people"
	"contactgraph/internal/viewer"
)

const issuer = "https://sso.example.com"

// link makes a user sign in by the provider.
func (f *fixture) link(id int) {
	f.t.Helper()
	err := f.db.Write(f.system, 0, func(ctx context.Context, tx *database.Tx) error {
		if err := tx.Ent.User.Update().Where(user.ID(id)).SetPasswordHash("").Exec(ctx); err != nil {
			return err
		}
		return tx.Ent.Identity.Create().SetUserID(id).SetIssuer(issuer).SetSubject("sub").SetCreatedAt(time.Now()).Exec(ctx)
	})
	if err != nil {
		f.t.Fatal(err)
	}
}

// TestUserWithoutPassword: a user who will sign in by the provider needs no password.
func TestUserWithoutPassword(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	u, err := f.CreateUser(f.admin, people.NewUser{Login: "uma@example.com", Name: "Uma", Assignment: people.Assignment{Role: viewer.Agent}})
	if err != nil || u.HasPassword || u.Issuer != nil {
		t.Errorf("created %+v, %v", u, err)
	}
	if hash := f.db.Client().User.Query().Where(user.ID(u.ID)).OnlyX(f.system).PasswordHash; hash != "" {
		t.Errorf("stored the hash %q", hash)
	}
	f.wantErrors("nothing else", func() error { return errOf(f.CreateUser(f.admin, people.NewUser{})) }, "REQUIRED login", "REQUIRED name", "INVALID role")
}

// TestPasswordReplacesProvider: an admin who sets a password ends the link, and a user with a link
// has no password to change.
func TestPasswordReplacesProvider(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	uma := f.user("uma", viewer.Agent)
	f.link(uma.ID)
	self := f.as(f.account, viewer.Agent, viewer.Actor{Kind: viewer.ActorUser, ID: uma.ID, Name: "uma"})
	f.wantErrors("an own password", func() error { return errOf(f.ChangePassword(self, "", "another password")) }, "FORBIDDEN")
	if u := must(f.UserByLogin(f.admin, "uma")); u.HasPassword || u.Issuer == nil || *u.Issuer != issuer {
		t.Errorf("linked: %+v", u)
	}
	if u, err := f.ResetPassword(f.admin, uma.ID, "another password"); err != nil || !u.HasPassword || u.Issuer != nil {
		t.Errorf("got %+v, %v", u, err)
	}
	if u := must(f.UserByLogin(f.admin, "uma")); !u.HasPassword || u.Issuer != nil {
		t.Errorf("with a password: %+v", u)
	}
	if n := f.db.Client().Identity.Query().Where(identity.AccountID(f.account)).CountX(f.system); n != 0 {
		t.Errorf("%d identities remain", n)
	}
}

// TestProviderDecidesAboutSecondFactors: a user without a password cannot set up a second factor,
// and an attempt is not a guess of a password.
func TestProviderDecidesAboutSecondFactors(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	uma := f.user("uma", viewer.Agent)
	f.link(uma.ID)
	self := f.signedIn(uma, false)
	for name, do := range map[string]func(people.Proof) error{
		"set up":         func(p people.Proof) error { return errOf(f.SetUpSecondFactor(self, p)) },
		"turn off":       func(p people.Proof) error { return errOf(f.TurnOffSecondFactor(self, p)) },
		"recovery codes": func(p people.Proof) error { return errOf(f.CreateRecoveryCodes(self, p)) },
	} {
		f.wantErrors(name, func() error { return do(people.Proof{Code: "123456"}) }, "FORBIDDEN")
	}
	if f.guesses != 0 || f.codes != 0 {
		t.Errorf("%d guesses of a password and %d of a code were counted", f.guesses, f.codes)
	}
}

// TestAllowProvider: an admin allows the provider to replace what a user signs in with.
func TestAllowProvider(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	uma := f.user("uma", viewer.Agent)
	f.wantAudited(func() {
		if u, err := f.UpdateUser(f.admin, people.UserChange{ID: uma.ID, ProviderAllowed: new(true)}); err != nil || !u.ProviderAllowed {
			t.Errorf("got %+v, %v", u, err)
		}
	}, `USER_CHANGED by "admin key": "uma" map[providerAllowed:map[from:false to:true]]`)
	if !must(f.UserByLogin(f.admin, "uma")).ProviderAllowed {
		t.Error("it is not stored")
	}
}

// An admin who has neither a password nor signed in by the provider cannot sign in for sure, so the
// last one who can stays.
func TestAdminWithoutPasswordIsNotTheLast(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	boss := f.user("boss", viewer.Admin)
	must(f.CreateUser(f.admin, people.NewUser{Login: "new@example.com", Name: "New", Assignment: people.Assignment{Role: viewer.Admin}}))
	f.wantErrors("the last who can sign in", func() error {
		return errOf(f.UpdateUser(f.admin, people.UserChange{ID: boss.ID, Disabled: new(true)}))
	}, "FORBIDDEN disabled")
	f.user("second", viewer.Admin)
	must(f.UpdateUser(f.admin, people.UserChange{ID: boss.ID, Disabled: new(true)}))
}
