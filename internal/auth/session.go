package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"contactgraph/ent"
	entaccount "contactgraph/ent/account"
	"contactgraph/ent/auditentry"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/login"
	"contactgraph/ent/predicate"
	"contactgraph/ent/session"
	"contactgraph/ent/user"
	"contactgraph/internal/audit"
	"contactgraph/internal/database"
	"contactgraph/internal/limiter"
	"contactgraph/internal/normalize"
	"contactgraph/internal/settings"
	"contactgraph/internal/viewer"

	"entgo.io/ent/dialect/sql"
)

// expiredBatch is how many expired sessions, and entries of the audit log, one sign-in deletes:
// more than it adds, and few enough to be fast.
const expiredBatch = 100

// maxAgent is how many characters of a User-Agent are stored.
const maxAgent = 200

// Origin is where a sign-in comes from.
type Origin struct {
	Address netip.Addr // the zero Addr if it is unknown
	Agent   string     // the User-Agent
	// Account is the name of the account that a sign-in asks for, if there is no such account.
	Account string
}

// OriginOf returns where a request comes from.
func OriginOf(r *http.Request) Origin {
	agent := []rune(strings.ToValidUTF8(r.UserAgent(), ""))
	return Origin{Address: limiter.Address(r), Agent: strings.ReplaceAll(string(agent[:min(len(agent), maxAgent)]), "\x00", "")}
}

// Session is the result of a sign-in: a token that authenticates the viewer until ExpiresAt, or
// until it has not been used for too long.
type Session struct {
	Token     string `json:"-"`
	ExpiresAt time.Time
	Viewer    viewer.Viewer
	// FailedAttempts is how many sign-ins failed since the last one that did not.
	FailedAttempts int
	// Issuer is the OpenID Connect provider that the user has signed in by; "" for a password.
	Issuer string
}

// String describes the session without its token.
func (s Session) String() string {
	return fmt.Sprintf("session %d of account %d until %s",
		s.Viewer.Session, s.Viewer.Account, s.ExpiresAt.Format(time.RFC3339))
}

// identity is the owner of a login and the hash that the password must match. It is zero for a
// login that does not exist, and for a contact without a password. The viewer has no rights yet
// (see limitedBy): role is the id of the role that limits it, 0 for none.
type identity struct {
	viewer viewer.Viewer
	hash   string
	role   int
	factor factor // of a user
}

// roleID returns the id of the role that limits the owner, nil for none.
func (i identity) roleID() *int {
	if i.role == 0 {
		return nil
	}
	return &i.role
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
// It fails with ErrRefused if the login or the password is wrong, the contact has no password, the
// user is disabled or the account suspended; and with a *limiter.RateError if there were too many
// failures before (see Throttle). It computes a hash and writes whether or not the login, its
// password and the account itself exist, so that the time it takes reveals next to nothing: a
// caller that cannot find the account passes 0.
//
// A user with a second factor signs in with SignInWithCode: SignIn fails with ErrCodeRequired if
// the password is right.
func (s *Service) SignIn(ctx context.Context, account int, login, password string, from Origin) (Session, error) {
	return s.SignInWithCode(ctx, account, login, password, "", from)
}

// SignInWithCode is SignIn with a code of the second factor, which is ignored for those who have
// none. With the right password, it fails with ErrCodeRequired without a code, which is no failed
// attempt, and with ErrCode if the code is wrong, which is one.
func (s *Service) SignInWithCode(ctx context.Context, account int, login, password, code string, from Origin) (Session, error) {
	ctx = viewer.NewSystemContext(ctx, account)
	key := normalize.Email(login)
	who, err := identify(ctx, s.db.Client(), account, key, noLock)
	if err != nil {
		return Session{}, fmt.Errorf("looking up a login: %w", err)
	}
	g := newGuess(ownerOf(account, who, key, from), from.Address)
	if err := s.throttle.begin(ctx, &g); err != nil {
		s.report(ctx, account, g, from, err)
		return Session{}, err
	}
	who, err = s.verify(ctx, key, who, password)
	if errors.Is(err, ErrRefused) {
		return Session{}, s.refuse(ctx, account, g, from)
	}
	if err != nil {
		err = fmt.Errorf("verifying the password of %s: %w", who, err)
		return Session{}, errors.Join(err, s.throttle.undo(ctx, g))
	}
	if who.factor.enabled() {
		if err := s.beginCode(ctx, who, g, code, from); err != nil {
			return Session{}, err
		}
	}
	return s.openSession(ctx, key, who, g, code, from)
}

// refuse records a sign-in with a wrong login or password. For an unknown account there is no audit
// log, but the same counter is written.
func (s *Service) refuse(ctx context.Context, account int, g guess, from Origin) error {
	err := s.db.Write(ctx, 0, func(ctx context.Context, tx *database.Tx) error {
		failures, err := g.fail(ctx, tx)
		if err != nil {
			return err
		}
		known, err := tx.Ent.Account.Query().Where(entaccount.ID(account)).Exist(ctx)
		if err != nil || !known {
			return err
		}
		return audit.Record(ctx, tx.Ent, viewer.Viewer{Account: account, Address: from.Address}, s.now(),
			audit.Entry{Action: audit.SignInFailed, Name: g.String(), Details: map[string]any{detailFailures: failures}})
	})
	if err != nil {
		return fmt.Errorf("recording a failed sign-in: %w", err)
	}
	s.report(ctx, account, g, from, ErrRefused)
	return ErrRefused
}

// report logs a sign-in that failed, without the login.
func (s *Service) report(ctx context.Context, account int, g guess, from Origin, why error) {
	reason := why.Error()
	if _, ok := errors.AsType[*limiter.RateError](why); ok {
		reason = "it has to wait after too many failures"
	}
	s.log.WarnContext(ctx, "sign-in failed", slog.Int("account_id", account), slog.String("login_hash", g.String()),
		limiter.LogAddress(from.Address), slog.String("reason", reason))
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
	case u != nil && u.DisabledAt != nil:
		return identity{viewer: userViewer(account, u)}, nil
	case u != nil:
		who := identity{viewer: userViewer(account, u), hash: u.PasswordHash, factor: factorOf(u)}
		if u.RoleID != nil {
			who.role = *u.RoleID
		}
		return who, nil
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
func (s *Service) openSession(ctx context.Context, key string, who identity, g guess, code string, from Origin) (Session, error) {
	now := s.now().UTC().Truncate(time.Microsecond)
	account := who.viewer.Account
	opened := newSession(who.viewer)
	opened.Viewer.Address = from.Address
	err := s.db.Write(ctx, who.viewer.Contact, func(ctx context.Context, tx *database.Tx) error {
		owner, err := tx.Ent.Account.Query().Where(entaccount.ID(account), tx.ForShare).Only(ctx) // it is not suspended meanwhile
		if err != nil {
			return err
		}
		current, err := identify(ctx, tx.Ent, account, key, tx.ForUpdate) // for share, two sign-ins would wait for each other
		if err != nil {
			return err
		}
		if current != who || owner.SuspendedAt != nil {
			return ErrRefused
		}
		if opened.Viewer, err = limitedBy(ctx, tx.Ent, opened.Viewer, who.roleID()); err != nil {
			return err
		}
		opened.Viewer.Enrolling = who.factor.missing(who, owner.Settings)
		if err := s.useCodeOf(ctx, tx, who, code, now, from); err != nil {
			return err
		}
		if opened.FailedAttempts, err = g.succeed(ctx, tx); err != nil {
			return err
		}
		opened.ExpiresAt = now.Add(owner.Settings.SessionLifetime())
		if opened.Viewer.Session, err = storeSession(ctx, tx, opened, owner.Settings, now, from); err != nil {
			return err
		}
		return audit.Record(ctx, tx.Ent, opened.Viewer, now, audit.Entry{Action: audit.SignedIn})
	})
	if errors.Is(err, ErrRefused) {
		return Session{}, s.refuse(ctx, account, g, from)
	}
	if errors.Is(err, ErrCode) {
		return Session{}, s.refuseCode(ctx, who, g, from)
	}
	if err != nil {
		return Session{}, fmt.Errorf("opening a session: %w", err)
	}
	return opened, nil
}

// newSession returns a session of the viewer that is not stored yet.
func newSession(v viewer.Viewer) Session {
	token := newSessionToken(v.Account)
	v.Credential = digestOf(token)
	return Session{Token: token, Viewer: v}
}

// storeSession stores a session, deletes expired ones of the account, and returns the id.
func storeSession(ctx context.Context, tx *database.Tx, s Session, of settings.Account, now time.Time, from Origin) (int, error) {
	if err := deleteExpired(ctx, tx, s.Viewer.Account, of, now); err != nil {
		return 0, err
	}
	d := digestOf(s.Token)
	create := tx.Ent.Session.Create().SetTokenHash(d[:]).SetExpiresAt(s.ExpiresAt).SetCreatedAt(now).SetLastUsedAt(now).
		SetIdleMinutes(int(of.SessionIdle() / time.Minute)).SetAgent(from.Agent)
	if from.Address.IsValid() {
		create.SetAddress(from.Address.String())
	}
	if s.Issuer != "" {
		create.SetIssuer(s.Issuer)
	}
	if s.Viewer.Role == viewer.Customer {
		create.SetContactID(s.Viewer.Contact)
	} else {
		create.SetUserID(s.Viewer.Actor.ID)
		if err := tx.Ent.User.Update().Where(user.AccountID(s.Viewer.Account), user.ID(s.Viewer.Actor.ID)).SetLastSignInAt(now).Exec(ctx); err != nil {
			return 0, err
		}
	}
	if s.Viewer.Enrolling {
		create.SetEnrolling(true)
	}
	row, err := create.Save(ctx)
	if err != nil {
		return 0, err
	}
	return row.ID, nil
}

// deleteExpired deletes the oldest expired sessions and entries of the audit log of the account.
func deleteExpired(ctx context.Context, tx *database.Tx, account int, of settings.Account, now time.Time) error {
	ids, err := tx.Ent.Session.Query().Where(session.AccountID(account), session.ExpiresAtLTE(now)).
		Order(session.ByExpiresAt()).Limit(expiredBatch).IDs(ctx)
	if err == nil && len(ids) > 0 {
		_, err = tx.Ent.Session.Delete().Where(session.AccountID(account), session.IDIn(ids...)).Exec(ctx)
	}
	if err != nil {
		return err
	}
	ids, err = tx.Ent.AuditEntry.Query().Where(auditentry.AccountID(account), auditentry.AtLT(now.Add(-of.AuditRetention()))).
		Order(auditentry.ByAt()).Limit(expiredBatch).IDs(ctx)
	if err == nil && len(ids) > 0 {
		_, err = tx.Ent.AuditEntry.Delete().Where(auditentry.AccountID(account), auditentry.IDIn(ids...)).Exec(ctx)
	}
	return err
}

// SignOut ends the session of the context's viewer, or all sessions of the same user or contact if
// everywhere is true. It does nothing for a viewer without a session, such as an API key, and for
// an anonymous caller.
func (s *Service) SignOut(ctx context.Context, everywhere bool) error {
	v, _ := viewer.FromContext(ctx)
	if v.Session == 0 {
		return nil
	}
	ended, details := session.ID(v.Session), map[string]any(nil)
	if everywhere {
		ended, details = SessionsOf(v), map[string]any{"everywhere": true}
	}
	ctx = viewer.NewSystemContext(ctx, v.Account)
	err := s.db.Write(ctx, v.Contact, func(ctx context.Context, tx *database.Tx) error {
		n, err := tx.Ent.Session.Delete().Where(session.AccountID(v.Account), ended).Exec(ctx)
		if err != nil || n == 0 {
			return err
		}
		return audit.Record(ctx, tx.Ent, v, s.now(), audit.Entry{Action: audit.SignedOut, Details: details})
	})
	if err != nil {
		return fmt.Errorf("ending session %d: %w", v.Session, err)
	}
	return nil
}

// SessionsOf returns the condition on the sessions of a viewer, nil if it can have none.
func SessionsOf(v viewer.Viewer) predicate.Session {
	switch v.Actor.Kind {
	case viewer.ActorUser:
		return session.UserID(v.Actor.ID)
	case viewer.ActorContact:
		return session.ContactID(v.Contact)
	case viewer.ActorKey, viewer.ActorSystem:
	}
	return nil
}

// EndSessions ends the sessions of a user but the one with the id except, 0 for none.
func EndSessions(ctx context.Context, tx *database.Tx, account, id, except int) error {
	_, err := tx.Ent.Session.Delete().Where(session.AccountID(account), session.UserID(id), session.IDNEQ(except)).Exec(ctx)
	return err
}
