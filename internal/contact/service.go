// Package contact holds the commands that write contacts: who may do what to a contact, what a valid
// contact is, which unique keys are taken, when a write is stale, and what goes into the change log.
// Every API, the import and the demo data call it, so that none is stricter than another.
//
// Every command checks the viewer first, then reports all that the caller can fix, together, as
// usererror.Errors; any other error is a fault. A command that fails has changed nothing.
//
// Start reading at Update in update.go, which follows one command from the check to the transaction;
// write.go has the unit of work that all commands share, edit.go and reconcile.go what they do inside
// it, and uniquekeys.go the keys of email and phone. Package field lists what a contact consists of,
// merge compares a stale write with what others have written, and query reads contacts.
package contact

import (
	"context"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/internal/changelog"
	"contactgraph/internal/contact/merge"
	"contactgraph/internal/database"
	"contactgraph/internal/idempotency"
)

// DB is the part of database.DB that the commands need.
type DB interface {
	// Client reads what the context's viewer may see.
	Client() *ent.Client
	// Write runs fn in a transaction about the contact, 0 for none, and returns when its work is durable.
	Write(ctx context.Context, contact int, fn func(context.Context, *database.Tx) error) error
	// WriteAll is Write about several contacts, all of which it locks against every other write.
	WriteAll(ctx context.Context, contacts []int, fn func(context.Context, *database.Tx) error) error
}

// Passwords hashes and verifies passwords.
type Passwords interface {
	Hash(ctx context.Context, password string) (string, error)
	Verify(ctx context.Context, hash, password string) (bool, error)
}

// Service runs the commands. It is safe for concurrent use.
type Service struct {
	db        DB
	log       *changelog.Service
	passwords Passwords
	now       func() time.Time
	source    change.Source
	key       *idempotency.Key
}

// New returns a service whose writes the change log attributes to an import; see Via.
func New(db DB, log *changelog.Service, passwords Passwords, now func() time.Time) *Service {
	return &Service{db: db, log: log, passwords: passwords, now: now, source: change.SourceIMPORT}
}

// Via returns the service for one API: the change log names it as the source of every change.
func (s *Service) Via(source change.Source) *Service {
	via := *s
	via.source = source
	return &via
}

// WithKey returns the service for one request with an idempotency key, nil if it has none.
func (s *Service) WithKey(key *idempotency.Key) *Service {
	keyed := *s
	keyed.key = key
	return &keyed
}

// Result is what an accepted write produced.
type Result struct {
	Contact *ent.Contact      // as it is now; after a deletion, as it was; after an erasure nil
	Change  *ent.Change       // its row in the change log
	Merge   *merge.Divergence // what it was merged with; nil if the version was current
}

// clock is the time of a write: both engines keep microseconds.
func (s *Service) timestamp() time.Time { return s.now().UTC().Truncate(time.Microsecond) }
