package rest

import (
	"context"
	"net/http"

	"contactgraph/internal/contact"
)

// Headers of idempotent writes.
const (
	requestKeyHeader = "Idempotency-Key"
	replayedHeader   = "Idempotency-Replayed"
)

// errRequestKey is a refusal of both doors.
const errRequestKey refusalError = "the idempotency key is none"

// once runs do with the idempotency key of the request, if it has one, and says in a header whether that has happened before.
// asked is what the request asks for, without passwords.
func once(w http.ResponseWriter, r *http.Request, asked any, do func(context.Context) error) error {
	switch len(r.Header.Values(requestKeyHeader)) {
	case 0:
		return do(r.Context())
	case 1:
	default:
		return errRequestKey
	}
	key, err := contact.NewRequestKey(r.Header.Get(requestKeyHeader), "", []any{r.Method, r.URL.Path, asked})
	if err != nil {
		return errRequestKey
	}
	err = do(contact.WithRequestKey(r.Context(), key))
	if key.Replayed() {
		w.Header().Set(replayedHeader, "true")
	}
	return err
}
