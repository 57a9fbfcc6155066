package changelog

import (
	"context"
	"errors"
	"slices"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/internal/authz"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"

	"entgo.io/ent/dialect/sql"
)

// ErrTooLarge is the error for changes that are too large to be returned together.
var ErrTooLarge = errors.New("the changes are too large to be returned together")

// MaxHistory is the largest number of changes that History returns.
const MaxHistory = 100

// History returns the latest changes of the contact that produced a version below before, newest
// first, at most first of them. A deleted contact still has its changes; a contact that never
// existed has none, which is not an error. It fails with usererror.ErrArguments if first is not
// from 0 to MaxHistory, with ErrTooLarge if the changes are too large together, and with Forbidden
// as query.Service.Get does.
func (s *Service) History(ctx context.Context, id int, before revision.Version, first int) ([]*ent.Change, error) {
	rows, more, err := s.readHistory(ctx, id, before, first)
	if more {
		return nil, ErrTooLarge
	}
	return rows, err
}

// readHistory is History, but returns only the first of the changes if they are too large together.
// more reports whether there are more of them.
func (s *Service) readHistory(ctx context.Context, id int, before revision.Version, first int) (rows []*ent.Change, more bool, err error) {
	v, err := authz.AuthorizeContact(ctx, s.db.Client(), id)
	if err != nil {
		return nil, false, err
	}
	if first < 0 || first > MaxHistory {
		return nil, false, usererror.NewInvalidArguments("first must be from 0 to %d.", MaxHistory)
	}
	rows, more, err = database.ReadFitting(ctx, s.db.Client().Change.Query().
		Where(change.AccountID(v.Account), change.ContactID(id), change.VersionLT(before)).
		Order(change.ByVersion(sql.OrderDesc())), first)
	return allVisibleTo(v, rows), more, err
}

// LastChange is the latest change of one path.
type LastChange struct {
	Path   string
	Change *ent.Change
}

// LastChanges returns the latest change up to the version for each path that the change log has. It
// reads the whole log of the contact. It fails as History does.
func (s *Service) LastChanges(ctx context.Context, id int, upTo revision.Version) ([]*LastChange, error) {
	latest := map[string]*LastChange{}
	var list []*LastChange
	for before := upTo + 1; ; {
		rows, more, err := s.readHistory(ctx, id, before, MaxHistory)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			for _, f := range row.Fields {
				if latest[f.Path] == nil {
					latest[f.Path] = &LastChange{f.Path, row}
					list = append(list, latest[f.Path])
				}
			}
			before = row.Version
		}
		if len(rows) < MaxHistory && !more {
			slices.SortFunc(list, func(a, b *LastChange) int { return field.ComparePaths(a.Path, b.Path) })
			return list, nil
		}
	}
}

// Change returns a change with all that VisibleTo hides. It returns nil if the log does not have
// the change, or the viewer may not read its contact.
func (s *Service) Change(ctx context.Context, id revision.ChangeID) (*ent.Change, error) {
	v, err := authz.RequireViewer(ctx)
	if err != nil {
		return nil, err
	}
	row, err := s.db.Client().Change.Query().
		Where(change.AccountID(v.Account), change.ContactID(id.Contact), change.Version(id.Version)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	return row, err
}

// VisibleTo returns a row of the log as the viewer may see it: without the fields that it may not
// read, and customers do not learn which staff changed their contact.
func VisibleTo(v viewer.Viewer, row *ent.Change) *ent.Change {
	anonymous := v.Role == viewer.Customer && row.ActorKind != viewer.ActorContact
	if !anonymous && v.Rights.WriteAll() {
		return row
	}
	seen := *row
	seen.Fields = field.VisibleChanges(v, row.Fields)
	if anonymous {
		seen.ActorKind, seen.ActorID, seen.ActorName = "", 0, ""
	}
	return &seen
}

func allVisibleTo(v viewer.Viewer, rows []*ent.Change) []*ent.Change {
	for i := range rows {
		rows[i] = VisibleTo(v, rows[i])
	}
	return rows
}
