package graph

import (
	"context"
	"errors"

	"contactgraph/graph/model"
	"contactgraph/internal/auth"
	"contactgraph/internal/graphqlhttp"
)

// credentials are the input of a sign-in; cookie stores the session in a cookie instead of
// returning its token.
type credentials struct {
	account, login, password string
	cookie                   bool
}

// signIn signs in to the named account. An unknown account gives the same error as a wrong
// password.
func (r *Resolver) signIn(ctx context.Context, c credentials) (*model.SignInPayload, error) {
	if c.cookie && graphqlhttp.Header(ctx) == nil { // don't open a session whose token could not be delivered
		path := "cookie"
		return refusedSignIn(model.ValidationError{
			Code: model.ContactErrorCodeInvalid, Path: &path,
			Message: "A cookie cannot be set on this transport: sign in with a POST request that accepts JSON.",
		}), nil
	}
	id, _, err := r.auth.AccountByName(ctx, c.account)
	if err != nil {
		return nil, err
	}
	session, err := r.auth.SignIn(ctx, id, c.login, c.password)
	if errors.Is(err, auth.ErrRefused) {
		return refusedSignIn(model.Forbidden{Code: model.ContactErrorCodeSignInRefused, Message: "The account, login or password is wrong."}), nil
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
		return p, r.cookies.Set(ctx, session)
	}
	p.Token = &session.Token
	return p, nil
}

func refusedSignIn(why model.ContactError) *model.SignInPayload {
	return &model.SignInPayload{Errors: []model.ContactError{why}}
}

// signOut ends the session of the request, and clears the cookie if the request was authenticated
// by it.
func (r *Resolver) signOut(ctx context.Context) (*model.SignOutPayload, error) {
	if err := r.auth.SignOut(ctx); err != nil {
		return nil, err
	}
	r.cookies.Clear(ctx)
	return &model.SignOutPayload{Errors: []model.ContactError{}}, nil
}
