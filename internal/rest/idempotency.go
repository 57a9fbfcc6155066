package rest

import (
	"context"
	"net/http"

	"contactgraph/internal/contact"
)

// replayedHeader marks the response to a write that was executed earlier.
const replayedHeader = "Idempotency-Replayed"

// runIdempotent calls write under the idempotency key of the request, if it has one. If a write
// with this key was executed before, its stored outcome is returned and the response is marked as
// replayed. input is what identifies the request; it must not contain passwords, because a hash of
// it is stored.
func runIdempotent(w http.ResponseWriter, r *http.Request, input any, write func(context.Context) error) error {
	sent := r.Header.Values(contact.RequestKeyHeader)
	if len(sent) == 0 {
		return write(r.Context())
	}
	key, err := contact.NewRequestKey(sent, []any{r.Method, r.URL.Path, input})
	if err != nil {
		return errIdempotencyKey
	}
	err = write(contact.WithRequestKey(r.Context(), key))
	if key.Replayed() {
		w.Header().Set(replayedHeader, "true")
	}
	return err
}
