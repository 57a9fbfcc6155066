package graph

import (
	"context"
	"errors"
	"net/http"

	"contactgraph/graph/model"
	"contactgraph/internal/auth"
	"contactgraph/internal/graphqlhttp"
)

// credentials are what somebody signs in with, and how the session is to be kept.
type credentials struct {
	account, login, password string
	cookie                   bool
}

// signIn signs in to the named account. That there is no such account looks like a wrong password.
func (r *Resolver) signIn(ctx context.Context, c credentials) (*model.SignInPayload, error) {
	if c.cookie && graphqlhttp.Header(ctx) == nil { // before a session is opened whose token nobody would get
		path := "cookie"
		return refusedSignIn(model.ValidationError{
			Code: model.ContactErrorCodeInvalid, Path: &path,
			Message: "No cookie can be set here: sign in by a POST that is answered with JSON.",
		}), nil
	}
	id, _, err := r.auth.AccountByName(ctx, c.account)
	if err != nil {
		return nil, err
	}
	session, err := r.auth.SignIn(ctx, id, c.login, c.password)
	if errors.Is(err, auth.ErrRefused) {
		return refusedSignIn(model.Forbidden{Code: model.ContactErrorCodeSignInRefused, Message: "The login or the password is wrong."}), nil
	}
	if err != nil {
		return nil, err
	}
	v, err := r.viewerOf(ctx, session.Viewer)
	if err != nil {
		return nil, err
	}
	p := &model.SignInPayload{ExpiresAt: &session.ExpiresAt, Viewer: v, Errors: []model.ContactError{}}
	if c.cookie {
		r.cookies.set(ctx, session)
	} else {
		p.Token = &session.Token
	}
	return p, nil
}

func refusedSignIn(why model.ContactError) *model.SignInPayload {
	return &model.SignInPayload{Errors: []model.ContactError{why}}
}

// signOut ends the session that the request came with, and takes the cookie away if it came by that.
func (r *Resolver) signOut(ctx context.Context) (*model.SignOutPayload, error) {
	if err := r.auth.SignOut(ctx); err != nil {
		return nil, err
	}
	r.cookies.clear(ctx)
	return &model.SignOutPayload{Errors: []model.ContactError{}}, nil
}

// cookies are those that keep sessions in browsers. A page of another origin cannot have one set, and cannot use it: what is
// not a query takes a POST of JSON, which needs leave that this server gives nobody, and WebSockets are for pages of its own.
type cookies struct {
	auth   *auth.Service
	secure bool
}

// set keeps the session in the browser.
func (c cookies) set(ctx context.Context, s auth.Session) {
	answer(ctx, c.auth.Cookie(s.Token, s.ExpiresAt, c.secure))
}

// clear makes the browser forget the cookie that the request came by, if it did, and if its answer can say so.
func (c cookies) clear(ctx context.Context) {
	if graphqlhttp.Header(ctx) != nil && auth.ByCookie(callerOf(ctx).request) {
		answer(ctx, c.auth.ClearingCookie(c.secure))
	}
}

// answer puts the cookie into the answer. Of several fields that do so the last decides, as it does about the session: a
// browser would heed any of two cookies of one name.
func answer(ctx context.Context, c *http.Cookie) {
	graphqlhttp.Header(ctx).Set("Set-Cookie", c.String())
}
