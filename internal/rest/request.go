package rest

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"contactgraph/internal/auth"
	"contactgraph/internal/netlimit"
	"contactgraph/internal/viewer"
)

// maxBody is the limit of a request body in bytes.
const maxBody = 256 << 10

// authenticate returns r with its viewer in the context. An unsafe request from a page of another
// site needs more than the cookie, because the browser adds the cookie by itself.
func (a *API) authenticate(r *http.Request) (*http.Request, error) {
	req := r
	crossSite := a.origins.Check(r) != nil
	if crossSite {
		req = r.WithContext(r.Context())
		req.Header = r.Header.Clone()
		req.Header.Del("Cookie")
	}
	v, ok, err := a.Auth.Authenticate(req)
	switch {
	case errors.Is(err, auth.ErrCredentials):
		return r, errUnauthenticated
	case err != nil:
		return r, err
	case ok:
		return r.WithContext(viewer.NewContext(r.Context(), v)), nil
	}
	if crossSite && a.Auth.HasCookie(r) {
		return r, errCrossSite
	}
	return r, errUnauthenticated
}

// limitBody rejects a compressed body, because its length is not its size, and limits how much can
// be read of any other.
func limitBody(w http.ResponseWriter, r *http.Request) error {
	for _, encoding := range r.Header.Values("Content-Encoding") {
		if encoding != "" && !strings.EqualFold(encoding, "identity") {
			return errEncoded
		}
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	return nil
}

// readBody reads the whole body.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if err := limitBody(w, r); err != nil {
		return nil, err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, bodyError(err)
	}
	return body, nil
}

// bodyError returns the requestError for a failed read of a body.
func bodyError(err error) error {
	_, tooLarge := errors.AsType[*http.MaxBytesError](err)
	switch {
	case tooLarge:
		return errTooLarge
	case errors.Is(err, netlimit.ErrInterrupted):
		return errInterrupted
	}
	return errUnreadable
}
