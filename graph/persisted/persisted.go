// Package persisted finds the documents of requests that only identify one instead of sending it.
// There are two kinds:
//
//   - trusted documents, which the operator chose when the server was started (trusted.go); some API
//     keys can run no others;
//   - those that clients have sent before, by Apollo's protocol of automatic persisted queries
//     (automatic.go).
//
// A document that is found runs like one that was sent, with the rights and limits of its caller.
//
// Start reading at Documents.Resolve.
package persisted

import (
	"crypto/sha256"
	"encoding/hex"

	"contactgraph/graph/apierror"
	"contactgraph/internal/graphqlhttp"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Documents are the documents that requests can identify. They are safe for concurrent use.
type Documents struct {
	trusted   *Trusted
	automatic *automatic
}

// New returns the trusted documents, which can be nil, and no others yet.
func New(trusted *Trusted) *Documents {
	return &Documents{trusted, newAutomatic(maxBytes, maxGroupBytes)}
}

// version is the only version of Apollo's protocol.
const version = "1"

// The messages by which clients of Apollo's protocol know these errors, like by the codes.
const (
	messageNotFound     = "PersistedQueryNotFound"
	messageNotSupported = "PersistedQueryNotSupported"
)

// Resolve sets the query of a request that only identifies its document. It fails if the document
// is unknown to the group of callers, or the query is not the one that the request identifies.
func (d *Documents) Resolve(g Group, r *graphqlhttp.Request) *gqlerror.Error {
	var known bool
	switch p := r.PersistedQuery; {
	case r.DocumentID != "":
		if r.Query, known = d.trusted.find(r.DocumentID); !known {
			return apierror.New(apierror.CodePersistedNotFound, "The server has no trusted document with this documentId.")
		}
	case p == nil:
	case p.Version != version:
		return apierror.New(apierror.CodePersistedNotSupported, messageNotSupported)
	case r.Query != "":
		if p.SHA256 != hashOf(r.Query) {
			return apierror.New(apierror.CodeBadInput, "sha256Hash must be the SHA-256 of the query, in lower-case hexadecimal digits.")
		}
	default:
		if r.Query, known = d.find(g, p.SHA256); !known {
			return apierror.New(apierror.CodePersistedNotFound, messageNotFound)
		}
	}
	return nil
}

// find returns the document that sha256Hash identifies. Apollo's clients also send the id of a
// trusted document there.
func (d *Documents) find(g Group, hash string) (query string, known bool) {
	if query, known = d.trusted.find(hash); !known {
		query, known = d.automatic.get(g, hash)
	}
	return query, known
}

// Keep keeps a query that the group of callers will identify by its hash. The caller has found that
// it is valid.
func (d *Documents) Keep(g Group, query string) {
	if !d.Trusts(query) {
		d.automatic.add(g, hashOf(query), query)
	}
}

// Trusts reports whether the query is the text of a trusted document, however the request has
// identified it.
func (d *Documents) Trusts(query string) bool { return d.trusted.has(query) }

// hashOf returns the SHA-256 of a text in hexadecimal digits.
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
