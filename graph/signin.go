package graph

import (
	"context"
	"errors"

	"contactgraph/graph/model"
	"contactgraph/internal/auth"
	"contactgraph/internal/graphqlhttp"
)

// credentials are the input of a sign-in, and how the session is kept.
type credentials struct {
	account, login, password string
	cookie                   bool
}

// signIn signs in to the named account. That there is no such account looks like a wrong password.
func (r *Resolver) signIn(ctx context.Context, c credentials) (*model.SignInPayload, error) {
	if c.cookie && graphqlhttp.Header(ctx) == nil { // before a session is opened whose token would be lost
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
		r.cookies.Set(ctx, session)
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
	r.cookies.Clear(ctx)
	return &model.SignOutPayload{Errors: []model.ContactError{}}, nil
}
