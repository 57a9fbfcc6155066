package reset_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"testing"
	"time"

	"contactgraph/ent/login"
	"contactgraph/ent/user"
	"contactgraph/internal/auth"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/mail/mailtest"
	"contactgraph/internal/reset"
	"contactgraph/internal/revision"
	"contactgraph/internal/viewer"
)

func disable(account, id int) func(context.Context, *database.Tx) error {
	return func(ctx context.Context, tx *database.Tx) error {
		return tx.Ent.User.Update().Where(user.AccountID(account), user.ID(id)).SetDisabledAt(start).Exec(ctx)
	}
}

// TestWhatVoidsAToken: a token stands for the password that was forgotten, and for nothing else.
func TestWhatVoidsAToken(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, login string
		do          func(f *fixture) error
	}{
		{"an hour", userLogin, func(f *fixture) error { f.clock.advance(reset.Lifetime); return nil }},
		{"a newer request", contactLogin, func(f *fixture) error { f.token(contactLogin); return nil }},
		{"a newer request that was not sent yet", contactLogin, func(f *fixture) error { return f.request(contactLogin) }},
		{"a newer request by another login", contactLogin, func(f *fixture) error {
			logins := []field.Login{{Name: contactLogin, Kind: login.KindEmail}, {Name: "ann2@example.com", Kind: login.KindEmail}}
			_, err := f.Contacts.SetDetails(f.system(), contact.SetDetails{ID: f.contact, Lock: overwrite, Details: contact.Details{Logins: &logins}})
			if err == nil {
				f.token("ann2@example.com")
			}
			return err
		}},
		{"a new password of the contact", contactLogin, func(f *fixture) error {
			_, err := f.Contacts.Update(f.system(), contact.Update{ID: f.contact, Lock: overwrite, Password: &contact.PasswordChange{New: new("another")}})
			return err
		}},
		{"a new password of the user", userLogin, func(f *fixture) error {
			_, err := f.People.ResetPassword(f.system(), f.user, "another password")
			return err
		}},
		{"the deletion of the contact", contactLogin, func(f *fixture) error {
			_, err := f.Contacts.Delete(f.system(), contact.Delete{ID: f.contact, Lock: overwrite})
			return err
		}},
		{"a merge of the contact into another one", contactLogin, func(f *fixture) error {
			_, err := f.mergeContact()
			return err
		}},
		{"such a merge, and its undo", contactLogin, func(f *fixture) error {
			m, err := f.mergeContact()
			if err == nil {
				_, err = f.Contacts.UnmergeContacts(f.system(), revision.ChangeID{Contact: m.Survivor.Change.ContactID, Version: m.Survivor.Change.Version})
			}
			return err
		}},
		{"disabling the user", userLogin, func(f *fixture) error { return f.db.Write(f.system(), 0, disable(f.account, f.user)) }},
		{"suspending the account", userLogin, func(f *fixture) error {
			_, err := f.People.SuspendAccount(f.system(), true)
			return err
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, mailtest.Options{})
			token := f.token(tt.login)
			if err := tt.do(f); err != nil {
				t.Fatal(err)
			}
			if got := f.confirm(token); got != void {
				t.Errorf("got %q", got)
			}
		})
	}
}

// mergeContact merges the contact into one without a password, which gets that of the contact.
func (f *fixture) mergeContact() (*contact.Merging, error) {
	survivor := must(f.Contacts.Create(f.system(), contact.Create{RegistrationSource: "test"})).Contact
	merged := f.db.Client().Contact.GetX(f.system(), f.contact)
	return f.Contacts.MergeContacts(f.system(), contact.MergeContacts{
		Into: contact.Member{ID: survivor.ID, Lock: contact.Lock{Expected: &survivor.Version}},
		From: []contact.Member{{ID: merged.ID, Lock: contact.Lock{Expected: &merged.Version}}},
	})
}

var overwrite = contact.Lock{OnConflict: contact.Overwrite}

// TestExpiredRequestsAreDeleted: nothing of a request stays.
func TestExpiredRequestsAreDeleted(t *testing.T) {
	t.Parallel()
	f := newFixture(t, mailtest.Options{})
	f.token(userLogin)
	f.clock.advance(reset.Lifetime)
	f.send()
	if n := f.db.Client().PasswordReset.Query().CountX(viewer.NewSystemContext(t.Context(), 0)); n != 0 {
		t.Errorf("%d requests are left", n)
	}
}

// TestTokenIsUsedOnce: also by several processes at once.
func TestTokenIsUsedOnce(t *testing.T) {
	t.Parallel()
	for _, login := range []string{userLogin, contactLogin} {
		f := newFixture(t, mailtest.Options{})
		processes := []*process{f.process, f.open(databasetest.At(t, f.db.URL))}
		token := f.token(login)
		outcomes := make([]string, 6)
		var all sync.WaitGroup
		for i := range outcomes {
			all.Go(func() {
				p := processes[i%2]
				outcomes[i] = outcome(p.Resets.Confirm(t.Context(), p.Contacts, token, fmt.Sprint("new password ", i), netip.Addr{}))
			})
		}
		all.Wait()
		accepted := 0
		for i, o := range outcomes {
			switch o {
			case "":
				accepted++
				if _, err := f.signIn(login, fmt.Sprint("new password ", i)); err != nil {
					t.Errorf("%s: the password that was accepted: %v", login, err)
				}
			case void:
			default:
				t.Errorf("%s: got %q", login, o)
			}
		}
		if accepted != 1 {
			t.Errorf("%s: the token was accepted %d times: %q", login, accepted, outcomes)
		}
	}
}

// TestInvalidPasswordsKeepTheToken: who types a password that is not allowed tries again.
func TestInvalidPasswordsKeepTheToken(t *testing.T) {
	t.Parallel()
	for _, login := range []string{userLogin, contactLogin} {
		f := newFixture(t, mailtest.Options{})
		token := f.token(login)
		for password, want := range map[string]string{"": "REQUIRED newPassword", login: "INVALID newPassword", string(make([]rune, 1001)): "TOO_LONG newPassword"} {
			if got := outcome(f.Resets.Confirm(t.Context(), f.Contacts, token, password, from)); got != want {
				t.Errorf("%s, %q: got %q, want %q", login, password, got, want)
			}
		}
		if got := f.confirm(token); got != "" {
			t.Errorf("%s: got %q", login, got)
		}
	}
}

// TestRequestsAreThrottled: by the login, wherever they come from, and by the address.
func TestRequestsAreThrottled(t *testing.T) {
	t.Parallel()
	f := newFixture(t, mailtest.Options{})
	record := func(login string, address byte) string {
		return outcome(f.Resets.Record(t.Context(), reset.Request{Account: f.account, Login: login, Address: netip.AddrFrom4([4]byte{198, 51, 100, address})}))
	}
	for _, login := range []string{contactLogin, "unknown@example.com"} {
		for i := range 3 {
			if got := record(login, byte(i)); got != "" {
				t.Fatalf("%s, request %d: %q", login, i, got)
			}
		}
		if got := record(login, 77); got != "wait 60" {
			t.Errorf("%s: after three requests: %q", login, got)
		}
	}
	f.clock.advance(time.Minute)
	if got := record(contactLogin, 78); got != "" {
		t.Errorf("after the wait: %q", got)
	}
	if got := record(contactLogin, 79); got != "wait 120" {
		t.Errorf("after four requests: %q", got)
	}
	for i := range 20 {
		if got := record(fmt.Sprint(i, "@example.com"), 99); got != "" {
			t.Fatalf("request %d of an address: %q", i, got)
		}
	}
	if got := record("last@example.com", 99); got != "wait 1" {
		t.Errorf("after twenty requests of an address: %q", got)
	}
}

// TestWrongTokensAreThrottled: by the address, and right ones do not count.
func TestWrongTokensAreThrottled(t *testing.T) {
	t.Parallel()
	f := newFixture(t, mailtest.Options{})
	token := f.token(userLogin)
	for range 20 {
		if got := f.confirm("cgr_forged"); got != void {
			t.Fatalf("got %q", got)
		}
	}
	if got := f.confirm(token); got != "wait 1" {
		t.Errorf("got %q", got)
	}
	f.clock.advance(time.Second)
	if got := f.confirm(token); got != "" {
		t.Errorf("after the wait: %q", got)
	}
}

// TestSecondFactorStays: a link does not replace it.
func TestSecondFactorStays(t *testing.T) {
	t.Parallel()
	f := newFixture(t, mailtest.Options{})
	err := f.db.Write(f.system(), 0, func(ctx context.Context, tx *database.Tx) error {
		return tx.Ent.User.Update().Where(user.AccountID(f.account), user.ID(f.user)).SetTotpSecret(make([]byte, 20)).SetTotpConfirmedAt(start).Exec(ctx)
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := f.confirm(f.token(userLogin)); got != "" {
		t.Fatal(got)
	}
	if _, err := f.signIn(userLogin, newPassword); !errors.Is(err, auth.ErrCodeRequired) {
		t.Errorf("without a code: %v", err)
	}
}
