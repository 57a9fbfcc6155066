package auth_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/login"
	"contactgraph/ent/user"
	"contactgraph/internal/auth"
	"contactgraph/internal/database"
	"contactgraph/internal/viewer"
)

// One password in two encodings, and one with a ligature.
const (
	composed   = "br\u00fbl\u00e9e"
	decomposed = "bru\u0302le\u0301e"
	ligature   = "of\ufb01ce"
)

// outdatedOwner is a login whose owner has a hash from before passwords were normalized.
type outdatedOwner struct {
	account, id int
	login       string
	isUser      bool
}

// outdatedOwners creates a user and a contact whose stored hash is that of these bytes.
func (f *fixture) outdatedOwners(text string) []outdatedOwner {
	f.t.Helper()
	account := f.account("Demo")
	owners := []outdatedOwner{
		{account, f.user(account, "user", "replaced", viewer.Agent), "user", true},
		{account, f.contact(account, "replaced", map[string]login.Kind{"contact": login.KindBlank}), "contact", false},
	}
	for _, o := range owners {
		f.setHash(o, f.passwords.RawHash(text))
	}
	return owners
}

func (f *fixture) setHash(o outdatedOwner, hash string) {
	f.t.Helper()
	f.write(o.account, func(ctx context.Context, tx *database.Tx) error {
		if o.isUser {
			return tx.Ent.User.Update().Where(user.ID(o.id)).SetPasswordHash(hash).Exec(ctx)
		}
		return tx.Ent.Contact.Update().Where(entcontact.ID(o.id)).SetPasswordHash(hash).Exec(ctx)
	})
}

func (f *fixture) hashOf(o outdatedOwner) string {
	f.t.Helper()
	ctx := viewer.NewSystemContext(f.ctx, o.account)
	if o.isUser {
		return f.db.Client().User.Query().Where(user.ID(o.id)).OnlyX(ctx).PasswordHash
	}
	return *f.db.Client().Contact.Query().Where(entcontact.ID(o.id)).OnlyX(ctx).PasswordHash
}

// TestOutdatedHashesAreReplaced signs in with a hash of bytes that are not normalized: the password
// as it was sent then matches, and after that in every encoding. Contacts are not changed by it.
func TestOutdatedHashesAreReplaced(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, o := range f.outdatedOwners(decomposed) {
		before := f.hashOf(o)
		for _, wrong := range []string{composed, "brulee", ligature} {
			if _, err := f.SignIn(f.ctx, o.account, o.login, wrong); !errors.Is(err, auth.ErrRefused) {
				t.Errorf("%s with %+q: got %v", o.login, wrong, err)
			}
		}
		if f.hashOf(o) != before {
			t.Errorf("%s: a wrong password has replaced the hash", o.login)
		}
		if n := f.hashed(func() { f.signIn(o.account, o.login, decomposed) }); n != 3 {
			t.Errorf("%s: computed %d hashes, want two and the new one", o.login, n)
		}
		after := f.hashOf(o)
		for _, password := range []string{composed, decomposed} {
			f.signIn(o.account, o.login, password)
		}
		if after == before || f.hashOf(o) != after {
			t.Errorf("%s: the hash was %s, then %s, then %s, want it replaced once", o.login, before, after, f.hashOf(o))
		}
		if !o.isUser {
			row := f.db.Client().Contact.Query().Where(entcontact.ID(o.id)).OnlyX(viewer.NewSystemContext(f.ctx, o.account))
			if row.Version != 1 || !row.LastModified.Equal(start) {
				t.Errorf("the contact has version %d of %s", row.Version, row.LastModified)
			}
		}
	}
}

// TestOutdatedHashesAreReplacedOnce: of several sign-ins at the same time, all succeed.
func TestOutdatedHashesAreReplacedOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, o := range f.outdatedOwners(decomposed) {
		var all sync.WaitGroup
		for range 5 { // more at the same time have to wait
			all.Go(func() {
				if _, err := f.SignIn(f.ctx, o.account, o.login, decomposed); err != nil {
					t.Errorf("%s: %v", o.login, err)
				}
			})
		}
		all.Wait()
		f.signIn(o.account, o.login, composed)
	}
}

// TestOutdatedHashIsComparedAgain: the stored hash changes while a sign-in compares the outdated
// one.
func TestOutdatedHashIsComparedAgain(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	owners := f.outdatedOwners(decomposed)
	same, other := f.passwords.RawHash(composed), f.passwords.RawHash("another password")
	for _, o := range owners {
		for hash, want := range map[string]error{same: nil, other: auth.ErrRefused} {
			f.setHash(o, f.passwords.RawHash(decomposed))
			f.onHash = func() { f.setHash(o, hash) }
			if _, err := f.SignIn(f.ctx, o.account, o.login, decomposed); !errors.Is(err, want) {
				t.Errorf("%s: got %v, want %v", o.login, err, want)
			}
			if f.hashOf(o) != hash {
				t.Errorf("%s: the hash of the other change was replaced", o.login)
			}
		}
	}
}

// TestUnknownLoginsComputeAsManyHashes: how many depends only on the password that is sent.
func TestUnknownLoginsComputeAsManyHashes(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	account := f.account("Demo")
	f.user(account, "user", "secret", viewer.Agent)
	f.contact(account, "secret", map[string]login.Kind{"contact": login.KindBlank})
	f.contact(account, "", map[string]login.Kind{"without": login.KindBlank})
	for password, want := range map[string]int{composed: 1, decomposed: 2, "plain": 1, strings.Repeat("x", auth.MaxPassword+1): 0} {
		for account, logins := range map[int][]string{account: {"user", "contact", "without", "unknown"}, 0: {"user"}} {
			for _, login := range logins {
				n := f.hashed(func() {
					if _, err := f.SignIn(f.ctx, account, login, password); !errors.Is(err, auth.ErrRefused) {
						t.Errorf("%s: got %v", login, err)
					}
				})
				if n != want {
					t.Errorf("%s of account %d with %.20q: computed %d hashes, want %d", login, account, password, n, want)
				}
			}
		}
	}
}

func TestPasswordsInTheirNormalForm(t *testing.T) {
	t.Parallel()
	p := auth.NewPasswords(1)
	p.Stub(func() {})
	long := strings.Repeat("\uac01", auth.MaxPassword/3)                       // MaxPassword bytes
	decomposedLong := strings.Repeat("\u1100\u1161\u11a8", auth.MaxPassword/3) // three times as many
	for _, tt := range []struct {
		set, sent string
		want      bool
	}{
		{composed, decomposed, true},
		{decomposed, composed, true},
		{decomposed, decomposed, true},
		{ligature, "office", false},
		{"office", ligature, false},
		{"\u212b", "\u00c5", true}, // the Angstrom sign is the letter
		{"\uff41", "a", false},     // a full-width letter is not
		{long, decomposedLong, true},
		{decomposedLong, long, true},
	} {
		hash, err := p.Hash(t.Context(), tt.set)
		if err != nil {
			t.Errorf("%.20q: %v", tt.set, err)
			continue
		}
		if got, err := p.Verify(t.Context(), hash, tt.sent); got != tt.want || err != nil {
			t.Errorf("set as %+.20q, sent as %+.20q: got %v, %v", tt.set, tt.sent, got, err)
		}
	}
	for _, tooLong := range []string{long + "x", decomposedLong + "x", strings.Repeat("\u0958", auth.MaxPassword/6+1)} { // which NFC decomposes
		if _, err := p.Hash(t.Context(), tooLong); !errors.Is(err, auth.ErrInvalid) {
			t.Errorf("%d bytes: got %v", len(tooLong), err)
		}
	}
}
