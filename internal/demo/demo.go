// Package demo fills an empty database with invented data to try the server on: two accounts, their catalogues, and
// contacts whose names are drawn from lists, whose addresses are at example.com and example.org, and whose phone numbers are
// set aside for fiction. The same number of contacts is always the same data, but for the secrets and times.
//
// It goes through internal/contact and internal/auth like any client, so that the data obeys the rules and stands in the
// change log.
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

// What one can try the demo data with.
const (
	Account      = "Demo"  // the account with the many contacts
	OtherAccount = "Other" // a second one, to see that neither reaches the other

	AdminKey = "demo-admin" // API keys of Account
	AgentKey = "demo-agent"
	OtherKey = "demo-other" // an admin's key of OtherAccount

	AdminLogin    = "admin@example.com" // users of Account
	AgentLogin    = "agent@example.com"
	CustomerLogin = "customer11@1to1service.com"
	CustomerID    = 466             // the contact that CustomerLogin is a login of
	Password      = "demo-password" // of all three
)

// SignIn is what one can sign in with.
type SignIn struct {
	Role     string // as the API names it
	Login    string
	Password string
	Account  string
}

// SignIns lists all that one can sign in with, those who may do most first.
func SignIns() []SignIn {
	return []SignIn{
		{viewer.Admin.String(), AdminLogin, Password, Account},
		{viewer.Agent.String(), AgentLogin, Password, Account},
		{viewer.Customer.String(), CustomerLogin, Password, Account},
	}
}

// MaxContacts is how many contacts Account can have: those of OtherAccount are numbered above.
const MaxContacts = otherBase

// ErrInterrupted is the error of Seed for a database in which an earlier seeding did not come to its end.
var ErrInterrupted = errors.New("it holds demo data whose seeding was interrupted")

// Seed fills an empty database with n contacts, at most MaxContacts, and reports that it did. A database that has accounts it
// leaves alone.
//
// Seeding takes many writes, so it can be cut short. The key AdminKey is made before the data, and OtherKey after it: a
// database with the first and without the second is incomplete, and Seed fails with ErrInterrupted rather than let it be
// taken for the whole.
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
	log.InfoContext(ctx, "seeding demo data", slog.Int("contacts", n))
	s := seeder{services}
	if err := s.seedMain(ctx, n); err != nil {
		return false, fmt.Errorf("seeding account %s: %w", Account, err)
	}
	if err := s.seedOther(ctx); err != nil {
		return false, fmt.Errorf("seeding account %s: %w", OtherAccount, err)
	}
	log.InfoContext(ctx, "demo data seeded", slog.Int("contacts", n))
	return true, nil
}

// Present reports whether the database holds the demo data. It fails with ErrInterrupted if it holds a part of it.
func Present(ctx context.Context, signIn *auth.Service) (bool, error) {
	begun, err := works(ctx, signIn, AdminKey)
	if err != nil || !begun {
		return false, err
	}
	ended, err := works(ctx, signIn, OtherKey)
	if err == nil && !ended {
		err = ErrInterrupted
	}
	return ended, err
}

// works reports whether the database knows the API key.
func works(ctx context.Context, signIn *auth.Service, key string) (bool, error) {
	r := (&http.Request{Header: http.Header{}}).WithContext(ctx)
	r.Header.Set(auth.KeyHeader, key)
	_, ok, err := signIn.Authenticate(r)
	if errors.Is(err, auth.ErrCredentials) {
		err = nil
	}
	return ok, err
}

// seeder makes the data.
type seeder struct{ *app.Services }

// seedMain makes Account.
func (s seeder) seedMain(ctx context.Context, n int) error {
	account, err := s.Auth.CreateAccount(ctx, Account)
	if err != nil {
		return err
	}
	if err := s.key(ctx, account, AdminKey, viewer.Admin); err != nil {
		return err
	}
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
	if err := s.people(viewer.NewSystemContext(ctx, account), n); err != nil {
		return err
	}
	return s.key(ctx, account, AgentKey, viewer.Agent)
}

// seedOther makes OtherAccount. Its key is the last of all that is made.
func (s seeder) seedOther(ctx context.Context) error {
	account, err := s.Auth.CreateAccount(ctx, OtherAccount)
	if err != nil {
		return err
	}
	inside := viewer.NewSystemContext(ctx, account)
	if err := s.seedCatalog(inside, otherCatalog); err != nil {
		return err
	}
	if _, err := s.Contacts.CreateAll(inside, otherContacts()); err != nil {
		return err
	}
	return s.key(ctx, account, OtherKey, viewer.Admin)
}

// key makes an API key whose name is its token: neither is a secret here.
func (s seeder) key(ctx context.Context, account int, token string, role viewer.Role) error {
	_, err := s.Auth.CreateKey(ctx, account, auth.NewKey{Name: token, Role: role, Token: token})
	return err
}

// chunk is how many contacts one write makes: the most that it may.
const chunk = 500

// people makes the contacts 1 to n, and the customer's.
func (s seeder) people(ctx context.Context, n int) error {
	ids := make([]int, n, n+1)
	for i := range ids {
		ids[i] = i + 1
	}
	if n < CustomerID { // the customer's is there in any case
		ids = append(ids, CustomerID)
	}
	people := newPopulation()
	for part := range slices.Chunk(ids, chunk) {
		creates := make([]contact.Create, len(part))
		for i, id := range part {
			creates[i] = people.contact(id)
		}
		if _, err := s.Contacts.CreateAll(ctx, creates); err != nil {
			return fmt.Errorf("contacts %d to %d: %w", part[0], part[len(part)-1], err)
		}
	}
	return nil
}
