// Package query reads contacts: one by its id or a unique key, or a page of a list under a filter.
//
// Start reading at Page in page.go. filter.go turns a filter into conditions, search.go does this
// with the words of a search, and condition.go turns each condition into SQL on indexes. planner.go
// decides by counts which of the plans in plans.go finds a page fast, and cursor.go encodes the
// position where a page ends. suggest.go finds what a search without a result may have meant.
// lookup.go reads single contacts.
//
// Every query fails with authz.ErrUnauthenticated without a viewer.
package query

import (
	"context"

	"contactgraph/ent"

	"entgo.io/ent/dialect/sql"
	lru "github.com/hashicorp/golang-lru/v2"
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
type Service struct {
	db           DB
	companyWords *lru.Cache[string, []string] // by the name of the company
}

// New returns a service that reads from the database.
func New(db DB) *Service {
	words, err := lru.New[string, []string](2 * maxCompanies)
	if err != nil {
		panic(err) // the size is not positive
	}
	return &Service{db: db, companyWords: words}
}
