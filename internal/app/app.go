// Package app creates the services that work on one open database. The server, the command line and
// tests use it. Start reading at Services; New shows which services depend on which.
package app

import (
	"log/slog"
	"time"

	"contactgraph/internal/auth"
	"contactgraph/internal/catalog"
	"contactgraph/internal/changelog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/duplicate"
	"contactgraph/internal/export"
	"contactgraph/internal/job"
	"contactgraph/internal/people"
	"contactgraph/internal/rekey"
	"contactgraph/internal/report"
	"contactgraph/internal/reset"
)

// DB is the part of database.DB that the services need.
type DB interface {
	auth.DB
	contact.DB
	query.DB
	catalog.DB
	changelog.DB
	people.DB
	reset.DB
	export.DB
	duplicate.DB
	changelog.HubDB
}

// Services are the services on one database. All of them are safe for concurrent use.
type Services struct {
	Auth       *auth.Service      // sign-in, credentials, accounts
	Contacts   *contact.Service   // commands that write contacts
	Queries    *query.Service     // reads of contacts
	Jobs       *job.Service       // writes of many contacts in the background; run its Serve
	Catalog    *catalog.Service   // stores, companies, segments and property definitions
	People     *people.Service    // users, API keys, sessions, settings, the audit log
	Resets     *reset.Service     // new passwords by email; see its SendBy
	Keys       *rekey.Service     // computes keys and search terms again
	Changes    *changelog.Service // history, as-of reads, the change feed
	Reports    *report.Service    // what is held on a person
	Exports    *export.Service    // files of contacts
	Duplicates *duplicate.Service // contacts that may be the same person
	Hub        *changelog.Hub     // wakes the followers of the change log; close it when the server stops
	Now        func() time.Time   // the time that all of them go by
}

// New returns the services on a database. They take the time from now.
func New(db DB, passwords *auth.Passwords, now func() time.Time, log *slog.Logger) *Services {
	hub := changelog.NewHub(db, log)
	changes := changelog.New(db, hub, now)
	keys := rekey.New(db, now, log)
	authService := auth.New(db, passwords, now, log)
	peopleService := people.New(db, passwords, authService.Throttle(), keys, now)
	contacts := contact.New(db, changes, contact.Passwords{Hasher: passwords, Guesses: authService.Throttle()}, now, log)
	queries := query.New(db)
	catalogService := catalog.New(db, now)
	return &Services{
		Auth:       authService,
		Contacts:   contacts,
		Queries:    queries,
		Jobs:       job.New(db, job.Services{Contacts: contacts, Queries: queries, Catalog: catalogService, Actors: authService, Hashes: passwords}, now, log),
		Catalog:    catalogService,
		People:     peopleService,
		Resets:     reset.New(db, passwords, authService.Throttle(), now, log),
		Keys:       keys,
		Changes:    changes,
		Reports:    report.New(db, changes, peopleService, now),
		Exports:    export.New(db, queries, changes, now),
		Duplicates: duplicate.New(db, now, log),
		Hub:        hub,
		Now:        now,
	}
}
