package call

import (
	"net/http"

	"contactgraph/internal/idempotency"
)

// replayedHeader marks the response to a write that was executed earlier.
const replayedHeader = "Idempotency-Replayed"

// RunIdempotent calls write under the idempotency key of the request, if it has one. If a write
// with this key was executed before, its stored outcome is returned and the response is marked as
// replayed. input is what identifies the request; it must not contain passwords, because a hash of
// it is stored.
func RunIdempotent(w http.ResponseWriter, r *http.Request, input any, write func(*idempotency.Key) error) error {
	sent := r.Header.Values(idempotency.Header)
	if len(sent) == 0 {
		return write(nil)
	}
	key, err := idempotency.NewKey(sent, []any{r.Method, r.URL.Path, input})
	if err != nil {
		return ErrIdempotencyKey
	}
	err = write(key)
	if key.Replayed() {
		w.Header().Set(replayedHeader, "true")
	}
	return err
}
