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
	"contactgraph/internal/viewer"
)

// credentials are the input of a sign-in; cookie stores the session in a cookie instead of
// returning its token.
type credentials struct {
	account, login, password string
	code                     *string // of the second factor
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
	session, err := r.auth.SignInWithCode(ctx, id, c.login, c.password, valueOf(c.code), from)
	if why := signInError(err); why != nil {
		return refusedSignIn(why), nil
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

// signInError returns why a sign-in was refused, nil for other errors.
func signInError(err error) model.ContactError {
	path := "code"
	switch {
	case errors.Is(err, auth.ErrRefused):
		return model.Forbidden{Code: model.ContactErrorCodeSignInRefused, Message: "The account, login or password is wrong."}
	case errors.Is(err, auth.ErrCodeRequired):
		return model.ValidationError{
			Code: model.ContactErrorCodeSecondFactorRequired, Path: &path,
			Message: "Enter the code that your authenticator app shows, or a recovery code.",
		}
	case errors.Is(err, auth.ErrCode):
		return model.ValidationError{
			Code: model.ContactErrorCodeWrongCode, Path: &path, Message: auth.WrongCode,
		}
	}
	return nil
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
	v, _ := viewer.FromContext(ctx)
	issuer, err := r.auth.IssuerOf(ctx, v)
	if err != nil {
		return nil, err
	}
	if err := r.auth.SignOut(ctx); err != nil {
		return nil, err
	}
	r.cookies.Clear(ctx)
	p := &model.SignOutPayload{Errors: []model.ContactError{}}
	if issuer != "" && r.signOutURL != nil {
		if at := r.signOutURL(ctx, issuer); at != "" {
			p.ProviderURL = &at
		}
	}
	return p, nil
}
