package rest

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"contactgraph/internal/auth"
	"contactgraph/internal/viewer"
)

// refusalError is why a request is turned away before the rules are asked. Each door has a table that says how it answers.
type refusalError string

// Refusals of both doors.
const (
	errUnauthenticated refusalError = "no credentials, or wrong ones"
	errCrossSite       refusalError = "a page of another site sent the browser's cookie"
	errTooLarge        refusalError = "the body is too large"
	errEncoded         refusalError = "the body is compressed"
	errUnreadable      refusalError = "the body could not be read"
)

// errForbidden is a refusal of the contacts door.
const errForbidden refusalError = "the viewer may not"

// Refusals of the iService door.
const (
	errNoOperation refusalError = "no such operation"
	errMethod      refusalError = "another method"
	errNotJSON     refusalError = "the body is not JSON"
	errNotForm     refusalError = "the body is not a form"
	errShape       refusalError = "the JSON is not of the documented form"
	errNoLogins    refusalError = "logins to be set, and none given"
	errLogin       refusalError = "wrong login or password"
)

// Error returns the reason.
func (e refusalError) Error() string { return string(e) }

// maxBody bounds a request's body, in bytes.
const maxBody = 256 << 10

// authenticate returns r with its viewer in the context. An unsafe request from another site's page must bring more than
// the cookie, which the browser adds unasked.
func (a *API) authenticate(r *http.Request) (*http.Request, error) {
	asked := r
	crossSite := a.origins.Check(r) != nil
	if crossSite {
		asked = r.WithContext(r.Context())
		asked.Header = r.Header.Clone()
		asked.Header.Del("Cookie")
	}
	v, ok, err := a.Auth.Authenticate(asked)
	switch {
	case errors.Is(err, auth.ErrCredentials):
		return r, errUnauthenticated
	case err != nil:
		return r, err
	case ok:
		return r.WithContext(viewer.NewContext(r.Context(), v)), nil
	}
	if _, err := r.Cookie(auth.CookieName); err == nil && crossSite {
		return r, errCrossSite
	}
	return r, errUnauthenticated
}

// limitBody refuses a compressed body, whose size its length does not tell, and bounds what can be read of others.
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

// bodyError is the refusal for an error of reading a body.
func bodyError(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return errTooLarge
	}
	return errUnreadable
}
