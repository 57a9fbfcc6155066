package contact_test

import (
	"context"
	"testing"

	"contactgraph/ent"
	"contactgraph/ent/login"
	"contactgraph/ent/property"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/database/databasetest"
)

// faster stands between the rules and the store, and runs a statement between what a command has looked up and what it
// writes: as another process may do, where the database lets it.
type faster struct {
	*databasetest.DB

	table     string
	statement string
	ran       bool
	first     func(context.Context) error // runs the statement, once in each transaction
}

func (s *faster) Write(ctx context.Context, id int, fn func(context.Context, *database.Tx) error) error {
	return s.DB.Write(ctx, id, func(ctx context.Context, tx *database.Tx) error {
		done := false
		s.first = func(ctx context.Context) (err error) {
			if !done {
				done, s.ran = true, true
				_, err = tx.Ent.ExecContext(ctx, s.statement)
			}
			return err
		}
		tx.Ent.Use(func(next ent.Mutator) ent.Mutator {
			return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
				if m.Type() == s.table {
					if err := s.first(ctx); err != nil {
						return nil, err
					}
				}
				return next.Mutate(ctx, m)
			})
		})
		err := fn(ctx, tx)
		if err == nil && s.table == "Contact" { // whose compare-and-set is staged, and comes next
			err = s.first(ctx)
		}
		return err
	})
}

func TestAnotherProcessIsFaster(t *testing.T) {
	t.Parallel()
	const (
		takeEmail = "UPDATE contacts SET email_key = 'anna@example.com' WHERE id = 1"
		takePhone = "UPDATE contacts SET phone_key = '+46701740605' WHERE id = 1"
		takeLogin = "INSERT INTO logins (account_id, contact_id, name, name_key, type) VALUES (1, 1, 'x', 'anna', 'BLANK')"
		takeName  = "INSERT INTO properties (account_id, name, name_key, type) VALUES (1, 'x', 'note', 'TEXT')"
		takeBound = "INSERT INTO properties (account_id, name, name_key, type, bound) VALUES (1, 'x', 'x', 'TEXT', 'last_name')"
	)
	email := field.Patch{field.Email: "Anna@example.com"}
	phone := field.Patch{field.Phone: "+46701740605"}
	logins := contact.Details{Logins: &[]field.Login{{Name: "Anna", Kind: login.KindBlank}}}
	update := func(set field.Patch) func(s *fixture, a *tenant) error {
		return func(s *fixture, a *tenant) error {
			return errOf(s.Update(a.agent, contact.Update{ID: 2, Lock: overwrite, Set: set}))
		}
	}
	tests := []struct {
		name, table, statement string
		do                     func(s *fixture, a *tenant) error
		want                   string
	}{
		{"and takes the address", "Contact", takeEmail, update(email), "EMAIL_TAKEN email"},
		{"and takes the number", "Contact", takePhone, update(phone), "PHONE_TAKEN phone"},
		{"and takes the login", "Login", takeLogin, func(s *fixture, a *tenant) error {
			return errOf(s.SetDetails(a.agent, contact.SetDetails{ID: 2, Lock: overwrite, Details: logins}))
		}, "LOGIN_TAKEN logins"},
		{"and takes a new contact's address", "Contact", takeEmail, func(s *fixture, a *tenant) error {
			return errOf(s.Create(a.agent, contact.Create{Set: email}))
		}, "EMAIL_TAKEN email"},
		{"and takes a new contact's login", "Login", takeLogin, func(s *fixture, a *tenant) error {
			return errOf(s.Create(a.agent, contact.Create{Details: logins}))
		}, "LOGIN_TAKEN logins"},
		{"and takes the property's name", "Property", takeName, func(s *fixture, a *tenant) error {
			return errOf(s.CreateProperty(a.admin, catalog.NewProperty{Name: "Note", Kind: property.KindText}))
		}, "NAME_TAKEN name"},
		{"and binds a property", "Property", takeBound, func(s *fixture, a *tenant) error {
			return errOf(s.CreateProperty(a.admin, catalog.NewProperty{Name: "Note", Kind: property.KindText, Bound: new(property.BoundLastName)}))
		}, "IN_USE boundTo"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			a := f.demo
			a.create(nil)
			a.create(nil)
			between := &faster{DB: f.db, table: tt.table, statement: tt.statement}
			f.refused(tt.name, func() error {
				return tt.do(&fixture{Commands: contact.New(between, f.Changes, f.passwords, f.now), Catalog: catalog.New(between, f.now)}, a)
			}, tt.want)
			if !between.ran {
				t.Error("the other process was not faster")
			}
		})
	}
}
