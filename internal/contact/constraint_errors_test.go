package contact_test

import (
	"context"
	"testing"

	"contactgraph/ent"
	"contactgraph/ent/login"
	"contactgraph/ent/property"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/database/databasetest"
)

// racingDB runs a statement between the lookups of a command and its writes, as another process may
// do where the database allows it.
type racingDB struct {
	*databasetest.DB

	table     string
	statement string
	ran       bool
	race      func(context.Context) error // runs the statement, once in each transaction
}

func (s *racingDB) Write(ctx context.Context, id int, fn func(context.Context, *database.Tx) error) error {
	return s.DB.Write(ctx, id, func(ctx context.Context, tx *database.Tx) error {
		done := false
		s.race = func(ctx context.Context) (err error) {
			if !done {
				done, s.ran = true, true
				_, err = tx.Ent.ExecContext(ctx, s.statement)
			}
			return err
		}
		tx.Ent.Use(func(next ent.Mutator) ent.Mutator {
			return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
				if m.Type() == s.table {
					if err := s.race(ctx); err != nil {
						return nil, err
					}
				}
				return next.Mutate(ctx, m)
			})
		})
		err := fn(ctx, tx)
		if err == nil && s.table == "Contact" { // its compare-and-set is staged, and runs next
			err = s.race(ctx)
		}
		return err
	})
}

func TestAnotherProcessWritesInBetween(t *testing.T) {
	t.Parallel()
	const (
		takeEmail = "UPDATE contacts SET email_key = 'anna@example.com' WHERE id = 1"
		takePhone = "UPDATE contacts SET phone_key = '+46701740605' WHERE id = 1"
		takeLogin = "INSERT INTO logins (account_id, contact_id, name, name_key, type) VALUES (1, 1, 'x', 'anna', 'BLANK')"
		takeID    = "INSERT INTO external_ids (account_id, contact_id, system, value) VALUES (1, 1, 'crm', 'x')"
		takeName  = "INSERT INTO properties (account_id, name, name_key, type) VALUES (1, 'x', 'note', 'TEXT')"
		takeAPI   = "INSERT INTO properties (account_id, name, name_key, api_name, type) VALUES (1, 'x', 'x', 'note', 'TEXT')"
		takeBound = "INSERT INTO properties (account_id, name, name_key, type, bound) VALUES (1, 'x', 'x', 'TEXT', 'last_name')"
	)
	email := field.Patch{field.Email: "Anna@example.com"}
	phone := field.Patch{field.Phone: "+46701740605"}
	logins := contact.Details{Logins: &[]field.Login{{Name: "Anna", Kind: login.KindBlank}}}
	update := func(set field.Patch) func(s *contacttest.Fixture, a *contacttest.Tenant) error {
		return func(s *contacttest.Fixture, a *contacttest.Tenant) error {
			return contacttest.ErrOf(s.Update(a.Agent, contact.Update{ID: 2, Lock: contacttest.Overwrite, Set: set}))
		}
	}
	tests := []struct {
		name, table, statement string
		do                     func(s *contacttest.Fixture, a *contacttest.Tenant) error
		want                   string
	}{
		{"and takes the address", "Contact", takeEmail, update(email), "EMAIL_TAKEN email"},
		{"and takes the number", "Contact", takePhone, update(phone), "PHONE_TAKEN phone"},
		{"and takes the login", "Login", takeLogin, func(s *contacttest.Fixture, a *contacttest.Tenant) error {
			return contacttest.ErrOf(s.SetDetails(a.Agent, contact.SetDetails{ID: 2, Lock: contacttest.Overwrite, Details: logins}))
		}, "LOGIN_TAKEN logins"},
		{"and takes the external id", "ExternalID", takeID, func(s *contacttest.Fixture, a *contacttest.Tenant) error {
			return contacttest.ErrOf(s.OverwriteDetails(a.Agent, 2, contact.Details{ExternalIDs: &[]field.ExternalID{{System: "crm", Value: "x"}}}))
		}, "EXTERNAL_ID_TAKEN externalIds"},
		{"and takes a new contact's address", "Contact", takeEmail, func(s *contacttest.Fixture, a *contacttest.Tenant) error {
			return contacttest.ErrOf(s.Create(a.Agent, contact.Create{Set: email}))
		}, "EMAIL_TAKEN email"},
		{"and takes a new contact's login", "Login", takeLogin, func(s *contacttest.Fixture, a *contacttest.Tenant) error {
			return contacttest.ErrOf(s.Create(a.Agent, contact.Create{Details: logins}))
		}, "LOGIN_TAKEN logins"},
		{"and takes the property's name", "Property", takeName, func(s *contacttest.Fixture, a *contacttest.Tenant) error {
			return contacttest.ErrOf(s.CreateProperty(a.Admin, catalog.NewProperty{Name: "Note", Kind: property.KindText}))
		}, "NAME_TAKEN name"},
		{"and takes the property's API name", "Property", takeAPI, func(s *contacttest.Fixture, a *contacttest.Tenant) error {
			return contacttest.ErrOf(s.CreateProperty(a.Admin, catalog.NewProperty{Name: "Note", APIName: new("note"), Kind: property.KindText}))
		}, "NAME_TAKEN apiName"},
		{"and binds a property", "Property", takeBound, func(s *contacttest.Fixture, a *contacttest.Tenant) error {
			return contacttest.ErrOf(s.CreateProperty(a.Admin, catalog.NewProperty{Name: "Note", Kind: property.KindText, Bound: new(property.BoundLastName)}))
		}, "IN_USE boundTo"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := contacttest.New(t)
			a := f.Demo
			a.NewContact(nil)
			a.NewContact(nil)
			between := &racingDB{DB: f.DB, table: tt.table, statement: tt.statement}
			f.WantErrors(tt.name, func() error {
				return tt.do(&contacttest.Fixture{Commands: contact.New(between, f.Changes, contact.Passwords{Hasher: f.Passwords, Guesses: f.Passwords}, f.Now, f.Logger), Catalog: catalog.New(between, f.Now)}, a)
			}, tt.want)
			if !between.ran {
				t.Error("the statement did not run")
			}
		})
	}
}
