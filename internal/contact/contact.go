// Package contact holds the rules: who may do what to a contact, what a valid contact is, which keys are taken, when a
// write is stale, and what goes into the change log. Both doors call it, so that none is stricter than the other.
//
// Every command checks the viewer first, then reports all that the caller can mend, together, as Errors; any other error
// is a fault. A command that fails has changed nothing.
package contact

import (
	"context"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/internal/database"

	"entgo.io/ent/dialect/sql"
)

// Store is the part of internal/database that the rules need.
type DB interface {
	Reader
	Writer
}

// Reader reads outside writes.
type Reader interface {
	// Client reads what the context's viewer may see.
	Client() *ent.Client
	// ReadContact returns the contact, whoever the viewer is; nil if the account has none with the id.
	ReadContact(ctx context.Context, account, id int) (*ent.Contact, error)
	// CountRows returns the number of rows of a query, whoever the viewer is.
	CountRows(ctx context.Context, query func(*sql.DialectBuilder) *sql.Selector) (int, error)
	// LogEnd returns the number of the account's latest change, and that of the latest which has been cut off its log.
	LogEnd(ctx context.Context, account int) (last, cut int64, err error)
}

// Writer runs writes.
type Writer interface {
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

// Service runs the commands and queries.
type Service struct {
	store     DB
	passwords Passwords
	now       func() time.Time
	source    change.Source
}

// New returns a service whose writes the log attributes to an import; Via gives each door its own.
func New(store DB, passwords Passwords, now func() time.Time) *Service {
	return &Service{store: store, passwords: passwords, now: now, source: change.SourceIMPORT}
}

// Via returns the service as one door calls it: the log says through which a change came.
func (s *Service) Via(source change.Source) *Service {
	via := *s
	via.source = source
	return &via
}

// Result is what an accepted write produced.
type Result struct {
	Contact *ent.Contact // the contact as it is now; after a deletion, as it was
	Change  *ent.Change  // its row in the log
	Merge   *Divergence  // what it was merged with; nil if nobody had come between
}

// clock is the time of a write: both engines keep microseconds.
func (s *Service) clock() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

// client reads.
func (s *Service) client() *ent.Client { return s.store.Client() }
