package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"contactgraph/ent"
	entaccount "contactgraph/ent/account"
	entidentity "contactgraph/ent/identity"
	"contactgraph/ent/session"
	"contactgraph/ent/usedstate"
	"contactgraph/internal/audit"
	"contactgraph/internal/database"
	"contactgraph/internal/dberr"
	"contactgraph/internal/viewer"
)

// The reasons why a sign-in by the provider is rejected, although the provider has confirmed who it
// is.
var (
	// ErrStateUsed: a session was opened with this state before.
	ErrStateUsed = errors.New("the state of the sign-in was used before")
	// ErrSuspended: the account is suspended.
	ErrSuspended = errors.New("the account is suspended")
	// ErrNoRole: none of the person's groups has a role here.
	ErrNoRole = errors.New("none of the groups has a role")
	// ErrNoEmail: the provider reports no email address that it has verified, and without one a
	// user can neither be created nor linked.
	ErrNoEmail = errors.New("the provider reports no verified email address")
	// ErrUnknownUser: there is no such user, and the account does not let sign-ins create any.
	ErrUnknownUser = errors.New("there is no such user, and the account does not create users")
	// ErrNotLinked: a user has this login, but may not be linked without an admin.
	ErrNotLinked = errors.New("the user may not be linked without an admin")
	// ErrDisabled: the user is disabled.
	ErrDisabled = errors.New("the user is disabled")
	// ErrLastAdmin: the provider gives a lower role to the last admin who can sign in.
	ErrLastAdmin = errors.New("the last admin who can sign in must stay an admin")
)

// The names of details in entries of the audit log.
const (
	detailIssuer     = "issuer"
	detailFailures   = "failures"
	detailRole       = "role"
	detailCustomRole = "customRoleId"
)

// Assertion is what the OpenID Connect provider reports about a person who has signed in there.
// Only the issuer and the subject together identify the person.
type Assertion struct {
	Issuer, Subject string
	Email           string // an address that the provider has verified, otherwise ""
	Name            string
	Roles           []string // the names of the roles of the person's groups
	// State identifies this sign-in; it is rejected anyway after StateExpires.
	State        string
	StateExpires time.Time
}

// String describes the person without names or addresses.
func (a Assertion) String() string {
	d := sha256.Sum256(fmt.Appendf(nil, "identity %q %q", a.Issuer, a.Subject))
	return hex.EncodeToString(d[:6])
}

// SignInByProvider opens a session for the user that the provider has identified. It
//
//   - creates the user, if there is none and the account allows it;
//   - links a user whose login is the email address, if that user has no password and no link, or an
//     admin has allowed it: the link replaces the password and ends the user's sessions;
//   - gives the user the role that the provider reports. A lower one ends the user's sessions.
//
// It fails with one of the errors above. Then nothing has changed, except that the state cannot be
// used again and that ErrNoRole ends the sessions of a user who is linked.
func (s *Service) SignInByProvider(ctx context.Context, account int, a Assertion, from Origin) (Session, error) {
	ctx = viewer.NewSystemContext(ctx, account)
	var opened Session
	err := s.db.Write(ctx, 0, func(ctx context.Context, tx *database.Tx) (err error) {
		p := providerSignIn{Assertion: a, tx: tx, account: account, from: from, now: s.now().UTC().Truncate(time.Microsecond)}
		opened, err = p.run(ctx)
		if dberr.IsUnique(err) || errors.Is(err, ErrNameTaken) {
			return dberr.Raced(err) // another process has created or linked the user, or used the state
		}
		return err
	})
	if err != nil {
		return Session{}, fmt.Errorf("signing in by the provider: %w", err)
	}
	return opened, nil
}

// providerSignIn is a sign-in in its transaction.
type providerSignIn struct {
	Assertion

	tx      *database.Tx
	account int
	from    Origin
	now     time.Time
}

func (p providerSignIn) run(ctx context.Context) (Session, error) {
	owner, err := p.tx.Ent.Account.Query().Where(entaccount.ID(p.account), p.tx.ForShare).Only(ctx)
	if err != nil {
		return Session{}, err
	}
	if owner.SuspendedAt != nil {
		return Session{}, ErrSuspended
	}
	if err := p.useState(ctx); err != nil {
		return Session{}, err
	}
	granted, err := p.granted(ctx)
	if err != nil {
		return Session{}, err
	}
	u, err := p.user(ctx, granted, owner.Settings)
	if err != nil {
		return Session{}, err
	}
	v, err := limitedBy(ctx, p.tx.Ent, userViewer(p.account, u), u.RoleID)
	if err != nil {
		return Session{}, err
	}
	opened := newSession(v)
	opened.ExpiresAt, opened.Issuer = p.now.Add(owner.Settings.SessionLifetime()), p.Issuer
	opened.Viewer.Address = p.from.Address
	if opened.Viewer.Session, err = storeSession(ctx, p.tx, opened, owner.Settings, p.now, p.from); err != nil {
		return Session{}, err
	}
	return opened, audit.Record(ctx, p.tx.Ent, opened.Viewer, p.now,
		audit.Entry{Action: audit.SignedIn, Details: map[string]any{detailIssuer: p.Issuer}})
}

// useState marks the state as used, and deletes states that have expired.
func (p providerSignIn) useState(ctx context.Context) error {
	ctx = viewer.NewSystemContext(ctx, 0)
	d := digestOf(p.State)
	used, err := p.tx.Ent.UsedState.Query().Where(usedstate.State(d[:])).Exist(ctx)
	if err != nil {
		return err
	}
	if used {
		return ErrStateUsed
	}
	ids, err := p.tx.Ent.UsedState.Query().Where(usedstate.ExpiresAtLT(p.now)).Order(usedstate.ByExpiresAt()).Limit(expiredBatch).IDs(ctx)
	if err == nil && len(ids) > 0 {
		_, err = p.tx.Ent.UsedState.Delete().Where(usedstate.IDIn(ids...)).Exec(ctx)
	}
	if err != nil {
		return err
	}
	return p.tx.Ent.UsedState.Create().SetState(d[:]).SetExpiresAt(p.StateExpires.UTC()).Exec(ctx)
}

// RefuseByProvider records a sign-in by the provider that failed for a reason, which is a word. The
// subject of the assertion is empty if the provider has not confirmed who it is; the account is 0
// if it is unknown, and then only the log has the failure.
func (s *Service) RefuseByProvider(ctx context.Context, account int, a Assertion, reason string, from Origin) error {
	if account == 0 {
		return nil
	}
	ctx = viewer.NewSystemContext(ctx, account)
	err := s.db.Write(ctx, 0, func(ctx context.Context, tx *database.Tx) error {
		p := providerSignIn{Assertion: a, tx: tx, account: account, from: from, now: s.now().UTC().Truncate(time.Microsecond)}
		return p.refuse(ctx, reason)
	})
	if err != nil {
		return fmt.Errorf("recording a failed sign-in by the provider: %w", err)
	}
	return nil
}

func (p providerSignIn) refuse(ctx context.Context, reason string) error {
	e := audit.Entry{Action: audit.SignInFailed, Details: map[string]any{detailIssuer: p.Issuer, "reason": reason}}
	if p.Subject != "" {
		e.Name = p.String()
		e.Details["subject"] = p.Subject
		if err := p.useState(ctx); err != nil && !errors.Is(err, ErrStateUsed) {
			return err
		}
		if _, err := p.granted(ctx); errors.Is(err, ErrNoRole) {
			err = p.endSessions(ctx)
			if err != nil {
				return err
			}
		} else if err != nil {
			return err
		}
	}
	return audit.Record(ctx, p.tx.Ent, viewer.Viewer{Account: p.account, Address: p.from.Address}, p.now, e)
}

// endSessions ends the sessions of the user who is linked, if there is one.
func (p providerSignIn) endSessions(ctx context.Context) error {
	linked, err := p.tx.Ent.Identity.Query().
		Where(entidentity.AccountID(p.account), entidentity.Issuer(p.Issuer), entidentity.Subject(p.Subject)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return EndSessions(ctx, p.tx, p.account, linked.UserID, 0)
}

// BeginByProvider counts an attempt to sign in by the provider as failed, for its address; undo
// removes the failure. It fails with a *limiter.RateError after too many failures: without it, an
// anonymous caller could fill the audit log and send the provider many requests.
func (s *Service) BeginByProvider(ctx context.Context, address netip.Addr) (undo func(context.Context) error, err error) {
	if !address.IsValid() {
		return func(context.Context) error { return nil }, nil
	}
	g := newProviderAttempt(address)
	err = s.throttle.begin(ctx, &g)
	return func(ctx context.Context) error { return s.throttle.undo(ctx, g) }, err
}

// IssuerOf returns the provider that the session of the viewer was opened by; "" for another one.
func (s *Service) IssuerOf(ctx context.Context, v viewer.Viewer) (string, error) {
	if v.Session == 0 {
		return "", nil
	}
	row, err := s.db.Client().Session.Query().Where(session.AccountID(v.Account), session.ID(v.Session)).
		Only(viewer.NewSystemContext(ctx, v.Account))
	if ent.IsNotFound(err) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("reading the session: %w", err)
	}
	if row.Issuer == nil {
		return "", nil
	}
	return *row.Issuer, nil
}
