// Package catalog has the objects that contacts refer to: stores, companies, segments and the
// definitions of properties. Admins manage them; each function documents who may read. Staff are
// agents and admins. Without the role, a function fails with Forbidden, and without a viewer with
// authz.ErrUnauthenticated.
//
// The name of a store, company, segment or property has 1 to 250 UTF-16 units. Creating and
// changing fail with Required, TooLong or Invalid otherwise.
//
// Start reading at Service. reference_data.go has stores, companies and segments, whose common code
// is in entry_type.go; property.go and property_change.go have the definitions of properties, whose
// types are in property_type.go; read.go has all reads.
package catalog

import (
	"context"
	"time"

	"contactgraph/ent"
	"contactgraph/internal/database"
	"contactgraph/internal/idempotency"
)

// DB is the part of database.DB that the catalog needs.
type DB interface {
	// Client reads what the viewer of the context may see.
	Client() *ent.Client
	// Write runs fn, possibly several times, in a transaction about the contact, 0 for none, and
	// returns when it is durable.
	Write(ctx context.Context, contact int, fn func(context.Context, *database.Tx) error) error
}

// Service reads and manages the catalog. It is safe for concurrent use.
type Service struct {
	db  DB
	now func() time.Time
	key *idempotency.Key
}

// New returns a service on the database that takes the time from now.
func New(db DB, now func() time.Time) *Service { return &Service{db: db, now: now} }

// WithKey returns the service for one request with an idempotency key, nil if it has none. A write
// fails with KeyReused if the key was used for another request.
func (s *Service) WithKey(key *idempotency.Key) *Service {
	keyed := *s
	keyed.key = key
	return &keyed
}

// transaction runs fn in a transaction that writes no contact.
func (s *Service) transaction(ctx context.Context, fn func(context.Context, *database.Tx) error) error {
	return s.db.Write(ctx, 0, fn)
}
