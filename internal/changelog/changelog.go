// Package changelog reads the log of all changes of contacts: the history of one contact, a contact
// as of an older version, the account's feed of changes for other systems, and subscriptions that
// follow the feed. Package contact appends to the log, in the transaction of each write.
//
// Start reading at Page in feed.go and Follow in follow.go. hub.go and tail.go cache the end of
// each account's log in memory for all followers, history.go and asof.go read the log of one
// contact backwards, and retention.go deletes expired changes. Reads fail with
// authz.ErrUnauthenticated without a viewer.
package changelog

import (
	"context"
	"time"

	"contactgraph/ent"
	"contactgraph/internal/database"
)

// DB is the part of database.DB that the change log needs.
type DB interface {
	// Client reads what the viewer of the context may see.
	Client() *ent.Client
	// Write runs fn, possibly several times, in a transaction about the contact, 0 for none, and
	// returns when it is durable.
	Write(ctx context.Context, contact int, fn func(context.Context, *database.Tx) error) error
	// LogEnd returns the sequence number of the account's latest change, 0 if there is none, and
	// that of the latest change that has been deleted from the log, 0 if the log is complete.
	LogEnd(ctx context.Context, account int) (last, cut int64, err error)
}

// Service reads the change log. It is safe for concurrent use.
type Service struct {
	db  DB
	hub *Hub
	now func() time.Time
}

// New returns a service on the database that takes the time from now. Follow needs the hub; it may
// be nil where nothing follows.
func New(db DB, hub *Hub, now func() time.Time) *Service {
	return &Service{db: db, hub: hub, now: now}
}
