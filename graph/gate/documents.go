package gate

import (
	"context"
	"sync"

	"contactgraph/internal/graphqlhttp"

	"github.com/99designs/gqlgen/graphql"
	"github.com/hashicorp/golang-lru/v2/simplelru"
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
	known *simplelru.LRU[string, *ast.QueryDocument]
	bytes int
}

var _ graphql.Cache[*ast.QueryDocument] = (*Documents)(nil)

// NewDocuments returns an empty cache.
func NewDocuments() *Documents {
	d := &Documents{}
	known, err := simplelru.NewLRU(maxDocumentBytes, func(query string, _ *ast.QueryDocument) { d.bytes -= documentSize(query) })
	if err != nil {
		panic(err) // only for a size below 1
	}
	d.known = known
	return d
}

// Get returns the document of a query.
func (d *Documents) Get(_ context.Context, query string) (*ast.QueryDocument, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.known.Get(query)
}

// Add adds a document, and removes those that have not been used for longest if there are too many.
func (d *Documents) Add(_ context.Context, query string, doc *ast.QueryDocument) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.known.Contains(query) {
		d.bytes += documentSize(query)
	}
	d.known.Add(query, doc)
	for d.bytes > maxDocumentBytes {
		d.known.RemoveOldest()
	}
}

// documentSize returns about how many bytes a document uses at most: a token has at least one
// character, and most are followed by another one.
func documentSize(query string) int {
	return len(query) + bytesPerToken*min(len(query)/2+1, graphqlhttp.ParserTokenLimit)
}
