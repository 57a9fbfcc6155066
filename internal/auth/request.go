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

// Authenticate says who sent r. X-ApiKey is asked first, then Authorization: Bearer, then the session cookie, and the first
// that is there decides; a blank one counts as none. Either header takes an API key or a session's token.
//
// ok is false for an anonymous caller: one without credentials, or with a cookie alone that is unknown or has expired,
// because a browser sends its cookie without being asked. A header that is unknown or has expired is ErrCredentials. Any
// other error is a fault.
func (s *Service) Authenticate(r *http.Request) (v viewer.Viewer, ok bool, err error) {
	if token := headerToken(r.Header); token != "" {
		v, ok, err = s.viewerOf(r.Context(), token)
		if err == nil && !ok {
			err = ErrCredentials
		}
		return v, ok, err
	}
	if c, err := r.Cookie(CookieName); err == nil {
		return s.sessionViewer(r.Context(), c.Value)
	}
	return viewer.Viewer{}, false, nil
}

// ByCookie reports whether the session cookie is what Authenticate judges r by, whatever it is worth.
func ByCookie(r *http.Request) bool {
	_, err := r.Cookie(CookieName)
	return err == nil && headerToken(r.Header) == ""
}

// headerToken returns the token of the headers, "" if there is none. Schemes other than Bearer are not for us: a proxy in
// front may use Basic.
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

// viewerOf returns whom an API key or a session's token lets in.
func (s *Service) viewerOf(ctx context.Context, token string) (viewer.Viewer, bool, error) {
	if strings.HasPrefix(token, sessionPrefix) {
		return s.sessionViewer(ctx, token)
	}
	return s.keyViewer(ctx, digestOf(token))
}

// keyViewer returns whom an API key lets in.
func (s *Service) keyViewer(ctx context.Context, d digest) (viewer.Viewer, bool, error) {
	asked := s.now()
	if v, ok := s.keys.get(d, asked); ok {
		return v, true, nil
	}
	k, err := s.store.Client().APIKey.Query().Where(apikey.TokenHash(d[:])).Only(viewer.NewSystemContext(ctx, 0))
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
	s.keys.put(d, v, asked)
	return v, true, nil
}

// sessionViewer returns whom a session's token lets in.
func (s *Service) sessionViewer(ctx context.Context, token string) (viewer.Viewer, bool, error) {
	account, ok := sessionAccount(token)
	if !ok {
		return viewer.Viewer{}, false, nil
	}
	d := digestOf(token)
	row, err := s.store.Client().Session.Query().
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
		v = customer(account, *row.ContactID)
	case row.Edges.User != nil:
		v = agent(account, row.Edges.User)
	default: // the user was deleted between the two queries
		return viewer.Viewer{}, false, nil
	}
	v.Session = row.ID
	return v, true, nil
}

// roles are what the role columns of API keys and users hold.
var roles = map[string]viewer.Role{
	viewer.Agent.String(): viewer.Agent,
	viewer.Admin.String(): viewer.Admin,
}

// agent is the viewer that a user signs in as.
func agent(account int, u *ent.User) viewer.Viewer {
	return viewer.Viewer{
		Account: account,
		Role:    roles[string(u.Role)],
		Actor:   viewer.Actor{Kind: viewer.ActorUser, ID: u.ID, Name: u.Name},
	}
}

// customer is the viewer that a contact signs in as.
func customer(account, contact int) viewer.Viewer {
	return viewer.Viewer{
		Account: account,
		Role:    viewer.Customer,
		Contact: contact,
		Actor:   viewer.Actor{Kind: viewer.ActorContact, ID: contact},
	}
}
