package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
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
	// SessionLifetime is how long a session lasts from its sign-in.
	SessionLifetime = 12 * time.Hour
	// CookieName is the cookie that carries a session's token.
	CookieName = "contactgraph_session"

	sweepLimit = 100 // expired sessions that one sign-in clears away: more than it adds, and little enough to be quick
)

// Session is a sign-in: the token that stands for it until ExpiresAt, and whom it lets in.
type Session struct {
	Token     string `json:"-"`
	ExpiresAt time.Time
	Viewer    viewer.Viewer
}

// String describes the session without its token.
func (s Session) String() string {
	return fmt.Sprintf("session %d of account %d until %s", s.Viewer.Session, s.Viewer.Account, s.ExpiresAt.Format(time.RFC3339))
}

// identity is whom a login names and the hash that the password must match. The zero identity is nobody.
type identity struct {
	viewer viewer.Viewer
	hash   string
}

// String names who it is without the hash.
func (i identity) String() string {
	if i == (identity{}) {
		return "nobody"
	}
	return fmt.Sprintf("%s %d", i.viewer.Actor.Kind, i.viewer.Actor.ID)
}

// SignIn opens a session for the agent or the contact whose login and password these are; of a contact a login of any type
// will do. Where both have the login, it is the agent's, so that no contact can lock an agent out by taking its name.
//
// It fails with ErrRefused otherwise, with the same work done whether the login exists or not, has a password or not, and
// whether the account itself exists: a caller that does not find the account may pass 0.
func (s *Service) SignIn(ctx context.Context, account int, login, password string) (Session, error) {
	ctx = viewer.NewSystemContext(ctx, account)
	key := normalize.Name(login)
	who, err := identify(ctx, s.store.Client(), account, key, unlocked)
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
	return s.open(ctx, key, who)
}

// identify returns whom a login names in the account. It asks the same questions whether there is somebody or not.
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
	p, err := c.Contact.Query().Where(entcontact.AccountID(account), entcontact.ID(owner), lock).Select(entcontact.FieldPasswordHash).Only(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return identity{}, err
	}
	switch {
	case u != nil:
		return identity{viewer: agent(account, u), hash: u.PasswordHash}, nil
	case p != nil && p.PasswordHash != nil:
		return identity{viewer: customer(account, p.ID), hash: *p.PasswordHash}, nil
	default:
		return identity{}, nil
	}
}

func unlocked(*sql.Selector) {}

// open stores a session for who, and clears away expired ones of the account. It asks again whom the login names: a
// password that was changed while the old one was verified has ended all sessions, and must not be followed by one more.
func (s *Service) open(ctx context.Context, key string, who identity) (Session, error) {
	now := s.now().UTC().Truncate(time.Microsecond)
	account := who.viewer.Account
	opened := Session{Token: newSessionToken(account), ExpiresAt: now.Add(SessionLifetime), Viewer: who.viewer}
	err := s.store.Write(ctx, who.viewer.Contact, func(ctx context.Context, tx *database.Tx) error {
		again, err := identify(ctx, tx.Ent, account, key, tx.ForShare)
		if err != nil {
			return err
		}
		if again != who {
			return ErrRefused
		}
		if err := sweep(ctx, tx, account, now); err != nil {
			return err
		}
		opened.Viewer.Session, err = insert(ctx, tx, opened)
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

// insert stores a session and returns its id.
func insert(ctx context.Context, tx *database.Tx, s Session) (int, error) {
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

// sweep deletes the account's sessions that have expired, the oldest first.
func sweep(ctx context.Context, tx *database.Tx, account int, now time.Time) error {
	ids, err := tx.Ent.Session.Query().Where(session.AccountID(account), session.ExpiresAtLTE(now)).
		Order(session.ByExpiresAt()).Limit(sweepLimit).IDs(ctx)
	if err != nil || len(ids) == 0 {
		return err
	}
	_, err = tx.Ent.Session.Delete().Where(session.AccountID(account), session.IDIn(ids...)).Exec(ctx)
	return err
}

// SignOut ends the session that the context's viewer signed in with. A viewer without one, such as an API key, has nothing
// to end, and neither has an anonymous caller.
func (s *Service) SignOut(ctx context.Context) error {
	v, _ := viewer.FromContext(ctx)
	if v.Session == 0 {
		return nil
	}
	ctx = viewer.NewSystemContext(ctx, v.Account)
	err := s.store.Write(ctx, v.Contact, func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.Ent.Session.Delete().Where(session.AccountID(v.Account), session.ID(v.Session)).Exec(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("ending session %d: %w", v.Session, err)
	}
	return nil
}

// Cookie carries a session's token. secure says that the browser came by HTTPS, and must come by it again. Max-Age goes with
// Expires, because the browser's clock may be wrong.
func (s *Service) Cookie(token string, expires time.Time, secure bool) *http.Cookie {
	c := cookie(secure) //nolint:gosec // the operator says whether there is HTTPS
	c.Value = token
	c.Expires = expires.UTC()
	c.MaxAge = int(expires.Sub(s.now()) / time.Second)
	if c.MaxAge < 1 {
		c.MaxAge = -1 // at once; to net/http, 0 says nothing
	}
	return c
}

// ClearingCookie makes the browser forget the session's cookie.
func (s *Service) ClearingCookie(secure bool) *http.Cookie {
	c := cookie(secure) //nolint:gosec // the operator says whether there is HTTPS
	c.Expires = time.Unix(1, 0).UTC()
	c.MaxAge = -1
	return c
}

// cookie has the attributes that setting and clearing share: no script reads it, and no other site's POST brings it.
func cookie(secure bool) *http.Cookie {
	//nolint:gosec // the operator says whether there is HTTPS
	return &http.Cookie{Name: CookieName, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: secure}
}
