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
	"contactgraph/ent/session"
	"contactgraph/ent/user"
	"contactgraph/internal/database"
	"contactgraph/internal/limiter"
	"contactgraph/internal/viewer"
)

// KeyHeader is the header that carries an API key.
const KeyHeader = "X-ApiKey"

// Authenticate returns the viewer who sent r. It uses the first credential of X-ApiKey,
// Authorization: Bearer and the session cookie that is present; a blank one counts as absent.
// Either header accepts an API key or the token of a session.
//
// ok is false for an anonymous caller: one without credentials, or one with only a cookie that is
// unknown, has expired or comes from a page of another origin, because a browser sends its cookie
// unasked. A token in a header that is
// unknown or has expired, or a key that may not be used from the address or the web origin of the
// request, is ErrCredentials. Too many of them from one address are a *limiter.RateError. Any other
// error is a fault.
//
// The viewer of an API key is cached for 5 seconds, so a revoked key may still work for that long.
// Sessions are not cached.
func (s *Service) Authenticate(r *http.Request) (v viewer.Viewer, ok bool, err error) {
	return s.authenticate(r, true)
}

// Reauthenticate is Authenticate for a connection that stays open: it does not count as a use of
// the session.
func (s *Service) Reauthenticate(r *http.Request) (v viewer.Viewer, ok bool, err error) {
	return s.authenticate(r, false)
}

func (s *Service) authenticate(r *http.Request, use bool) (v viewer.Viewer, ok bool, err error) {
	from := limiter.Address(r)
	if token := headerToken(r.Header); token != "" {
		v, ok, err = s.tokenViewer(r, token, from, use)
		if err == nil && !ok {
			err = ErrCredentials
			if use {
				err = s.refuseToken(r.Context(), from)
			}
		}
	} else if cookie := s.trustedCookie(r); cookie != "" {
		v, ok, err = s.sessionViewer(r.Context(), cookie, use)
	}
	if ok {
		v.Address = from
	}
	return v, ok, err
}

// refuseToken counts an unknown token for its address, and returns why the request is rejected.
// Tokens that are known still work from there: the address may be that of many programs, one of
// which sends a key that was revoked.
func (s *Service) refuseToken(ctx context.Context, from netip.Addr) error {
	if !from.IsValid() {
		return ErrCredentials
	}
	g := newToken(from)
	if err := s.throttle.begin(ctx, &g); err != nil {
		if throttled, ok := errors.AsType[*limiter.RateError](err); ok {
			return throttled
		}
		s.log.WarnContext(ctx, "an unknown API key could not be counted", slog.Any("error", err))
	}
	s.log.WarnContext(ctx, "unknown API key or token", limiter.LogAddress(from))
	return ErrCredentials
}

// headerToken returns the token in the headers, or "". It ignores schemes other than Bearer,
// because a proxy in front of the server may use Basic.
func headerToken(h http.Header) string {
	if key := strings.TrimSpace(h.Get(KeyHeader)); key != "" {
		return key
	}
	scheme, token, _ := strings.Cut(strings.TrimSpace(h.Get("Authorization")), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// tokenViewer returns the viewer of an API key or of a session's token.
func (s *Service) tokenViewer(r *http.Request, token string, from netip.Addr, use bool) (viewer.Viewer, bool, error) {
	if strings.HasPrefix(token, sessionPrefix) {
		return s.sessionViewer(r.Context(), token, use)
	}
	k, err := s.key(r.Context(), digestOf(token))
	if err != nil || k == nil || !k.allows(from, r.Header, s.now()) {
		return viewer.Viewer{}, false, err
	}
	s.useKey(r.Context(), k)
	return k.viewer, true, nil
}

// sessionViewer returns the viewer of a session. use tells if that counts as a use.
func (s *Service) sessionViewer(ctx context.Context, token string, use bool) (viewer.Viewer, bool, error) {
	account, ok := sessionAccount(token)
	if !ok {
		return viewer.Viewer{}, false, nil
	}
	d := digestOf(token)
	row, err := s.db.Client().Session.Query().
		Where(session.AccountID(account), session.TokenHash(d[:])).
		WithUser(func(q *ent.UserQuery) {
			q.Where(user.AccountID(account)).Select(user.FieldName, user.FieldRole, user.FieldRoleID, user.FieldDisabledAt)
		}).
		Only(viewer.NewSystemContext(ctx, account))
	if ent.IsNotFound(err) {
		return viewer.Viewer{}, false, nil
	}
	if err != nil {
		return viewer.Viewer{}, false, fmt.Errorf("looking up a session: %w", err)
	}
	var v viewer.Viewer
	switch {
	case Ended(row, s.now()):
		return viewer.Viewer{}, false, nil
	case row.ContactID != nil:
		v = contactViewer(account, *row.ContactID)
	case row.Edges.User != nil && row.Edges.User.DisabledAt == nil:
		v, err = limitedBy(ctx, s.db.Client(), userViewer(account, row.Edges.User), row.Edges.User.RoleID)
	default: // the user was disabled, or deleted between ent's queries of the session and of the user
		return viewer.Viewer{}, false, nil
	}
	if err != nil {
		return viewer.Viewer{}, false, err
	}
	v.Session, v.Credential = row.ID, d
	v.Enrolling = row.Enrolling != nil && *row.Enrolling
	if use {
		s.use(ctx, row)
	}
	return v, true, nil
}

// Ended reports whether a session has expired, or was not used for too long.
func Ended(row *ent.Session, now time.Time) bool {
	idle := row.LastUsedAt != nil && row.IdleMinutes != nil &&
		now.Sub(*row.LastUsedAt) >= time.Duration(*row.IdleMinutes)*time.Minute
	return idle || !now.Before(row.ExpiresAt)
}

// useInterval is how often the use of a session or an API key is stored.
const useInterval = time.Minute

// use stores that a session is used, unless that was done recently. If it fails, the session is
// still valid: the database may be read-only for now.
func (s *Service) use(ctx context.Context, row *ent.Session) {
	now := s.now().UTC().Truncate(time.Microsecond)
	if row.LastUsedAt == nil || now.Sub(*row.LastUsedAt) < useInterval {
		return
	}
	err := s.db.Write(viewer.NewSystemContext(ctx, row.AccountID), 0, func(ctx context.Context, tx *database.Tx) error {
		return tx.Ent.Session.Update().Where(session.AccountID(row.AccountID), session.ID(row.ID)).SetLastUsedAt(now).Exec(ctx)
	})
	if err != nil {
		s.log.WarnContext(ctx, "the use of a session could not be stored", slog.Any("error", err))
	}
}

// roles maps the values of the role columns of API keys and users.
var roles = map[string]viewer.Role{
	viewer.Agent.String(): viewer.Agent,
	viewer.Admin.String(): viewer.Admin,
}

func userViewer(account int, u *ent.User) viewer.Viewer {
	return viewer.Viewer{
		Account: account,
		Role:    roles[string(u.Role)],
		Actor:   viewer.Actor{Kind: viewer.ActorUser, ID: u.ID, Name: u.Name},
	}
}

func contactViewer(account, contact int) viewer.Viewer {
	return viewer.Viewer{
		Account: account,
		Role:    viewer.Customer,
		Contact: contact,
		Actor:   viewer.Actor{Kind: viewer.ActorContact, ID: contact},
	}
}
