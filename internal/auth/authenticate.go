package auth

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"contactgraph/ent"
	"contactgraph/ent/apikey"
	"contactgraph/ent/session"
	"contactgraph/ent/user"
	"contactgraph/internal/viewer"
)

// KeyHeader is the header that carries an API key.
const KeyHeader = "X-ApiKey"

// Authenticate returns the viewer who sent r. It uses the first credential of X-ApiKey,
// Authorization: Bearer and the session cookie that is present; a blank one counts as absent.
// Either header accepts an API key or the token of a session.
//
// ok is false for an anonymous caller: one without credentials, or one with only a cookie that is
// unknown or has expired, because a browser sends its cookie unasked. A token in a header that is
// unknown or has expired is ErrCredentials. Any other error is a fault.
//
// The viewer of an API key is cached for 5 seconds, so a revoked key may still work for that long.
// Sessions are not cached.
func (s *Service) Authenticate(r *http.Request) (v viewer.Viewer, ok bool, err error) {
	if token := headerToken(r.Header); token != "" {
		v, ok, err = s.tokenViewer(r.Context(), token)
		if err == nil && !ok {
			err = ErrCredentials
		}
		return v, ok, err
	}
	if c, err := r.Cookie(s.cookieName()); err == nil {
		return s.sessionViewer(r.Context(), c.Value)
	}
	return viewer.Viewer{}, false, nil
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
func (s *Service) tokenViewer(ctx context.Context, token string) (viewer.Viewer, bool, error) {
	if strings.HasPrefix(token, sessionPrefix) {
		return s.sessionViewer(ctx, token)
	}
	return s.keyViewer(ctx, digestOf(token))
}

func (s *Service) keyViewer(ctx context.Context, d digest) (viewer.Viewer, bool, error) {
	now := s.now()
	if v, ok := s.apiKeys.get(d, now); ok {
		return v, true, nil
	}
	k, err := s.db.Client().APIKey.Query().Where(apikey.TokenHash(d[:])).Only(viewer.NewSystemContext(ctx, 0))
	if ent.IsNotFound(err) {
		return viewer.Viewer{}, false, nil
	}
	if err != nil {
		return viewer.Viewer{}, false, fmt.Errorf("looking up an API key: %w", err)
	}
	v := viewer.Viewer{
		Account: k.AccountID,
		Role:    roles[string(k.Role)],
		Actor:   viewer.Actor{Kind: viewer.ActorKey, ID: k.ID, Name: k.Name},
	}
	s.apiKeys.put(d, v, now)
	return v, true, nil
}

func (s *Service) sessionViewer(ctx context.Context, token string) (viewer.Viewer, bool, error) {
	account, ok := sessionAccount(token)
	if !ok {
		return viewer.Viewer{}, false, nil
	}
	d := digestOf(token)
	row, err := s.db.Client().Session.Query().
		Where(session.AccountID(account), session.TokenHash(d[:])).
		WithUser(func(q *ent.UserQuery) {
			q.Where(user.AccountID(account)).Select(user.FieldName, user.FieldRole)
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
	case !s.now().Before(row.ExpiresAt):
		return viewer.Viewer{}, false, nil
	case row.ContactID != nil:
		v = contactViewer(account, *row.ContactID)
	case row.Edges.User != nil:
		v = userViewer(account, row.Edges.User)
	default: // the user was deleted between ent's queries of the session and of the user
		return viewer.Viewer{}, false, nil
	}
	v.Session = row.ID
	return v, true, nil
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
