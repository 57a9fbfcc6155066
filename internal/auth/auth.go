// Package auth lets people and programs in: it turns a request into a viewer, checks passwords, opens and ends sessions, and
// makes the accounts, API keys and users that they come in with.
//
// It runs before there is a viewer, so it asks the database as the server itself, within one account as soon as that is
// known. Of a token only the SHA-256 is stored, of a password only an argon2id hash; neither stands in an error or a log.
package auth

import (
	"context"
	"errors"
	"time"

	"contactgraph/ent"
	"contactgraph/internal/database"
)

// What this package's functions fail with, besides faults such as a database that is away.
var (
	// ErrCredentials: the request carries an API key or a bearer token that is unknown or has expired.
	ErrCredentials = errors.New("the credentials are unknown or have expired")
	// ErrRefused: nobody has this login, or the password is not its own. It does not say which.
	ErrRefused = errors.New("the login or the password is wrong")
	// ErrNameTaken: an account of this name, a user with this login or a key with this token exists.
	ErrNameTaken = errors.New("it exists already")
	// ErrInvalid: a name, role, token or password cannot be stored as it is. It comes wrapped in what is wrong with it.
	ErrInvalid = errors.New("not acceptable")
)

// Store is the part of the store that sign-in needs.
type DB interface {
	// Client reads what the context's viewer may see.
	Client() *ent.Client
	// Write runs a function in a transaction and returns when its work is durable; it may run the function twice.
	Write(ctx context.Context, contact int, fn func(context.Context, *database.Tx) error) error
}

// Service signs in, for all accounts of one database. It is safe for concurrent use.
type Service struct {
	store     DB
	passwords *Passwords
	now       func() time.Time
	keys      keyCache
}

// New returns a service that keeps what it makes in store, and takes the time from now.
func New(store DB, passwords *Passwords, now func() time.Time) *Service {
	return &Service{store: store, passwords: passwords, now: now}
}
