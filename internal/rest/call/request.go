package call

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"contactgraph/internal/auth"
	"contactgraph/internal/netlimit"
	"contactgraph/internal/viewer"
)

// MaxBody is the limit of a request body in bytes.
const MaxBody = 256 << 10

// Authenticate returns r with its viewer in the context. A request from a page of another origin
// needs more than the cookie, because the browser adds the cookie by itself.
func (c *Calls) Authenticate(r *http.Request) (*http.Request, error) {
	v, ok, err := c.Auth.Authenticate(r)
	switch {
	case errors.Is(err, auth.ErrCredentials):
		return r, ErrUnauthenticated
	case err != nil:
		return r, err
	case ok:
		return r.WithContext(viewer.NewContext(r.Context(), v)), nil
	case c.Auth.IgnoresCookie(r):
		return r, ErrCrossSite
	}
	return r, ErrUnauthenticated
}

// LimitBody rejects a compressed body, because its length is not its size, and limits how much can
// be read of any other.
func LimitBody(w http.ResponseWriter, r *http.Request) error {
	for _, encoding := range r.Header.Values("Content-Encoding") {
		if encoding != "" && !strings.EqualFold(encoding, "identity") {
			return ErrEncoded
		}
	}
	r.Body = http.MaxBytesReader(w, r.Body, MaxBody)
	return nil
}

// ReadBody reads the whole body.
func ReadBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if err := LimitBody(w, r); err != nil {
		return nil, err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, BodyError(err)
	}
	return body, nil
}

// BodyError returns the Error for a failed read of a body.
func BodyError(err error) error {
	_, tooLarge := errors.AsType[*http.MaxBytesError](err)
	switch {
	case tooLarge:
		return ErrTooLarge
	case errors.Is(err, netlimit.ErrInterrupted):
		return ErrInterrupted
	}
	return ErrUnreadable
}
