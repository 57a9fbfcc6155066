// Package query reads contacts: one by its id or a unique key, or a page of a list under a filter.
//
// Start reading at Page in page.go. filter.go turns a filter into conditions, and condition.go
// turns each condition into SQL on an index: hasWord, for example, finds the contacts that have a
// word with a prefix. planner.go decides by counts which of the plans in plans.go finds a page
// fast, and cursor.go encodes the position where a page ends. lookup.go reads single contacts.
//
// Every query fails with authz.ErrUnauthenticated without a viewer.
package query

import (
	"context"

	"contactgraph/ent"

	"entgo.io/ent/dialect/sql"
)

// DB is the part of database.DB that queries need.
type DB interface {
	// Client reads what the viewer of the context may see.
	Client() *ent.Client
	// ReadContact returns the contact, nil if the account has none with the id. It does not check
	// what the viewer may see.
	ReadContact(ctx context.Context, account, id int) (*ent.Contact, error)
	// CountRows returns the number of rows of a query. It does not check what the viewer may see.
	CountRows(ctx context.Context, query func(*sql.DialectBuilder) *sql.Selector) (int, error)
}

// Service reads contacts. It is safe for concurrent use.
type Service struct{ db DB }

// New returns a service that reads from the database.
func New(db DB) *Service { return &Service{db: db} }
