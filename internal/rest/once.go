package rest

import (
	"net/http"

	"contactgraph/internal/idempotency"
)

// replayedHeader says that a write has happened before.
const replayedHeader = "Idempotency-Replayed"

// errRequestKey is a refusal of both doors.
const errRequestKey refusalError = "the idempotency key is none"

// once runs do with the idempotency key of the request, if it has one, and says in a header whether that has happened before.
// asked is what the request asks for, without passwords.
func once(w http.ResponseWriter, r *http.Request, asked any, do func(*idempotency.Key) error) error {
	given := r.Header.Values(idempotency.Header)
	if len(given) == 0 {
		return do(nil)
	}
	key, err := idempotency.NewKey(given, []any{r.Method, r.URL.Path, asked})
	if err != nil {
		return errRequestKey
	}
	err = do(key)
	if key.Replayed() {
		w.Header().Set(replayedHeader, "true")
	}
	return err
}
