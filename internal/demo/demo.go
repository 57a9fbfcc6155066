// Package demo fills an empty database with invented data for trying out the server: two accounts
// with their stores, companies, segments and properties, and contacts. Names are drawn from lists,
// email addresses are at example.com and example.org, and phone numbers are reserved for fiction.
// The data is always the same for a given number of contacts, except for secrets and times.
//
// Seed writes through the services, as an API does, so that the data follows all rules and appears
// in the change log. Start reading there. The contacts are generated in contacts.go, and what they
// refer to is listed in catalog.go.
package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"

	"contactgraph/internal/app"
	"contactgraph/internal/auth"
	"contactgraph/internal/contact"
	"contactgraph/internal/viewer"
)

// The accounts and credentials of the demo data.
const (
	Account      = "Demo"  // the account with most of the contacts
	OtherAccount = "Other" // a second account, which shows that accounts are isolated

	AdminKey = "demo-admin" // API keys of Account
	AgentKey = "demo-agent"
	OtherKey = "demo-other" // an API key of an admin of OtherAccount

	AdminLogin    = "admin@example.com" // users of Account
	AgentLogin    = "agent@example.com"
	CustomerLogin = "customer11@1to1service.com"
	CustomerID    = 466             // the contact with CustomerLogin
	Password      = "demo-password" // of all three logins
)

// SignIn is a login with its password.
type SignIn struct {
	Role     string // as named in the API
	Login    string
	Password string
	Account  string
}

// SignIns returns all logins, the most powerful role first.
func SignIns() []SignIn {
	return []SignIn{
		{viewer.Admin.String(), AdminLogin, Password, Account},
		{viewer.Agent.String(), AgentLogin, Password, Account},
		{viewer.Customer.String(), CustomerLogin, Password, Account},
	}
}

// MaxContacts is the maximum number of contacts in Account: the ids of OtherAccount begin above it.
const MaxContacts = otherOffset

// ErrInterrupted is the error for a database in which an earlier call of Seed did not complete.
var ErrInterrupted = errors.New("seeding the demo data was interrupted")

// Seed fills an empty database with the demo data, and reports whether it did. Account gets the
// contacts 1 to n, with n from 0 to MaxContacts, and always the contact CustomerID. It does not
// change a database that has accounts.
//
// Seeding takes many transactions, so it can be interrupted between them. The first one creates
// Account with AdminKey, and the last one OtherKey: a database with AdminKey and without OtherKey
// is incomplete, and Seed fails with ErrInterrupted so that no one mistakes it for complete data.
func Seed(ctx context.Context, services *app.Services, n int, log *slog.Logger) (seeded bool, err error) {
	if n < 0 || n > MaxContacts {
		return false, fmt.Errorf("the demo data can have 0 to %d contacts, not %d", MaxContacts, n)
	}
	accounts, err := services.Auth.Accounts(ctx)
	if err != nil {
		return false, err
	}
	if accounts > 0 {
		_, err := Present(ctx, services.Auth)
		return false, err
	}
	s := seeder{services, log}
	if err := s.seedMain(ctx, n); err != nil {
		return false, fmt.Errorf("seeding account %s: %w", Account, err)
	}
	if err := s.seedOther(ctx); err != nil {
		return false, fmt.Errorf("seeding account %s: %w", OtherAccount, err)
	}
	log.InfoContext(ctx, "demo data seeded", slog.Int("contacts", n))
	return true, nil
}

// Present reports whether the database contains the demo data. It fails with ErrInterrupted if it
// contains only part of it.
func Present(ctx context.Context, authService *auth.Service) (bool, error) {
	started, err := keyExists(ctx, authService, AdminKey)
	if err != nil || !started {
		return false, err
	}
	complete, err := keyExists(ctx, authService, OtherKey)
	if err == nil && !complete {
		err = ErrInterrupted
	}
	return complete, err
}

// keyExists reports whether the database has the API key.
func keyExists(ctx context.Context, authService *auth.Service, key string) (bool, error) {
	r := (&http.Request{Header: http.Header{}}).WithContext(ctx)
	r.Header.Set(auth.KeyHeader, key)
	_, ok, err := authService.Authenticate(r)
	if errors.Is(err, auth.ErrCredentials) {
		err = nil
	}
	return ok, err
}

// seeder creates the data.
type seeder struct {
	*app.Services

	log *slog.Logger
}

// seedMain creates Account.
func (s seeder) seedMain(ctx context.Context, n int) error {
	const logStart = 0 // as in the examples of the manual
	account, err := s.Auth.CreateAccountWithKey(ctx, Account, newKey(AdminKey, viewer.Admin), logStart)
	if err != nil {
		return err
	}
	s.log.InfoContext(ctx, "seeding demo data", slog.Int("contacts", n))
	for _, u := range []auth.NewUser{
		{Login: AdminLogin, Name: "Demo Admin", Password: Password, Role: viewer.Admin},
		{Login: AgentLogin, Name: "Demo Agent", Password: Password, Role: viewer.Agent},
	} {
		if _, err := s.Auth.CreateUser(ctx, account, u); err != nil {
			return err
		}
	}
	if err := s.seedCatalog(viewer.NewSystemContext(ctx, account), mainCatalog); err != nil {
		return err
	}
	if err := s.seedContacts(viewer.NewSystemContext(ctx, account), n); err != nil {
		return err
	}
	return s.createKey(ctx, account, AgentKey, viewer.Agent)
}

// seedOther creates OtherAccount. Its key is created last of all: see Seed.
func (s seeder) seedOther(ctx context.Context) error {
	account, err := s.Auth.CreateAccount(ctx, OtherAccount)
	if err != nil {
		return err
	}
	accountCtx := viewer.NewSystemContext(ctx, account)
	if err := s.seedCatalog(accountCtx, otherCatalog); err != nil {
		return err
	}
	if _, err := s.Contacts.CreateAll(accountCtx, otherContacts()); err != nil {
		return err
	}
	return s.createKey(ctx, account, OtherKey, viewer.Admin)
}

// createKey creates an API key with its token as its name: the token is not a secret.
func (s seeder) createKey(ctx context.Context, account int, token string, role viewer.Role) error {
	_, err := s.Auth.CreateKey(ctx, account, newKey(token, role))
	return err
}

func newKey(token string, role viewer.Role) auth.NewKey {
	return auth.NewKey{Name: token, Role: role, Token: token}
}

// batchSize is the number of contacts that one transaction creates: the maximum.
const batchSize = 500

// seedContacts creates the contacts 1 to n, and always the contact CustomerID.
func (s seeder) seedContacts(ctx context.Context, n int) error {
	ids := make([]int, n, n+1)
	for i := range ids {
		ids[i] = i + 1
	}
	if n < CustomerID {
		ids = append(ids, CustomerID)
	}
	g := newGenerator()
	for batch := range slices.Chunk(ids, batchSize) {
		creates := make([]contact.Create, len(batch))
		for i, id := range batch {
			creates[i] = g.contact(id)
		}
		if _, err := s.Contacts.CreateAll(ctx, creates); err != nil {
			return fmt.Errorf("contacts %d to %d: %w", batch[0], batch[len(batch)-1], err)
		}
	}
	return nil
}
