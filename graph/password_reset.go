package graph

import (
	"context"
	"errors"
	"strconv"

	"contactgraph/graph/gate"
	"contactgraph/graph/model"
	"contactgraph/internal/graphqlhttp"
	"contactgraph/internal/limiter"
	"contactgraph/internal/reset"
	"contactgraph/internal/usererror"
)

// requestPasswordReset records a request for a new password in the named account. An unknown
// account gives the same result as any other.
func (r *Resolver) requestPasswordReset(ctx context.Context, in model.RequestPasswordResetInput) (*model.RequestPasswordResetPayload, error) {
	id, _, err := r.auth.AccountByName(ctx, in.Account)
	if err != nil {
		return nil, err
	}
	errs, err := resetErrors(ctx, r.resets.Record(ctx, reset.Request{
		Account: id, AccountName: in.Account, Login: in.Login, Address: gate.OriginOf(ctx).Address,
	}))
	return &model.RequestPasswordResetPayload{Errors: errs}, err
}

// resetPassword sets the password of the owner of a token.
func (r *Resolver) resetPassword(ctx context.Context, in model.ResetPasswordInput) (*model.ResetPasswordPayload, error) {
	errs, err := resetErrors(ctx, r.resets.Confirm(ctx, r.contacts, in.Token, in.NewPassword, gate.OriginOf(ctx).Address))
	return &model.ResetPasswordPayload{Errors: errs}, err
}

// resetErrors returns the errors of a payload, also if the request has to wait.
func resetErrors(ctx context.Context, err error) ([]model.UserError, error) {
	if limited, ok := errors.AsType[*limiter.RateError](err); ok {
		retryAfter(ctx, limited)
		return []model.UserError{model.ValidationError{
			Code:    model.UserErrorCodeRateLimited,
			Message: "Too many requests: try again in " + usererror.Seconds(limited.RetryAfter) + ".",
		}}, nil
	}
	return payloadErrors(err)
}

// retryAfter sets the header with the seconds to wait, if the response can have headers.
func retryAfter(ctx context.Context, limited *limiter.RateError) {
	if h := graphqlhttp.Header(ctx); h != nil {
		h.Set("Retry-After", strconv.Itoa(limited.RetryAfter))
	}
}
