// Package contacttest gives the tests of the domain packages a database with two accounts and the
// services that work on it. Only tests import it.
//
// Start reading at New. A Fixture is the services on one database; a Tenant is one of its accounts
// with the objects that contacts refer to and contexts for each role. write.go has shorthands for
// writes and locks, assert.go for errors.
package contacttest

import (
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"contactgraph/ent/change"
	"contactgraph/internal/catalog"
	"contactgraph/internal/changelog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/database/databasetest"
)

// Start is the time at which a fixture's clock starts.
var Start = time.Date(2026, 3, 1, 12, 0, 0, 123456000, time.UTC)

// The names under which a Fixture embeds the services.
type (
	// Commands are the commands of contact.
	Commands = contact.Service
	// Queries are those of query.
	Queries = query.Service
	// Catalog is the service of catalog.
	Catalog = catalog.Service
	// Changes is the service of changelog.
	Changes = changelog.Service
)

// Fixture has the services on a database of its own with two accounts. Its clock advances by one
// second each time it is read. Commands write as the source GRAPHQL.
type Fixture struct {
	*Commands
	*Queries
	*Catalog
	*Changes

	Hub       *changelog.Hub
	DB        *databasetest.DB
	T         *testing.T
	Passwords *Passwords
	Demo      *Tenant // the account that most tests use
	Other     *Tenant // another account, whose data Demo must not see

	Logger *slog.Logger // the commands' own; see Logged

	mu     sync.Mutex
	clock  time.Time
	logged output
}

// output collects what the commands log.
type output struct {
	mu   sync.Mutex
	text strings.Builder
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

// Logged returns what the commands have logged.
func (f *Fixture) Logged() string {
	f.logged.mu.Lock()
	defer f.logged.mu.Unlock()
	return f.logged.text.String()
}

// New returns a fixture on a new database, which is closed when the test ends.
func New(t *testing.T) *Fixture {
	t.Helper()
	f := &Fixture{DB: databasetest.Open(t), T: t, clock: Start, Passwords: &Passwords{}}
	f.Logger = slog.New(slog.NewTextHandler(&f.logged, nil))
	f.Hub = changelog.NewHub(f.DB, slog.New(slog.DiscardHandler))
	f.Queries, f.Catalog, f.Changes = query.New(f.DB), catalog.New(f.DB, f.Now), changelog.New(f.DB, f.Hub, f.Now)
	f.Commands = contact.New(f.DB, f.Changes, contact.Passwords{Hasher: f.Passwords, Guesses: f.Passwords}, f.Now, f.Logger).Via(change.SourceGRAPHQL)
	f.Demo, f.Other = f.newTenant("demo"), f.newTenant("other")
	return f
}

// Now advances the clock by one second and returns its time.
func (f *Fixture) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.clock = f.clock.Add(time.Second)
	return f.clock
}

// Advance moves the clock forward by d.
func (f *Fixture) Advance(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.clock = f.clock.Add(d)
}

// SetClock sets the clock.
func (f *Fixture) SetClock(now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.clock = now
}
