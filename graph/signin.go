package graph

import (
	"context"
	"errors"

	"contactgraph/graph/model"
	"contactgraph/internal/auth"
)

// signIn signs in to the named account. That there is no such account looks like a wrong password.
func (r *Resolver) signIn(ctx context.Context, account, login, password string) (*model.SignInPayload, error) {
	id, _, err := r.auth.AccountByName(ctx, account)
	if err != nil {
		return nil, err
	}
	session, err := r.auth.SignIn(ctx, id, login, password)
	if errors.Is(err, auth.ErrRefused) {
		refused := model.Forbidden{Code: model.ContactErrorCodeSignInRefused, Message: "The login or the password is wrong."}
		return &model.SignInPayload{Errors: []model.ContactError{refused}}, nil
	}
	if err != nil {
		return nil, err
	}
	v, err := r.viewerOf(ctx, session.Viewer)
	return &model.SignInPayload{Token: &session.Token, ExpiresAt: &session.ExpiresAt, Viewer: v, Errors: []model.ContactError{}}, err
}
