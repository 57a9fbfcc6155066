// Package app puts the services together that work on one open database. Commands of the command line,
// the server and tests begin here.
package app

import (
	"log/slog"
	"time"

	"contactgraph/internal/auth"
	"contactgraph/internal/contact"
	"contactgraph/internal/feed"
)

// DB is what the services need of database.DB.
type DB interface {
	auth.DB
	contact.DB
	contact.QueryDB
	contact.CatalogDB
	contact.ChangeLogDB
	feed.Log
}

// Services work on one database. All of them are safe for concurrent use.
type Services struct {
	Auth     *auth.Service
	Contacts *contact.Service // the commands that write contacts
	Queries  *contact.Queries
	Catalog  *contact.Catalog // stores, companies, segments and property definitions
	Changes  *contact.ChangeLog
	Hub      *feed.Hub // of the followers of the change log; to be closed when the server stops
}

// New returns the services on a database. They take the time from now.
func New(db DB, passwords *auth.Passwords, now func() time.Time, log *slog.Logger) *Services {
	hub := feed.New(db, log)
	changes := contact.NewChangeLog(db, hub, now)
	return &Services{
		Auth:     auth.New(db, passwords, now),
		Contacts: contact.New(db, changes, passwords, now),
		Queries:  contact.NewQueries(db),
		Catalog:  contact.NewCatalog(db, now),
		Changes:  changes,
		Hub:      hub,
	}
}
