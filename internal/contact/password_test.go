package contact_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"contactgraph/ent"
	"contactgraph/ent/session"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"

	"github.com/google/go-cmp/cmp"
)

// createWithSessions creates a contact that can sign in, with n sessions, whose ids it returns.
func createWithSessions(a *contacttest.Tenant, password string, sessions int) (c *ent.Contact, ids []int) {
	a.T.Helper()
	r, err := a.Create(a.Agent, contact.Create{Password: &contact.PasswordChange{New: &password}})
	if err != nil {
		a.T.Fatal(err)
	}
	err = a.DB.Write(a.Agent, r.Contact.ID, func(ctx context.Context, tx *database.Tx) error {
		for i := range sessions {
			token := fmt.Appendf(nil, "%d-%d", r.Contact.ID, i)
			s, err := tx.Ent.Session.Create().SetTokenHash(token).SetContactID(r.Contact.ID).SetExpiresAt(contacttest.Start).Save(ctx)
			if err != nil {
				return err
			}
			ids = append(ids, s.ID)
		}
		return nil
	})
	if err != nil {
		a.T.Fatal(err)
	}
	return r.Contact, ids
}

// inSession returns a context in which the contact is signed in with one of its sessions.
func inSession(a *contacttest.Tenant, c *ent.Contact, session int) context.Context {
	v, _ := viewer.FromContext(a.AsCustomer(c))
	v.Session = session
	return viewer.NewContext(a.T.Context(), v)
}

func sessionIDs(a *contacttest.Tenant, c *ent.Contact) []int {
	a.T.Helper()
	ids, err := a.DB.Client().Session.Query().Where(session.ContactID(c.ID)).Order(session.ByID()).IDs(a.Agent)
	if err != nil {
		a.T.Fatal(err)
	}
	return ids
}

func setPassword(ctx context.Context, s *contact.Service, id int, newPassword, current *string) (*contact.Result, error) {
	return s.Update(ctx, contact.Update{ID: id, Lock: contacttest.Overwrite, Password: &contact.PasswordChange{New: newPassword, Current: current}})
}

func TestNewPasswordEndsTheOtherSessions(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	me, mine := createWithSessions(a, "old", 3)
	other, others := createWithSessions(a, "old", 1)

	r, err := setPassword(inSession(a, me, mine[1]), f.Commands, me.ID, new("new"), new("old"))
	if err != nil || r.Contact.Version != me.Version+1 {
		t.Fatalf("got %v, %v", r, err)
	}
	if diff := cmp.Diff(mine[1:2], sessionIDs(a, me)); diff != "" {
		t.Errorf("the customer's own sessions (-want +got)\n%s", diff)
	}
	if _, err := setPassword(a.Agent, f.Commands, me.ID, new("newer"), nil); err != nil {
		t.Fatal(err)
	}
	if got := sessionIDs(a, me); len(got) != 0 {
		t.Errorf("after an agent set it, %v are left", got)
	}
	if diff := cmp.Diff(others, sessionIDs(a, other)); diff != "" {
		t.Errorf("another contact's sessions (-want +got)\n%s", diff)
	}
	if got := a.MustGet(me.ID).PasswordHash; *got != "hash of newer" {
		t.Errorf("stored %q", *got)
	}
}

func TestPasswordChangeFails(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	me, mine := createWithSessions(a, "old", 2)
	without := a.NewContact(nil)
	long := strings.Repeat("😀", 500) + "x"
	tests := []struct {
		name          string
		as            context.Context
		id            int
		new_, current *string
		want          []string
	}{
		{"null", a.Agent, me.ID, nil, nil, []string{"REQUIRED password"}},
		{"empty", a.Agent, me.ID, new(""), nil, []string{"REQUIRED password"}},
		{"too long", a.Agent, me.ID, &long, nil, []string{"TOO_LONG password"}},
		{"too long in its normal form", a.Agent, me.ID, new(strings.Repeat("\u0958", 501)), nil, []string{"TOO_LONG password"}},
		{"without the current one", inSession(a, me, mine[0]), me.ID, new("new"), nil, []string{"REQUIRED currentPassword"}},
		{"with another than the current one", inSession(a, me, mine[0]), me.ID, new("new"), new("guess"), []string{"WRONG_PASSWORD currentPassword"}},
		{"an empty current one", inSession(a, me, mine[0]), me.ID, new("new"), new(""), []string{"WRONG_PASSWORD currentPassword"}},
		{"a contact that never had one", a.AsCustomer(without), without.ID, new("new"), new(""), []string{"WRONG_PASSWORD currentPassword"}},
		{"both wrong", inSession(a, me, mine[0]), me.ID, nil, nil, []string{"REQUIRED password", "REQUIRED currentPassword"}},
		{"of another contact", inSession(a, me, mine[0]), without.ID, new("new"), new("old"), []string{"FORBIDDEN"}},
		{"of no contact", inSession(a, me, mine[0]), 999, new("new"), new("old"), []string{"FORBIDDEN"}},
		{"of no contact, by an agent", a.Agent, 999, new("new"), nil, []string{"NOT_FOUND"}},
		{"of a customer that is gone", a.AsCustomerID(999), 999, new("new"), new("old"), []string{"NOT_FOUND"}},
	}
	for _, tt := range tests {
		f.WantErrors(tt.name, func() error { return contacttest.ErrOf(setPassword(tt.as, f.Commands, tt.id, tt.new_, tt.current)) }, tt.want...)
	}
	if _, err := setPassword(a.Agent, f.Commands, me.ID, new(strings.Repeat("e\u0301", 1000)), nil); err != nil {
		t.Errorf("short enough in its normal form: %v", err)
	}
}

func TestPasswordErrorsAreReportedWithOthers(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	me, _ := createWithSessions(a, "old", 0)
	a.NewContact(field.Patch{field.Email: "anna@example.com"})
	hashed := f.Passwords.Hashed
	f.WantErrors("all at once", func() error {
		return contacttest.ErrOf(f.Update(a.AsCustomer(me), contact.Update{
			ID: me.ID, Lock: contacttest.ExpectVersion(9), Set: field.Patch{field.Email: "anna@example.com", field.LastName: "\xff"},
			Password: &contact.PasswordChange{New: new("new"), Current: new("guess")},
		}))
	}, "VERSION_CONFLICT", "INVALID lastName", "WRONG_PASSWORD currentPassword")
	if f.Passwords.Hashed != hashed {
		t.Error("a password was hashed although there are errors")
	}
}

func TestPasswordChangedMeanwhile(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	me, _ := createWithSessions(a, "old", 0)
	f.Passwords.OnHash = func() { // an agent sets another password while the customer's is hashed
		f.Passwords.OnHash = nil
		err := a.DB.Write(a.Agent, me.ID, func(ctx context.Context, tx *database.Tx) error {
			return tx.Ent.Contact.Update().SetPasswordHash("hash of another").AddVersion(1).Exec(ctx)
		})
		if err != nil {
			t.Error(err)
		}
	}
	_, err := setPassword(a.AsCustomer(me), f.Commands, me.ID, new("new"), new("old"))
	var errs usererror.Errors
	if !errors.As(err, &errs) || !errs.Has(usererror.WrongPassword) {
		t.Errorf("got %v", err)
	}
}

func TestFailingHashIsAFault(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	me := f.Demo.NewContact(nil)
	if _, err := setPassword(f.Demo.Agent, f.Commands, me.ID, new("unlucky"), nil); !errors.Is(err, contacttest.ErrHash) {
		t.Errorf("got %v", err)
	}
	if _, err := f.Create(f.Demo.Agent, contact.Create{Password: &contact.PasswordChange{New: new("unlucky")}}); !errors.Is(err, contacttest.ErrHash) {
		t.Errorf("in a new contact: got %v", err)
	}
}

func TestPasswordsAreNeverShown(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	me, _ := createWithSessions(f.Demo, "first-hunter2", 0)
	if _, err := setPassword(f.Demo.Agent, f.Commands, me.ID, new("second-hunter2"), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Delete(f.Demo.Agent, contact.Delete{ID: me.ID, Lock: contacttest.Overwrite}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(f.DB.Dump(), "hunter2") {
		t.Error("the database has a password or its hash")
	}
	p := contact.PasswordChange{New: new("hunter2"), Current: new("hunter2")}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "p", p, "pp", &p)
	if shown := fmt.Sprintf("%v %+v %s", p, &p, p) + log.String(); strings.Contains(shown, "hunter2") {
		t.Errorf("it prints as %s", shown)
	}
}
