// Package auth authenticates people and programs: it turns an HTTP request into a viewer, signs
// users and contacts in and out, and creates the accounts, users and API keys that they use.
//
// There are two kinds of credentials. A program sends an API key. A person signs in with a login
// and a password and gets a session, whose token is sent in a header or a cookie. Only the SHA-256
// of a token is stored, and only an argon2id hash of a password; neither appears in an error or a
// log.
//
// This package runs before there is a viewer, so it queries the database as the server itself:
// across accounts only until the account is known, and within that account from then on. What a
// viewer may do is decided elsewhere: see package authz.
//
// Start reading at Service.Authenticate, which finds the viewer of a request. Then Service.SignIn
// and Passwords, and last the functions that create accounts, users and API keys.
package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/account"
	"contactgraph/internal/database"
	"contactgraph/internal/settings"
	"contactgraph/internal/viewer"
)

// The errors of this package. Any other error is a fault, such as a database that is unreachable.
var (
	// ErrCredentials: the request carries an API key or bearer token that is unknown or has
	// expired.
	ErrCredentials = errors.New("the credentials are unknown or have expired")
	// ErrRefused: the login does not exist or the password is wrong. The error does not reveal
	// which.
	ErrRefused = errors.New("wrong login or password")
	// ErrCodeRequired: the password is right, and a code of the second factor has to be sent too.
	ErrCodeRequired = errors.New("a code of the second factor is required")
	// ErrCode: the code of the second factor is wrong, or has been used.
	ErrCode = errors.New("wrong code of the second factor")
	// ErrNameTaken: an account with this name, a user with this login or a key with this token
	// exists.
	ErrNameTaken = errors.New("already exists")
	// ErrInvalid: a name, role, token or password cannot be stored. It is wrapped with the reason.
	ErrInvalid = errors.New("invalid value")
)

// WrongCode is the message of ErrCode, for people.
const WrongCode = "The code is missing or wrong, or was used before. Enter the one that the app shows next, or an unused recovery code."

// DB is what this package needs of database.DB.
type DB interface {
	// Client reads what the context's viewer may see.
	Client() *ent.Client
	// Write runs fn, possibly several times, in a transaction about the contact, 0 for none, and
	// returns when it is durable.
	Write(ctx context.Context, contact int, fn func(context.Context, *database.Tx) error) error
}

// Service authenticates the callers of all accounts of one database. It is safe for concurrent use.
type Service struct {
	// SecureCookies is true if browsers connect by HTTPS, whether directly or through a proxy. Set
	// it before the first request.
	SecureCookies bool

	db        DB
	passwords *Passwords
	throttle  *Throttle
	now       func() time.Time
	log       *slog.Logger
	apiKeys   keyCache
}

// New returns a service on db. It takes the time from now.
func New(db DB, passwords *Passwords, now func() time.Time, log *slog.Logger) *Service {
	return &Service{db: db, passwords: passwords, throttle: NewThrottle(db, now), now: now, log: log}
}

// Throttle returns what makes those who guess credentials wait.
func (s *Service) Throttle() *Throttle { return s.throttle }

// settingsOf returns the settings of an account; the defaults for account 0.
func (s *Service) settingsOf(ctx context.Context, id int) (settings.Account, error) {
	if id == 0 {
		return settings.Account{}, nil
	}
	row, err := s.db.Client().Account.Query().Where(account.ID(id)).Only(viewer.NewSystemContext(ctx, id))
	if err != nil {
		return settings.Account{}, fmt.Errorf("reading the settings of account %d: %w", id, err)
	}
	return row.Settings, nil
}
