// Package people looks after those who use an account: its users, API keys and sessions, its
// settings, and the audit log, which records what was done with them. Only admins may do this,
// except that every viewer may list and revoke its own sessions, and users manage their own
// password and second factor; accounts as a whole are managed only by the server itself, on the
// command line. Without the role, a function fails with Forbidden, and without a viewer with
// authz.ErrUnauthenticated.
//
// Each write is one transaction, which also stores the entry of the audit log. No secret is stored
// there or under an idempotency key.
//
// Start reading at Service. user.go and user_change.go have users, user_password.go and
// second_factor.go what they sign in with, key.go API keys, session.go sessions, settings.go the
// settings, auditlog.go the audit log, and account.go accounts.
package people

import (
	"context"
	"strings"
	"time"

	"contactgraph/ent"
	"contactgraph/internal/audit"
	"contactgraph/internal/authz"
	"contactgraph/internal/database"
	"contactgraph/internal/idempotency"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// DB is the part of database.DB that this package needs.
type DB interface {
	// Client reads what the viewer of the context may see.
	Client() *ent.Client
	// Write runs fn, possibly several times, in a transaction about the contact, 0 for none, and
	// returns when it is durable.
	Write(ctx context.Context, contact int, fn func(context.Context, *database.Tx) error) error
}

// Service looks after the users, API keys, sessions and settings of all accounts. It is safe for
// concurrent use.
type Service struct {
	db        DB
	passwords Passwords
	guesses   Guesses
	keys      Keys
	now       func() time.Time
	key       *idempotency.Key
}

// Keys computes the keys of contacts again after a change of the default country.
type Keys interface {
	// Wake makes it begin.
	Wake()
	// Running reports whether it has not finished in the account.
	Running(ctx context.Context, account int) (bool, error)
}

// New returns a service on the database that takes the time from now.
func New(db DB, passwords Passwords, guesses Guesses, keys Keys, now func() time.Time) *Service {
	return &Service{db: db, passwords: passwords, guesses: guesses, keys: keys, now: now}
}

// WithKey returns the service for one request with an idempotency key, nil if it has none. A write
// fails with KeyReused if the key was used for another request.
func (s *Service) WithKey(key *idempotency.Key) *Service {
	keyed := *s
	keyed.key = key
	return &keyed
}

const (
	pathName = "name"
	maxName  = 250 // UTF-16 units, of names and logins
)

// command is a write in its transaction.
type command struct {
	tx     *database.Tx
	viewer viewer.Viewer
	at     time.Time
}

// record stores an entry of the audit log.
func (c command) record(ctx context.Context, e audit.Entry) error {
	return audit.Record(ctx, c.tx.Ent, c.viewer, c.at, e)
}

// run runs a write of the viewer.
func run[T any](ctx context.Context, s *Service, v viewer.Viewer, fn func(context.Context, command) (T, error)) (T, error) {
	r := idempotency.Request{Key: s.key, Viewer: v, Now: s.now}
	transaction := func(ctx context.Context, fn func(context.Context, *database.Tx) error) error {
		return s.db.Write(ctx, 0, fn)
	}
	return idempotency.Run(ctx, r, idempotency.JSON[T](), transaction, func(ctx context.Context, tx *database.Tx) (T, error) {
		return fn(ctx, command{tx: tx, viewer: v, at: s.now().UTC().Truncate(time.Microsecond)})
	})
}

// adminRun runs a write of an admin. check returns what is wrong without the database.
func adminRun[T any](ctx context.Context, s *Service, check func() usererror.Errors, fn func(context.Context, command) (T, error)) (T, error) {
	v, err := authz.ToWrite(authz.RequireRole(ctx, viewer.Admin))
	if err == nil {
		err = check().OrNil()
	}
	if err != nil {
		var none T
		return none, err
	}
	return run(ctx, s, v, fn)
}

// noCheck is the check of a write that needs the database to find out what is wrong.
func noCheck() usererror.Errors { return nil }

// checkText adds errors for a text that is blank or too long.
func checkText(errs *usererror.Errors, path, noun, text string) {
	errs.CheckText(path, noun, text, maxName)
	if strings.TrimSpace(text) == "" {
		errs.Add(usererror.Required, path, "%s must not be blank.", noun)
	}
}

// roles maps the values of the role columns.
var roles = map[string]viewer.Role{viewer.Agent.String(): viewer.Agent, viewer.Admin.String(): viewer.Admin}

// checkRole adds an error for a role that no user or API key can have.
func checkRole(errs *usererror.Errors, role viewer.Role) {
	if roles[role.String()] == 0 {
		errs.Add(usererror.Invalid, "role", "The role must be AGENT or ADMIN.")
	}
}

// change is the value of something before and after, in the details of an entry of the audit log.
func change(from, to any) map[string]any { return map[string]any{"from": from, "to": to} }
