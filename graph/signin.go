package graph

import (
	"context"
	"errors"

	"contactgraph/graph/gate"
	"contactgraph/graph/model"
	"contactgraph/internal/auth"
	"contactgraph/internal/limiter"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// signIn signs in to the named account. An unknown account gives the same error as a wrong
// password.
func (r *Resolver) signIn(ctx context.Context, in model.SignInInput) (*model.SignInPayload, error) {
	if in.Cookie {
		if why := r.cookies.Unavailable(ctx); why != "" { // don't open a session whose token could not be delivered
			path := "cookie"
			return refusedSignIn(model.ValidationError{Code: model.UserErrorCodeInvalid, Path: &path, Message: why}), nil
		}
	}
	id, _, err := r.auth.AccountByName(ctx, in.Account)
	if err != nil {
		return nil, err
	}
	from := gate.OriginOf(ctx)
	from.Account = in.Account
	session, err := r.auth.SignInWithCode(ctx, id, in.Login, in.Password, valueOf(in.Code.Value()), from)
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
	p := &model.SignInPayload{ExpiresAt: &session.ExpiresAt, Viewer: v, FailedAttempts: session.FailedAttempts, Errors: []model.UserError{}}
	if in.Cookie {
		return p, r.cookies.Set(ctx, session)
	}
	p.Token = &session.Token
	return p, nil
}

// signInError returns why a sign-in was refused, nil for other errors.
func signInError(err error) model.UserError {
	path := "code"
	switch {
	case errors.Is(err, auth.ErrRefused):
		return model.Forbidden{Code: model.UserErrorCodeSignInRefused, Message: "The account, login or password is wrong."}
	case errors.Is(err, auth.ErrCodeRequired):
		return model.ValidationError{
			Code: model.UserErrorCodeSecondFactorRequired, Path: &path,
			Message: "Enter the code that your authenticator app shows, or a recovery code.",
		}
	case errors.Is(err, auth.ErrCode):
		return model.ValidationError{
			Code: model.UserErrorCodeWrongCode, Path: &path, Message: auth.WrongCode,
		}
	}
	return nil
}

// throttledSignIn is the payload of a sign-in that has to wait.
func throttledSignIn(ctx context.Context, limited *limiter.RateError) *model.SignInPayload {
	retryAfter(ctx, limited)
	return refusedSignIn(model.ValidationError{
		Code:    model.UserErrorCodeRateLimited,
		Message: "Too many failed attempts to sign in: try again in " + usererror.Seconds(limited.RetryAfter) + ".",
	})
}

func refusedSignIn(why model.UserError) *model.SignInPayload {
	return &model.SignInPayload{Errors: []model.UserError{why}}
}

// signOut ends the session of the request, or all of its owner, and clears the cookie if the
// request was authenticated by it.
func (r *Resolver) signOut(ctx context.Context, everywhere bool) (*model.SignOutPayload, error) {
	v, _ := viewer.FromContext(ctx)
	issuer, err := r.auth.IssuerOf(ctx, v)
	if err != nil {
		return nil, err
	}
	if err := r.auth.SignOut(ctx, everywhere); err != nil {
		return nil, err
	}
	r.cookies.Clear(ctx)
	p := &model.SignOutPayload{Errors: []model.UserError{}}
	if issuer != "" && r.signOutURL != nil {
		if at := r.signOutURL(ctx, issuer); at != "" {
			p.ProviderURL = &at
		}
	}
	return p, nil
}
