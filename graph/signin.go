package graph

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"contactgraph/graph/gate"
	"contactgraph/graph/model"
	"contactgraph/internal/auth"
	"contactgraph/internal/graphqlhttp"
	"contactgraph/internal/limiter"
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
	from := gate.OriginOf(ctx)
	from.Account = c.account
	session, err := r.auth.SignIn(ctx, id, c.login, c.password, from)
	if errors.Is(err, auth.ErrRefused) {
		return refusedSignIn(model.Forbidden{Code: model.ContactErrorCodeSignInRefused, Message: "The account, login or password is wrong."}), nil
	}
	if limited, ok := errors.AsType[*limiter.RateError](err); ok {
		return throttledSignIn(ctx, limited), nil
	}
	if err != nil {
		return nil, err
	}
	v, err := r.viewerOf(ctx, session.Viewer)
	if err != nil {
		return nil, err
	}
	p := &model.SignInPayload{ExpiresAt: &session.ExpiresAt, Viewer: v, FailedAttempts: session.FailedAttempts, Errors: []model.ContactError{}}
	if c.cookie {
		return p, r.cookies.Set(ctx, session)
	}
	p.Token = &session.Token
	return p, nil
}

// throttledSignIn is the payload of a sign-in that has to wait.
func throttledSignIn(ctx context.Context, limited *limiter.RateError) *model.SignInPayload {
	if h := graphqlhttp.Header(ctx); h != nil {
		h.Set("Retry-After", strconv.Itoa(limited.RetryAfter))
	}
	return refusedSignIn(model.ValidationError{
		Code:    model.ContactErrorCodeRateLimited,
		Message: fmt.Sprintf("Too many failed attempts to sign in: try again in %d seconds.", limited.RetryAfter),
	})
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
