package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/login"
	"contactgraph/ent/session"
	"contactgraph/ent/user"
	"contactgraph/internal/database"
	"contactgraph/internal/normalize"
	"contactgraph/internal/viewer"

	"entgo.io/ent/dialect/sql"
)

const (
	// SessionLifetime is how long a session lasts after the sign-in.
	SessionLifetime = 12 * time.Hour
	// expiredBatch is how many expired sessions one sign-in deletes: more than it adds, and few
	// enough to be fast.
	expiredBatch = 100
)

// Session is the result of a sign-in: a token that authenticates the viewer until ExpiresAt.
type Session struct {
	Token     string `json:"-"`
	ExpiresAt time.Time
	Viewer    viewer.Viewer
}

// String describes the session without its token.
func (s Session) String() string {
	return fmt.Sprintf("session %d of account %d until %s",
		s.Viewer.Session, s.Viewer.Account, s.ExpiresAt.Format(time.RFC3339))
}

// identity is the owner of a login and the hash that the password must match. It is zero for a
// login that does not exist, and for a contact without a password.
type identity struct {
	viewer viewer.Viewer
	hash   string
}

// String describes the owner without the hash.
func (i identity) String() string {
	if i == (identity{}) {
		return "an unknown login"
	}
	return fmt.Sprintf("%s %d", i.viewer.Actor.Kind, i.viewer.Actor.ID)
}

// SignIn opens a session for the user or contact with this login and password. A contact may use
// any of its logins, of every type. If a user and a contact have the same login, it belongs to the
// user, so that a contact cannot lock a user out by taking the user's login.
//
// It fails with ErrRefused if the login or the password is wrong, or the contact has no password.
// It does the same work whether or not the login, its password and the account itself exist, so
// that the time it takes reveals nothing: a caller that cannot find the account passes 0.
func (s *Service) SignIn(ctx context.Context, account int, login, password string) (Session, error) {
	ctx = viewer.NewSystemContext(ctx, account)
	key := normalize.Name(login)
	who, err := identify(ctx, s.db.Client(), account, key, noLock)
	if err != nil {
		return Session{}, fmt.Errorf("looking up a login: %w", err)
	}
	match, err := s.passwords.Verify(ctx, who.hash, password)
	if err != nil {
		return Session{}, fmt.Errorf("verifying the password of %s: %w", who, err)
	}
	if !match {
		return Session{}, ErrRefused
	}
	return s.openSession(ctx, key, who)
}

// identify returns the owner of a login in the account. It runs the same queries whether there is
// one or not.
func identify(ctx context.Context, c *ent.Client, account int, key string, lock func(*sql.Selector)) (identity, error) {
	u, err := c.User.Query().Where(user.AccountID(account), user.LoginKey(key), lock).Only(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return identity{}, err
	}
	l, err := c.Login.Query().Where(login.AccountID(account), login.NameKey(key)).Only(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return identity{}, err
	}
	owner := 0 // no contact has this id
	if l != nil {
		owner = l.ContactID
	}
	p, err := c.Contact.Query().Where(entcontact.AccountID(account), entcontact.ID(owner), lock).
		Select(entcontact.FieldPasswordHash).Only(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return identity{}, err
	}
	switch {
	case u != nil:
		return identity{viewer: userViewer(account, u), hash: u.PasswordHash}, nil
	case p != nil && p.PasswordHash != nil:
		return identity{viewer: contactViewer(account, p.ID), hash: *p.PasswordHash}, nil
	default:
		return identity{}, nil
	}
}

func noLock(*sql.Selector) {}

// openSession stores a session for who, and deletes expired sessions of the account. It looks up
// the login again: if the password was changed while the old one was being verified, that change
// has ended all sessions, and no session may be opened with the old password after it.
func (s *Service) openSession(ctx context.Context, key string, who identity) (Session, error) {
	now := s.now().UTC().Truncate(time.Microsecond)
	account := who.viewer.Account
	opened := Session{Token: newSessionToken(account), ExpiresAt: now.Add(SessionLifetime), Viewer: who.viewer}
	err := s.db.Write(ctx, who.viewer.Contact, func(ctx context.Context, tx *database.Tx) error {
		current, err := identify(ctx, tx.Ent, account, key, tx.ForShare)
		if err != nil {
			return err
		}
		if current != who {
			return ErrRefused
		}
		if err := deleteExpired(ctx, tx, account, now); err != nil {
			return err
		}
		opened.Viewer.Session, err = insertSession(ctx, tx, opened)
		return err
	})
	if errors.Is(err, ErrRefused) {
		return Session{}, ErrRefused
	}
	if err != nil {
		return Session{}, fmt.Errorf("opening a session: %w", err)
	}
	return opened, nil
}

// insertSession returns the id of the session.
func insertSession(ctx context.Context, tx *database.Tx, s Session) (int, error) {
	d := digestOf(s.Token)
	create := tx.Ent.Session.Create().SetTokenHash(d[:]).SetExpiresAt(s.ExpiresAt)
	if s.Viewer.Role == viewer.Customer {
		create.SetContactID(s.Viewer.Contact)
	} else {
		create.SetUserID(s.Viewer.Actor.ID)
	}
	row, err := create.Save(ctx)
	if err != nil {
		return 0, err
	}
	return row.ID, nil
}

// deleteExpired deletes the oldest expired sessions of the account.
func deleteExpired(ctx context.Context, tx *database.Tx, account int, now time.Time) error {
	ids, err := tx.Ent.Session.Query().Where(session.AccountID(account), session.ExpiresAtLTE(now)).
		Order(session.ByExpiresAt()).Limit(expiredBatch).IDs(ctx)
	if err != nil || len(ids) == 0 {
		return err
	}
	_, err = tx.Ent.Session.Delete().Where(session.AccountID(account), session.IDIn(ids...)).Exec(ctx)
	return err
}

// SignOut ends the session of the context's viewer. It does nothing for a viewer without a session,
// such as an API key, and for an anonymous caller.
func (s *Service) SignOut(ctx context.Context) error {
	v, _ := viewer.FromContext(ctx)
	if v.Session == 0 {
		return nil
	}
	ctx = viewer.NewSystemContext(ctx, v.Account)
	err := s.db.Write(ctx, v.Contact, func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.Ent.Session.Delete().Where(session.AccountID(v.Account), session.ID(v.Session)).Exec(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("ending session %d: %w", v.Session, err)
	}
	return nil
}
