// Package job writes many contacts in the background: it imports files, and updates and deletes
// contacts that a filter finds. A job is planned, applied, and can be reverted.
//
//   - The plan says what each item would do, and writes no contact: the commands of package contact
//     are run as a rehearsal. It is bound to the versions of the contacts that it has seen.
//   - Applying runs the commands in shared transactions. Each transaction also stores the outcomes
//     of its items and the position of the job, so that a process that is killed at any moment has
//     applied each item once or not at all.
//   - Reverting undoes the changes of the job, except those of what others have changed since.
//
// A process leases a job while it runs it, and another one takes over when the lease has expired.
// It acts as the viewer that created the job, whose rights are read again when it runs.
//
// Start reading at Service; bulk.go creates jobs, control.go changes their state, run.go runs them:
// plan.go, apply.go and revert.go have the three kinds of steps. read.go has the queries,
// content.go the JSON of what is written. docs/decisions/0034-jobs.md has the reasons.
//
// Of imports, import.go creates them, import_file.go stores and reads their files, import_plan.go
// plans their rows: import_row.go makes contents of them, references.go finds what they refer to,
// and import_keys.go finds duplicates. import_errors.go writes the file of rows that failed.
package job

import (
	"context"
	"log/slog"
	"time"

	"contactgraph/ent"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/database"
	"contactgraph/internal/idempotency"
	"contactgraph/internal/viewer"
)

// DB is the part of database.DB that jobs need.
type DB interface {
	// Client reads what the viewer of the context may see.
	Client() *ent.Client
	// Write runs fn, possibly several times, in a transaction about the contact, 0 for none, and
	// returns when it is durable.
	Write(ctx context.Context, contact int, fn func(context.Context, *database.Tx) error) error
}

// Actors finds the viewers that jobs act as.
type Actors interface {
	// ActorViewer returns the viewer that an API key or a user of the account stands for now. ok is
	// false if it may do nothing any more.
	ActorViewer(ctx context.Context, account int, a viewer.Actor) (v viewer.Viewer, ok bool, err error)
}

// Hashes checks hashes of passwords that imports keep.
type Hashes interface {
	// CheckHash fails unless a password can be verified with the hash.
	CheckHash(hash string) error
}

// Service creates, runs and shows jobs. It is safe for concurrent use.
type Service struct {
	db       DB
	contacts *contact.Service
	queries  *query.Service
	catalog  *catalog.Service
	actors   Actors
	hashes   Hashes
	now      func() time.Time
	log      *slog.Logger
	key      *idempotency.Key
	wake     chan struct{}
}

// Services are what a Service depends on.
type Services struct {
	Contacts *contact.Service
	Queries  *query.Service
	Catalog  *catalog.Service
	Actors   Actors
	Hashes   Hashes
}

// New returns a service on the database that takes the time from now. Jobs run while Serve does.
func New(db DB, on Services, now func() time.Time, log *slog.Logger) *Service {
	return &Service{
		db: db, contacts: on.Contacts, queries: on.Queries, catalog: on.Catalog, actors: on.Actors, hashes: on.Hashes, now: now, log: log,
		wake: make(chan struct{}, 1),
	}
}

// WithKey returns the service for one request with an idempotency key, nil if it has none. A write
// fails with KeyReused if the key was used for another request.
func (s *Service) WithKey(key *idempotency.Key) *Service {
	keyed := *s
	keyed.key = key
	return &keyed
}

// timestamp returns the time of a write. Both engines store microseconds.
func (s *Service) timestamp() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

// wakeUp makes Serve look for jobs to run.
func (s *Service) wakeUp() {
	select {
	case s.wake <- struct{}{}:
	default: // it is awake
	}
}
