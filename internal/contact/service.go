// Package contact has the commands that write contacts. It decides who may write what, which values
// are valid, which unique keys are taken, when a write is stale, and what goes into the change log.
// All APIs and the demo data write through it, so that none is stricter than another.
//
// Every command authorizes the viewer first; without one it fails with authz.ErrUnauthenticated.
// Then it reports everything that the caller can fix, together, as usererror.Errors. Any other
// error is a fault of the server. A command that fails has changed nothing, with two exceptions:
// RunEach may have applied some of its commands, and after dberr.ErrUnknown the outcome is unknown.
//
// Start reading at Update in update.go, and then command.go, which runs a command from the check to
// the transaction; batch.go runs several, and shared.go those of a job, which share transactions.
// transaction.go has what the writes of a transaction share, unit_of_work.go the state of one;
// edit.go and reconcile.go have what a command does to it; unique_keys.go has the unique keys,
// key_throttle.go limits what a customer learns from them, and constraint_errors.go has their
// violations. rights.go keeps a viewer from reading and writing fields that its role excludes.
// Package field lists what a contact consists of and decides who may read and write it, merge
// compares a stale write with what others have written, and query reads contacts.
package contact

import (
	"context"
	"log/slog"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/internal/changelog"
	"contactgraph/internal/contact/merge"
	"contactgraph/internal/database"
	"contactgraph/internal/idempotency"
	"contactgraph/internal/viewer"
)

// DB is the part of database.DB that the commands need.
type DB interface {
	// Client reads what the viewer of the context may see.
	Client() *ent.Client
	// Write runs fn, possibly several times, in a transaction about the contact, 0 for none, and
	// returns when it is durable.
	Write(ctx context.Context, contact int, fn func(context.Context, *database.Tx) error) error
	// WriteAll is Write for several contacts, which it locks against all other writes.
	WriteAll(ctx context.Context, contacts []int, fn func(context.Context, *database.Tx) error) error
}

// Passwords hashes and verifies passwords, and counts wrong ones.
type Passwords struct {
	Hasher interface {
		Hash(ctx context.Context, password string) (string, error)
		Verify(ctx context.Context, hash, password string) (bool, error)
	}
	// Guesses makes those wait who guess the current password of the contact that they are signed
	// in as. Begin counts a failure, which undo removes, or fails with a *limiter.RateError. Owner
	// is how the audit log names a contact in failed sign-ins.
	Guesses interface {
		Begin(ctx context.Context, v viewer.Viewer) (undo func(context.Context) error, err error)
		Owner(account, contact int) string
	}
}

// Service runs the commands. It is safe for concurrent use.
type Service struct {
	db        DB
	log       *changelog.Service
	passwords Passwords
	now       func() time.Time
	throttle  *keyThrottle
	source    change.Source
	job       *int // see ForJob
	key       *idempotency.Key
	nullOnly  bool // see ClearingByNull
	echoes    bool // see AcceptingUnchanged
}

// New returns a service whose changes have the source IMPORT, as those of the demo data do. The
// service of an API has its own source: see Via. Writes of customers that ask for taken keys are
// reported to events.
func New(db DB, log *changelog.Service, passwords Passwords, now func() time.Time, events *slog.Logger) *Service {
	return &Service{db: db, log: log, passwords: passwords, now: now, throttle: newKeyThrottle(events), source: change.SourceIMPORT}
}

// Via returns the service for one API. The change log names it as the source of every change.
func (s *Service) Via(source change.Source) *Service {
	via := *s
	via.source = source
	return &via
}

// ForJob returns the service for a job, whose changes the change log can find.
func (s *Service) ForJob(id int) *Service {
	own := *s
	own.job = &id
	return &own
}

// ClearingByNull returns the service for an API in which only null clears a text of a contact: an
// empty text fails with Empty. A client that sends a text for every field that it knows would
// otherwise clear those that it has no value for, without noticing.
func (s *Service) ClearingByNull() *Service {
	strict := *s
	strict.nullOnly = true
	return &strict
}

// AcceptingUnchanged returns the service for an API whose clients send back all that they have
// read: a custom property that the viewer may not write can be sent as the viewer sees it. For
// other APIs, to send it is an error.
func (s *Service) AcceptingUnchanged() *Service {
	lenient := *s
	lenient.echoes = true
	return &lenient
}

// WithKey returns the service for one request with an idempotency key, nil if it has none. A write
// fails with KeyReused if the key was used for another request.
func (s *Service) WithKey(key *idempotency.Key) *Service {
	keyed := *s
	keyed.key = key
	return &keyed
}

// Result is the result of a command.
type Result struct {
	Contact *ent.Contact      // after the write; the state before a deletion; nil after an erasure
	Change  *ent.Change       // its row in the change log; nil if nothing was changed, see SetDetails
	Merge   *merge.Divergence // what it was merged with; nil if the version was current
}

// timestamp returns the time of a write. Both engines store microseconds.
func (s *Service) timestamp() time.Time { return s.now().UTC().Truncate(time.Microsecond) }
