package iservice

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"contactgraph/internal/auth"
	"contactgraph/internal/authz"
	"contactgraph/internal/rest/call"
	"contactgraph/internal/viewer"
	"contactgraph/internal/weborigin"
)

// costSignIn is the cost of a sign-in: the hash of a password.
const costSignIn = 3000

// signIn handles the operation login: it opens a session in the account that this API serves, and
// sets the session cookie.
func (a *API) signIn(w http.ResponseWriter, r *http.Request, resp *response) error {
	if weborigin.Foreign(r) {
		return call.ErrCrossSite // otherwise a page could sign its visitor in to a different account
	}
	sent, err := readCredentials(w, r)
	if err != nil {
		return err
	}
	permit, err := a.BeginAnonymous(r, costSignIn)
	defer permit.Release()
	if err != nil {
		return err
	}
	account, found, err := a.IServiceAccount(r.Context())
	if err != nil {
		return fmt.Errorf("look up the account of the iService API: %w", err)
	}
	if !found {
		account = 0 // sign-in fails there, and takes as long as in any account
	}
	session, err := a.Auth.SignIn(r.Context(), account, string(sent.EmailAddress), string(sent.Password), auth.OriginOf(r))
	if errors.Is(err, auth.ErrRefused) || errors.Is(err, auth.ErrCodeRequired) { // this API has no parameter for a code
		return errLogin
	}
	if err != nil {
		return err
	}
	if session.Viewer.Enrolling { // nor does it set up second factors
		if err := a.Auth.SignOut(viewer.NewContext(r.Context(), session.Viewer), false); err != nil {
			return err
		}
		return errLogin
	}
	return a.enter(w, r, session, resp)
}

// enter describes the owner of a new session in the response, and sets its cookie.
func (a *API) enter(w http.ResponseWriter, r *http.Request, session auth.Session, resp *response) error {
	who, err := a.describe(r.Context(), session.Viewer)
	if err != nil {
		return err
	}
	if err := a.Auth.EndCookieSession(r.Context(), r); err != nil { // whose cookie is replaced
		return err
	}
	resp.LoggedIn = who
	http.SetCookie(w, a.Auth.Cookie(session.Token, session.ExpiresAt))
	return nil
}

// credentials are the parameters of login. The letter case of their names is ignored.
type credentials struct {
	EmailAddress text `json:"emailAddress"`
	Password     text `json:"Password"`
}

// readCredentials reads the body, which is JSON or a form.
func readCredentials(w http.ResponseWriter, r *http.Request) (credentials, error) {
	return readEither(w, r, func(form url.Values) credentials {
		return credentials{text(parameter(form, "emailAddress")), text(parameter(form, "Password"))}
	})
}

// readEither reads the body as JSON if it is declared as that, and otherwise as a form, whose
// parameters fromForm converts.
func readEither[T any](w http.ResponseWriter, r *http.Request, fromForm func(url.Values) T) (sent T, err error) {
	if media, _, _ := call.ContentType(r.Header); media == call.ApplicationJSON || media == call.TextJSON {
		err = readJSON(w, r, &sent)
		return sent, err
	}
	form, err := readForm(w, r)
	return fromForm(form), err
}

// readForm reads the body as a form, in either encoding that an HTML form can send. Parameters of
// the URL are ignored.
func readForm(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	if err := call.LimitBody(w, r); err != nil {
		return nil, err
	}
	err := r.ParseForm()
	if err == nil {
		err = r.ParseMultipartForm(call.MaxBody) //nolint:gosec // call.LimitBody has limited it
	}
	if err == nil || errors.Is(err, http.ErrNotMultipart) {
		return r.PostForm, nil
	}
	if cause := call.BodyError(err); !errors.Is(cause, call.ErrUnreadable) {
		return nil, cause
	}
	return nil, errNotForm
}

// signedIn handles the operation loggedin: it describes the signed-in user. It is not an error if
// there is none.
func (a *API) signedIn(_ http.ResponseWriter, r *http.Request, resp *response) error {
	r, permit, err := a.Begin(r, call.CostRead)
	defer permit.Release()
	if errors.Is(err, call.ErrUnauthenticated) {
		return nil
	}
	if err != nil {
		return err
	}
	v, err := authz.RequireViewer(r.Context())
	if err != nil {
		return err
	}
	who, err := a.describe(r.Context(), v)
	if err == nil {
		resp.LoggedIn = who
	}
	return err
}

// signOut handles the operation logout: it ends the session and clears the cookie. A GET signs out
// as well, so it is checked like a POST: a link on another site must not sign the user out.
func (a *API) signOut(w http.ResponseWriter, r *http.Request, _ *response) error {
	if weborigin.Foreign(r) {
		return call.ErrCrossSite
	}
	// The session of the cookie ends even if the request has other credentials, because the
	// response clears the cookie.
	if err := a.Auth.EndCookieSession(r.Context(), r); err != nil {
		return err
	}
	signedIn, err := a.Authenticate(r)
	if err == nil {
		err = a.Auth.SignOut(signedIn.Context(), false)
	}
	if err != nil && !errors.Is(err, call.ErrUnauthenticated) {
		return err
	}
	http.SetCookie(w, a.Auth.ClearingCookie())
	return nil
}
