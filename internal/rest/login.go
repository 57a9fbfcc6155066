package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"contactgraph/ent"
	"contactgraph/internal/auth"
	"contactgraph/internal/viewer"
)

// signIn opens a session in the account that this door serves, and hands the browser its cookie.
func (a *API) signIn(w http.ResponseWriter, r *http.Request, said *reply) error {
	if a.origins.Check(r) != nil {
		return errCrossSite // else a page could sign its visitor in as somebody else
	}
	form, err := readForm(w, r)
	if err != nil {
		return err
	}
	account, found, err := a.IServiceAccount(r.Context())
	if err != nil {
		return fmt.Errorf("looking up the account of the iService door: %w", err)
	}
	if !found {
		account = 0 // where nobody signs in, as slowly as elsewhere
	}
	session, err := a.Auth.SignIn(r.Context(), account, parameter(form, "emailAddress"), parameter(form, "Password"))
	if errors.Is(err, auth.ErrRefused) {
		return errLogin
	}
	if err != nil {
		return err
	}
	who, err := a.describe(r.Context(), session.Viewer)
	if err != nil {
		return err
	}
	said.LoggedIn = who
	http.SetCookie(w, a.Auth.Cookie(session.Token, session.ExpiresAt, a.SecureCookies))
	return nil
}

// readForm reads the body as a form, of either encoding that a page can send. Credentials in the URL are not looked at.
func readForm(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	if err := limitBody(w, r); err != nil {
		return nil, err
	}
	err := r.ParseForm()
	if err == nil {
		err = r.ParseMultipartForm(maxBody) //nolint:gosec // limitBody has bounded it
	}
	switch {
	case err == nil, errors.Is(err, http.ErrNotMultipart):
		return r.PostForm, nil
	case errors.Is(bodyError(err), errTooLarge):
		return nil, errTooLarge
	}
	return nil, errNotForm
}

// signedIn says who is signed in. That nobody is, is no error.
func (a *API) signedIn(_ http.ResponseWriter, r *http.Request, said *reply) error {
	r, err := a.authenticate(r)
	if errors.Is(err, errUnauthenticated) {
		return nil
	}
	if err != nil {
		return err
	}
	v, _ := viewer.FromContext(r.Context())
	who, err := a.describe(r.Context(), v)
	if err == nil {
		said.LoggedIn = who
	}
	return err
}

// signOut ends the session and takes the cookie away. It changes something also as a GET, so that a link on another site's
// page must not do it.
func (a *API) signOut(w http.ResponseWriter, r *http.Request, _ *reply) error {
	asPost := r.WithContext(r.Context())
	asPost.Method = http.MethodPost
	if a.origins.Check(asPost) != nil {
		return errCrossSite
	}
	// The cookie's session ends whatever else came with the request: the cookie is what the answer takes away.
	cookieOnly := r.WithContext(r.Context())
	cookieOnly.Header = http.Header{"Cookie": r.Header.Values("Cookie")}
	for _, credential := range []*http.Request{cookieOnly, r} {
		signedIn, err := a.authenticate(credential)
		if err == nil {
			err = a.Auth.SignOut(signedIn.Context())
		}
		if err != nil && !errors.Is(err, errUnauthenticated) {
			return err
		}
	}
	http.SetCookie(w, a.Auth.ClearingCookie(a.SecureCookies))
	return nil
}

// describe says who v is: of a contact its id and name, of an agent or a program the name.
func (a *API) describe(ctx context.Context, v viewer.Viewer) (*loggedIn, error) {
	if v.Role != viewer.Customer {
		return &loggedIn{IsLoggedIn: true, ContactName: v.Actor.Name}, nil
	}
	c, err := a.Queries.Get(viewer.NewContext(ctx, v), v.Contact)
	if err != nil {
		return nil, err
	}
	return &loggedIn{IsLoggedIn: true, ContactID: &c.ID, ContactName: fullName(c)}, nil
}

// fullName is the first and the last name, joined by a blank.
func fullName(c *ent.Contact) string {
	var names []string
	for _, name := range []*string{c.FirstName, c.LastName} {
		if name != nil && *name != "" {
			names = append(names, *name)
		}
	}
	return strings.Join(names, " ")
}
