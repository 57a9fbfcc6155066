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
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"

	"github.com/google/go-cmp/cmp"
)

// withPassword makes a contact that can sign in, and n sessions of it, whose ids it returns.
func (a *tenant) withPassword(password string, sessions int) (c *ent.Contact, ids []int) {
	a.t.Helper()
	r, err := a.Create(a.agent, contact.Create{Password: &contact.PasswordChange{New: &password}})
	if err != nil {
		a.t.Fatal(err)
	}
	err = a.db.Write(a.agent, r.Contact.ID, func(ctx context.Context, tx *database.Tx) error {
		for i := range sessions {
			token := fmt.Appendf(nil, "%d-%d", r.Contact.ID, i)
			s, err := tx.Ent.Session.Create().SetTokenHash(token).SetContactID(r.Contact.ID).SetExpiresAt(start).Save(ctx)
			if err != nil {
				return err
			}
			ids = append(ids, s.ID)
		}
		return nil
	})
	if err != nil {
		a.t.Fatal(err)
	}
	return r.Contact, ids
}

// in is a context in which the contact is signed in with one of its sessions.
func (a *tenant) in(c *ent.Contact, session int) context.Context {
	v, _ := viewer.FromContext(a.as(c))
	v.Session = session
	return viewer.NewContext(a.t.Context(), v)
}

func (a *tenant) sessions(c *ent.Contact) []int {
	a.t.Helper()
	ids, err := a.db.Client().Session.Query().Where(session.ContactID(c.ID)).Order(session.ByID()).IDs(a.agent)
	if err != nil {
		a.t.Fatal(err)
	}
	return ids
}

func (f *fixture) setPassword(ctx context.Context, id int, newPassword, current *string) (*contact.Result, error) {
	return f.Update(ctx, contact.Update{ID: id, Lock: overwrite, Password: &contact.PasswordChange{New: newPassword, Current: current}})
}

func TestNewPasswordEndsTheOtherSessions(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	me, mine := a.withPassword("old", 3)
	other, others := a.withPassword("old", 1)

	r, err := f.setPassword(a.in(me, mine[1]), me.ID, new("new"), new("old"))
	if err != nil || r.Contact.Version != me.Version+1 {
		t.Fatalf("got %v, %v", r, err)
	}
	if diff := cmp.Diff(mine[1:2], a.sessions(me)); diff != "" {
		t.Errorf("the customer's own sessions (-want +got)\n%s", diff)
	}
	if _, err := f.setPassword(a.agent, me.ID, new("newer"), nil); err != nil {
		t.Fatal(err)
	}
	if got := a.sessions(me); len(got) != 0 {
		t.Errorf("after an agent set it, %v are left", got)
	}
	if diff := cmp.Diff(others, a.sessions(other)); diff != "" {
		t.Errorf("another contact's sessions (-want +got)\n%s", diff)
	}
	if got := a.get(me.ID).PasswordHash; *got != "hash of newer" {
		t.Errorf("stored %q", *got)
	}
}

func TestPasswordIsRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	me, mine := a.withPassword("old", 2)
	without := a.create(nil)
	long := strings.Repeat("😀", 500) + "x"
	tests := []struct {
		name          string
		as            context.Context
		id            int
		new_, current *string
		want          []string
	}{
		{"null", a.agent, me.ID, nil, nil, []string{"REQUIRED password"}},
		{"empty", a.agent, me.ID, new(""), nil, []string{"REQUIRED password"}},
		{"too long", a.agent, me.ID, &long, nil, []string{"TOO_LONG password"}},
		{"without the current one", a.in(me, mine[0]), me.ID, new("new"), nil, []string{"REQUIRED currentPassword"}},
		{"with another than the current one", a.in(me, mine[0]), me.ID, new("new"), new("guess"), []string{"WRONG_PASSWORD currentPassword"}},
		{"an empty current one", a.in(me, mine[0]), me.ID, new("new"), new(""), []string{"WRONG_PASSWORD currentPassword"}},
		{"a contact that never had one", a.as(without), without.ID, new("new"), new(""), []string{"WRONG_PASSWORD currentPassword"}},
		{"both wrong", a.in(me, mine[0]), me.ID, nil, nil, []string{"REQUIRED password", "REQUIRED currentPassword"}},
		{"of another contact", a.in(me, mine[0]), without.ID, new("new"), new("old"), []string{"FORBIDDEN"}},
		{"of no contact", a.in(me, mine[0]), 999, new("new"), new("old"), []string{"FORBIDDEN"}},
		{"of no contact, by an agent", a.agent, 999, new("new"), nil, []string{"NOT_FOUND"}},
		{"of a customer that is gone", a.asID(999), 999, new("new"), new("old"), []string{"NOT_FOUND"}},
	}
	for _, tt := range tests {
		f.refused(tt.name, func() error { return errOf(f.setPassword(tt.as, tt.id, tt.new_, tt.current)) }, tt.want...)
	}
}

func TestPasswordIsReportedTogetherWithTheRest(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	me, _ := a.withPassword("old", 0)
	a.create(field.Patch{field.Email: "anna@example.com"})
	hashed := f.passwords.hashed
	f.refused("all at once", func() error {
		return errOf(f.Update(a.as(me), contact.Update{
			ID: me.ID, Lock: expecting(9), Set: field.Patch{field.Email: "anna@example.com", field.LastName: "\xff"},
			Password: &contact.PasswordChange{New: new("new"), Current: new("guess")},
		}))
	}, "VERSION_CONFLICT", "EMAIL_TAKEN email", "INVALID lastName", "WRONG_PASSWORD currentPassword")
	if f.passwords.hashed != hashed {
		t.Error("a password was hashed in vain")
	}
}

func TestPasswordChangedMeanwhileIsRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	me, _ := a.withPassword("old", 0)
	f.passwords.onHash = func() { // the customer's new password is hashed when an agent sets another
		f.passwords.onHash = nil
		err := a.db.Write(a.agent, me.ID, func(ctx context.Context, tx *database.Tx) error {
			return tx.Ent.Contact.Update().SetPasswordHash("hash of another").AddVersion(1).Exec(ctx)
		})
		if err != nil {
			t.Error(err)
		}
	}
	_, err := f.setPassword(a.as(me), me.ID, new("new"), new("old"))
	var errs usererror.Errors
	if !errors.As(err, &errs) || !errs.Has(usererror.WrongPassword) {
		t.Errorf("got %v", err)
	}
}

func TestHashThatFailsIsAFault(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	me := f.demo.create(nil)
	if _, err := f.setPassword(f.demo.agent, me.ID, new("unlucky"), nil); !errors.Is(err, errHash) {
		t.Errorf("got %v", err)
	}
	if _, err := f.Create(f.demo.agent, contact.Create{Password: &contact.PasswordChange{New: new("unlucky")}}); !errors.Is(err, errHash) {
		t.Errorf("in a new contact: got %v", err)
	}
}

func TestPasswordShowsNowhere(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	me, _ := f.demo.withPassword("first-hunter2", 0)
	if _, err := f.setPassword(f.demo.agent, me.ID, new("second-hunter2"), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Delete(f.demo.agent, contact.Delete{ID: me.ID, Lock: overwrite}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(f.db.Dump(), "hunter2") {
		t.Error("the log holds a password or its hash")
	}
	p := contact.PasswordChange{New: new("hunter2"), Current: new("hunter2")}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "p", p, "pp", &p)
	if shown := fmt.Sprintf("%v %+v %s", p, &p, p) + log.String(); strings.Contains(shown, "hunter2") {
		t.Errorf("it prints as %s", shown)
	}
}
