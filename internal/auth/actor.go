package auth

import (
	"context"
	"fmt"

	"contactgraph/ent"
	"contactgraph/ent/account"
	"contactgraph/ent/apikey"
	"contactgraph/ent/user"
	"contactgraph/internal/viewer"
)

// ActorViewer returns the viewer that an API key or user stands for now, for what it has left to
// the server to do. ok is false if it may do nothing any more: it was revoked, has expired or was
// disabled, or its account is suspended. It may also do what it may request only by a trusted
// document.
func (s *Service) ActorViewer(ctx context.Context, in int, a viewer.Actor) (v viewer.Viewer, ok bool, err error) {
	ctx = viewer.NewSystemContext(ctx, in)
	active, err := s.db.Client().Account.Query().Where(account.ID(in), account.SuspendedAtIsNil()).Exist(ctx)
	if err != nil || !active {
		return v, false, err
	}
	switch a.Kind {
	case viewer.ActorSystem: // the command line
		v, _ := viewer.FromContext(ctx)
		return v, true, nil
	case viewer.ActorKey:
		return s.keyActor(ctx, in, a.ID)
	case viewer.ActorUser:
		return s.userActor(ctx, in, a.ID)
	default:
		return v, false, nil
	}
}

func (s *Service) keyActor(ctx context.Context, in, id int) (viewer.Viewer, bool, error) {
	row, err := s.db.Client().APIKey.Query().Where(apikey.AccountID(in), apikey.ID(id), apikey.RevokedAtIsNil()).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		return viewer.Viewer{}, false, nil
	case err != nil:
		return viewer.Viewer{}, false, fmt.Errorf("reading API key %d: %w", id, err)
	case row.ExpiresAt != nil && !s.now().Before(*row.ExpiresAt):
		return viewer.Viewer{}, false, nil
	}
	v := keyViewer(row)
	v.TrustedOnly = false
	v, err = limitedBy(ctx, s.db.Client(), v, row.RoleID)
	return v, err == nil, err
}

func (s *Service) userActor(ctx context.Context, in, id int) (viewer.Viewer, bool, error) {
	row, err := s.db.Client().User.Query().Where(user.AccountID(in), user.ID(id), user.DisabledAtIsNil()).Only(ctx)
	if err != nil {
		if ent.IsNotFound(err) {
			err = nil
		}
		return viewer.Viewer{}, false, err
	}
	v, err := limitedBy(ctx, s.db.Client(), userViewer(in, row), row.RoleID)
	return v, err == nil, err
}
