package changelog

import (
	"context"
	"maps"
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

// historyBytes is how many bytes the field changes of a page of History can have, as JSON. It is a
// quarter of what a response can have, so that a document with several pages is cheap to reject.
const historyBytes = 1 << 20

// MaxHistory is the largest number of changes that History returns.
const MaxHistory = 100

// History returns the latest changes of the contact that produced a version below before, newest
// first: at most first of them, and fewer if they are too large together. more reports whether
// there are older ones. A deleted contact still has its changes; a contact that never existed has
// none, which is not an error. It fails with usererror.ErrArguments if first is not from 0 to
// MaxHistory, and with Forbidden as query.Service.Get does.
func (s *Service) History(ctx context.Context, id int, before revision.Version, first int) (rows []*ent.Change, more bool, err error) {
	v, err := authz.AuthorizeContact(ctx, s.db.Client(), id)
	if err != nil {
		return nil, false, err
	}
	if first < 0 || first > MaxHistory {
		return nil, false, usererror.NewInvalidArguments("first must be from 0 to %d.", MaxHistory)
	}
	rows, more, err = database.ReadFittingIn(ctx, s.db.Client().Change.Query().
		Where(change.AccountID(v.Account), change.ContactID(id), change.VersionLT(before)).
		Order(change.ByVersion(sql.OrderDesc())), first+1, historyBytes)
	if len(rows) > first {
		rows, more = rows[:first], true
	}
	return allVisibleTo(v, rows), more, err
}

// LastChange is the latest change of one path.
type LastChange struct {
	Path   string
	Change *ent.Change
}

// LastChanges returns the latest change up to the version for each path that the change log has. It
// reads the paths of the whole log of the contact, and the values of the latest changes only. It
// fails as History does.
func (s *Service) LastChanges(ctx context.Context, id int, upTo revision.Version) ([]*LastChange, error) {
	v, err := authz.AuthorizeContact(ctx, s.db.Client(), id)
	if err != nil {
		return nil, err
	}
	q := s.db.Client().Change.Query().Where(change.AccountID(v.Account), change.ContactID(id))
	latest, err := latestVersions(ctx, q, upTo)
	if err != nil {
		return nil, err
	}
	rows, err := q.Where(change.VersionIn(slices.Collect(maps.Values(latest))...)).All(ctx)
	if err != nil {
		return nil, err
	}
	byVersion := map[revision.Version]*ent.Change{}
	for _, row := range rows {
		byVersion[row.Version] = VisibleTo(v, row)
	}
	var list []*LastChange
	for path, version := range latest {
		if row := byVersion[version]; row != nil && field.CanRead(v, path) { // retention can have deleted the row meanwhile
			list = append(list, &LastChange{path, row})
		}
	}
	slices.SortFunc(list, func(a, b *LastChange) int { return field.ComparePaths(a.Path, b.Path) })
	return list, nil
}

// pathRows is how many rows latestVersions reads at a time.
const pathRows = 200

// latestVersions returns the latest version up to one that changed each path.
func latestVersions(ctx context.Context, q *ent.ChangeQuery, upTo revision.Version) (map[string]revision.Version, error) {
	latest := map[string]revision.Version{}
	for before := upTo + 1; ; {
		rows, err := database.ReadPaths(ctx, q.Clone().Where(change.VersionLT(before)).Order(change.ByVersion(sql.OrderDesc())), pathRows)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			for _, path := range row.Paths {
				if _, known := latest[path]; !known {
					latest[path] = row.Version
				}
			}
			before = row.Version
		}
		if len(rows) < pathRows {
			return latest, nil
		}
	}
}

// VisibleChange returns a change as the viewer may see it. It fails with NotFound if the log does
// not have it, and with Forbidden as History does.
func (s *Service) VisibleChange(ctx context.Context, id revision.ChangeID) (*ent.Change, error) {
	rows, _, err := s.History(ctx, id.Contact, id.Version+1, 1)
	if err == nil && (len(rows) == 0 || rows[0].Version != id.Version) {
		err = usererror.Errors{{Code: usererror.NotFound, Message: "The log has no such change."}}
	}
	if err != nil {
		return nil, err
	}
	return rows[0], nil
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
