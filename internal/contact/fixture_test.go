package contact_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/ent/property"
	"contactgraph/internal/catalog"
	"contactgraph/internal/changelog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"

	"github.com/google/go-cmp/cmp"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

var start = time.Date(2026, 3, 1, 12, 0, 0, 123456000, time.UTC)

// The services, by the names under which a fixture embeds them.
type (
	Commands = contact.Service
	Queries  = query.Service
	Catalog  = catalog.Service
	Changes  = changelog.Service
)

// fixture is a service on a database of its own with two accounts. Its clock moves a second at each look.
type fixture struct {
	*Commands
	*Queries
	*Catalog
	*Changes
	hub       *changelog.Hub
	db        *databasetest.DB
	t         *testing.T
	passwords *passwords
	demo      *tenant
	other     *tenant

	mu    sync.Mutex
	clock time.Time
}

// tenant is an account with what its contacts refer to, and who acts in it.
type tenant struct {
	*fixture
	account int
	admin   context.Context
	agent   context.Context

	stores, companies, segments []int // three of each
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{db: databasetest.Open(t), t: t, clock: start, passwords: &passwords{}}
	f.hub = changelog.NewHub(f.db, slog.New(slog.DiscardHandler))
	f.Queries, f.Catalog, f.Changes = query.New(f.db), catalog.New(f.db, f.now), changelog.New(f.db, f.hub, f.now)
	f.Commands = contact.New(f.db, f.Changes, f.passwords, f.now).Via(change.SourceGRAPHQL)
	f.demo, f.other = f.tenant("demo"), f.tenant("other")
	return f
}

func (f *fixture) now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.clock = f.clock.Add(time.Second)
	return f.clock
}

// forward moves the clock.
func (f *fixture) forward(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.clock = f.clock.Add(d)
}

func (f *fixture) tenant(name string) *tenant {
	f.t.Helper()
	a := &tenant{fixture: f, account: f.db.Account(name)}
	as := func(role viewer.Role, id int) context.Context {
		return viewer.NewContext(f.t.Context(), viewer.Viewer{
			Account: a.account, Role: role, Actor: viewer.Actor{Kind: viewer.ActorKey, ID: id, Name: name + "-" + role.String()},
		})
	}
	a.admin, a.agent = as(viewer.Admin, 1), as(viewer.Agent, 2)
	for i := range 3 {
		n := catalog.Entry{Name: fmt.Sprint(name, " ", i)}
		a.stores = append(a.stores, must(f.CreateStore(a.admin, n)).ID)
		a.companies = append(a.companies, must(f.CreateCompany(a.admin, n)).ID)
		a.segments = append(a.segments, must(f.CreateSegment(a.admin, n)).ID)
	}
	return a
}

// create makes a contact as the agent.
func (a *tenant) create(set field.Patch, details ...contact.Details) *ent.Contact {
	a.t.Helper()
	c := contact.Create{RegistrationSource: "test", Set: set}
	for _, d := range details {
		c.Details = d
	}
	r, err := a.Create(a.agent, c)
	if err != nil {
		a.t.Fatal(err)
	}
	return r.Contact
}

// property defines a property as the admin.
func (a *tenant) property(p catalog.NewProperty) int {
	a.t.Helper()
	if p.Kind == "" {
		p.Kind = property.KindText
	}
	created, err := a.CreateProperty(a.admin, p)
	if err != nil {
		a.t.Fatal(err)
	}
	return created.ID
}

// as is a context in which a customer is signed in as the contact.
func (a *tenant) as(c *ent.Contact) context.Context { return a.asID(c.ID) }

func (a *tenant) asID(id int) context.Context {
	return viewer.NewContext(a.t.Context(), viewer.Viewer{
		Account: a.account, Role: viewer.Customer, Contact: id, Actor: viewer.Actor{Kind: viewer.ActorContact, ID: id},
	})
}

// get reads a contact as the agent.
func (a *tenant) get(id int) *ent.Contact {
	a.t.Helper()
	c, err := a.Get(a.agent, id)
	if err != nil {
		a.t.Fatal(err)
	}
	return c
}

// update writes fields as ctx, whatever the version.
func (f *fixture) update(ctx context.Context, id int, set field.Patch) (*contact.Result, error) {
	return f.Update(ctx, contact.Update{ID: id, Lock: overwrite, Set: set})
}

// details writes details as ctx, whatever the version.
func (f *fixture) details(ctx context.Context, id int, d contact.Details) (*contact.Result, error) {
	return f.SetDetails(ctx, contact.SetDetails{ID: id, Lock: overwrite, Details: d})
}

// refused runs a command that must fail with these errors, in this order, and leave the database as it was. Each is
// written as its code and path.
func (f *fixture) refused(name string, do func() error, want ...string) usererror.Errors {
	f.t.Helper()
	before := f.db.Dump()
	err := do()
	var errs usererror.Errors
	if !errors.As(err, &errs) {
		f.t.Errorf("%s: got %v, want %q", name, err, want)
		return nil
	}
	if diff := cmp.Diff(want, codes(errs)); diff != "" {
		f.t.Errorf("%s (-want +got)\n%s", name, diff)
	}
	if diff := cmp.Diff(before, f.db.Dump()); diff != "" {
		f.t.Errorf("%s: it changed the database (-before +after)\n%s", name, diff)
	}
	return errs
}

// codes writes each error as its code and path.
func codes(errs usererror.Errors) []string {
	list := make([]string, len(errs))
	for i, e := range errs {
		list[i] = string(e.Code)
		if e.Path != "" {
			list[i] += " " + e.Path
		}
	}
	return list
}

var overwrite = contact.Lock{OnConflict: contact.Overwrite}

// at is the lock of a caller who saw c.
func at(c *ent.Contact) contact.Lock { return contact.Lock{Expected: &c.Version} }

// expecting is the lock of a caller who saw the version.
func expecting(v revision.Version) contact.Lock { return contact.Lock{Expected: &v} }

// must is for what cannot fail.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// errOf drops the result of a command.
func errOf[T any](_ T, err error) error { return err }

// passwords stands in for hashing, which takes long on purpose: a hash is the password with a prefix.
type passwords struct {
	mu     sync.Mutex
	hashed int
	onHash func()
}

var errHash = errors.New("of the test")

func (p *passwords) Hash(_ context.Context, password string) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hashed++
	if p.onHash != nil {
		p.onHash()
	}
	if password == "unlucky" {
		return "", errHash
	}
	return "hash of " + password, nil
}

func (p *passwords) Verify(_ context.Context, hash, password string) (bool, error) {
	return hash == "hash of "+password, nil
}
