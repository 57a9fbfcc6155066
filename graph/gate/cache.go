package gate

import (
	"context"
	"sync"

	"contactgraph/internal/bytelru"
	"contactgraph/internal/graphqlhttp"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

const (
	// maxDocumentBytes is how much memory the cached documents can use. Clients send the same few
	// documents repeatedly.
	maxDocumentBytes = 32 << 20
	// bytesPerToken is about how much memory a token of a parsed document uses.
	bytesPerToken = 170
)

// Documents caches parsed and validated documents, up to a number of bytes. gqlgen's cache is
// bounded by their number only, but one document can be a thousand times as large as another.
type Documents struct {
	mu    sync.Mutex
	known *bytelru.Cache[string, *ast.QueryDocument]
}

var _ graphql.Cache[*ast.QueryDocument] = (*Documents)(nil)

// NewDocuments returns an empty cache.
func NewDocuments() *Documents {
	return &Documents{known: bytelru.New(maxDocumentBytes, func(query string, _ *ast.QueryDocument) int { return documentSize(query) })}
}

// Get returns the document of a query.
func (d *Documents) Get(_ context.Context, query string) (*ast.QueryDocument, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.known.Get(query)
}

// Add adds a document.
func (d *Documents) Add(_ context.Context, query string, doc *ast.QueryDocument) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.known.Add(query, doc)
}

// documentSize returns about how many bytes a document uses at most: a token has at least one
// character, and most are followed by another one.
func documentSize(query string) int {
	return len(query) + bytesPerToken*min(len(query)/2+1, graphqlhttp.ParserTokenLimit)
}
