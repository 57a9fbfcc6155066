package contactgraph

import (
	"context"
	"time"
)

// Session is a session of a user or customer.
type Session struct {
	Token     string // for WithToken
	ExpiresAt time.Time
	Viewer    *Viewer
	// How many sign-ins failed since the last one that did not.
	FailedAttempts int
}

// Viewer returns the caller that the credentials belong to; nil if there are none.
func (c *Client) Viewer(ctx context.Context) (*Viewer, error) {
	response, _, err := viewer(ctx, c)
	if err != nil {
		return nil, err
	}
	return response.Viewer, nil
}

// SignIn opens a session of a user or customer. It needs no credentials. Programs that act as
// themselves send an API key instead: see WithAPIKey.
//
// A *RejectedError has the code UserErrorCodeSignInRefused, UserErrorCodeSecondFactorRequired,
// UserErrorCodeWrongCode or UserErrorCodeRateLimited.
func (c *Client) SignIn(ctx context.Context, input SignInInput) (*Session, error) {
	response, _, err := signIn(ctx, c, input)
	p := &response.SignIn
	if err == nil {
		err = rejection(p.Errors)
	}
	if err != nil {
		return nil, err
	}
	return &Session{Token: p.Token, ExpiresAt: p.ExpiresAt, Viewer: p.Viewer, FailedAttempts: p.FailedAttempts}, nil
}

// SignOut ends the session of the client's token, or all of the viewer.
func (c *Client) SignOut(ctx context.Context, input SignOutInput) error {
	response, _, err := signOut(ctx, c, input)
	if err != nil {
		return err
	}
	return rejection(response.SignOut.Errors)
}
