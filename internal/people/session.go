package people

import (
	"context"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/predicate"
	"contactgraph/ent/session"
	"contactgraph/ent/user"
	"contactgraph/internal/audit"
	"contactgraph/internal/auth"
	"contactgraph/internal/authz"
	"contactgraph/internal/globalid"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"

	"entgo.io/ent/dialect/sql"
)

// MaxSessions is the largest number of sessions that a list returns.
const MaxSessions = 1000

// Session is a session of a user or of a contact.
type Session struct {
	ID         int
	User       *User      // nil for a session of a contact
	ContactID  *int       // nil for a session of a user
	CreatedAt  *time.Time // this and what follows is nil for sessions that are older than its column
	LastUsedAt *time.Time
	ExpiresAt  time.Time
	Address    *string
	Agent      *string // the browser
	Current    bool    // whether the viewer uses it
}

// GlobalID returns the id of the session in the GraphQL API.
func (s *Session) GlobalID() string { return globalid.Encode("Session", s.ID) }

// Sessions returns the sessions of the account that have not ended, newest first, at most first of
// them, to admins. It fails with usererror.ErrArguments if first is not from 0 to MaxSessions.
func (s *Service) Sessions(ctx context.Context, first int) ([]*Session, error) {
	v, err := authz.RequireRole(ctx, viewer.Admin)
	if err != nil {
		return nil, err
	}
	return s.sessions(ctx, v, first)
}

// OwnSessions returns the sessions of the viewer as Sessions does. A viewer without a session, such
// as an API key, has none.
func (s *Service) OwnSessions(ctx context.Context, first int) ([]*Session, error) {
	v, err := authz.RequireViewer(ctx)
	if err != nil {
		return nil, err
	}
	own := auth.SessionsOf(v)
	if own == nil {
		return nil, nil
	}
	return s.sessions(ctx, v, first, own)
}

// ContactSessions returns the sessions of a contact that have not ended, newest first, to those who
// may read the contact. It fails as authz.AuthorizeContact does.
func (s *Service) ContactSessions(ctx context.Context, contact int) ([]*Session, error) {
	v, err := authz.AuthorizeContact(ctx, s.db.Client(), contact)
	if err != nil {
		return nil, err
	}
	return s.sessions(ctx, v, MaxSessions, session.ContactID(contact))
}

// sessions reads as the server itself, because agents may not read users.
func (s *Service) sessions(ctx context.Context, v viewer.Viewer, first int, where ...predicate.Session) ([]*Session, error) {
	if first < 0 || first > MaxSessions {
		return nil, usererror.NewInvalidArguments("first must be from 0 to %d.", MaxSessions)
	}
	if first == 0 {
		return nil, nil
	}
	ctx, now := viewer.NewSystemContext(ctx, v.Account), s.now()
	query := s.db.Client().Session.Query().Where(session.AccountID(v.Account), session.ExpiresAtGT(now.UTC())).Where(where...)
	used, err := recentlyUsed(ctx, query.Clone(), now)
	if err != nil {
		return nil, err
	}
	rows, err := query.Where(used).WithUser(func(q *ent.UserQuery) { q.Where(user.AccountID(v.Account)).WithIdentities(withIdentities(v.Account)) }).
		Order(session.ByID(sql.OrderDesc())).Limit(first).All(ctx)
	if err != nil {
		return nil, err
	}
	var list []*Session
	for _, row := range rows {
		if !auth.Ended(row, now) {
			list = append(list, sessionOf(v, row))
		}
	}
	return list, nil
}

// recentlyUsed returns the condition that a session has not ended because it was not used, as
// auth.Ended decides it. The engines compute with times in different ways, so the condition has a
// time for each idle time among the sessions: there are as many as the setting has had values
// lately.
func recentlyUsed(ctx context.Context, sessions *ent.SessionQuery, now time.Time) (predicate.Session, error) {
	limits, err := sessions.Where(session.IdleMinutesNotNil()).Unique(true).Select(session.FieldIdleMinutes).Ints(ctx)
	if err != nil {
		return nil, err
	}
	used := []predicate.Session{session.IdleMinutesIsNil(), session.LastUsedAtIsNil()}
	for _, minutes := range limits {
		since := now.UTC().Add(-time.Duration(minutes) * time.Minute)
		used = append(used, session.And(session.IdleMinutes(minutes), session.LastUsedAtGT(since)))
	}
	return session.Or(used...), nil
}

func sessionOf(v viewer.Viewer, row *ent.Session) *Session {
	s := &Session{
		ID: row.ID, ContactID: row.ContactID, CreatedAt: row.CreatedAt, LastUsedAt: row.LastUsedAt, ExpiresAt: row.ExpiresAt,
		Address: row.Address, Agent: row.Agent, Current: row.ID == v.Session,
	}
	if row.Edges.User != nil {
		s.User = userOf(row.Edges.User)
	}
	return s
}

// RevokeSession ends a session: every viewer may end its own, and admins all of the account. It
// fails with NotFound, also for a session that the viewer may not end.
func (s *Service) RevokeSession(ctx context.Context, id int) error {
	v, err := authz.ToWrite(authz.RequireViewer(ctx))
	if err != nil {
		return err
	}
	which := []predicate.Session{session.AccountID(v.Account), session.ID(id)}
	if !v.Is(viewer.Admin) {
		own := auth.SessionsOf(v)
		if own == nil {
			return usererror.NewNotFound("Session", id)
		}
		which = append(which, own)
	}
	_, err = run(ctx, s, v, func(ctx context.Context, c command) (struct{}, error) {
		row, err := c.tx.Ent.Session.Query().Where(which...).
			WithUser(func(q *ent.UserQuery) { q.Where(user.AccountID(v.Account)) }).Only(viewer.NewSystemContext(ctx, v.Account))
		if ent.IsNotFound(err) {
			return struct{}{}, usererror.NewNotFound("Session", id)
		}
		if err != nil {
			return struct{}{}, err
		}
		if _, err := c.tx.Ent.Session.Delete().Where(which...).Exec(ctx); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, c.record(ctx, revocation(row))
	})
	return err
}

// revocation is the entry about the end of a session. It contains no name of a contact.
func revocation(row *ent.Session) audit.Entry {
	e := audit.Entry{Action: audit.SessionRevoked, Subject: row.ID, Details: map[string]any{}}
	if row.ContactID != nil {
		e.Details["contactId"] = *row.ContactID
	}
	if u := row.Edges.User; u != nil {
		e.Name, e.Details["userId"] = u.Login, u.ID
	}
	return e
}
