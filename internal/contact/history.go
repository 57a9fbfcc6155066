package contact

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"contactgraph/ent"
	"contactgraph/ent/change"
	entcontact "contactgraph/ent/contact"
	"contactgraph/internal/authz"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/revision"
	"contactgraph/internal/viewer"

	"entgo.io/ent/dialect/sql"
)

// ErrNoVersion is the error of a question about a version that the contact never had, or that the log does not reach back to.
var ErrNoVersion = errors.New("no such version")

// Changes returns the latest changes of the contact that produced a version below before, newest first, at most first; it fails
// with ErrPage if that is not from 0 to MaxPage. A contact that is gone still has its changes.
func (s *ChangeLog) Changes(ctx context.Context, id int, before revision.Version, first int) ([]*ent.Change, error) {
	v, err := authz.AuthorizeContact(ctx, id)
	if err != nil {
		return nil, err
	}
	if first < 0 || first > MaxPage {
		return nil, fmt.Errorf("%w: first must be from 0 to %d", ErrPage, MaxPage)
	}
	rows, err := s.db.Client().Change.Query().Where(change.AccountID(v.Account), change.ContactID(id), change.VersionLT(before)).
		Order(change.ByVersion(sql.OrderDesc())).Limit(first).All(ctx)
	return seenByAll(v, rows), err
}

// LastChange is the latest change of one path.
type LastChange struct {
	Path   string
	Change *ent.Change
}

// LastChanges returns for each path that the log knows a change of the latest one, up to the version. It looks through the
// contact's whole log.
func (s *ChangeLog) LastChanges(ctx context.Context, id int, upTo revision.Version) ([]*LastChange, error) {
	latest := map[string]*LastChange{}
	var list []*LastChange
	for before := upTo + 1; ; {
		rows, err := s.Changes(ctx, id, before, MaxPage)
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
		if len(rows) < MaxPage {
			slices.SortFunc(list, func(a, b *LastChange) int { return field.ComparePaths(a.Path, b.Path) })
			return list, nil
		}
	}
}

// AsOf returns the contact as it was at the version, with all that belonged to it in its edges; also one that is gone by now. It
// fails with ErrNoVersion, also for a contact that never was, and with Forbidden as Get does.
func (s *ChangeLog) AsOf(ctx context.Context, id int, version revision.Version) (*ent.Contact, error) {
	v, err := authz.AuthorizeContact(ctx, id)
	if err != nil {
		return nil, err
	}
	now, err := whole(ctx, s.db.Client(), v.Account, id)
	if err != nil && !ent.IsNotFound(err) {
		return nil, err
	}
	if now != nil && now.Version == version {
		return now, nil
	}
	if now == nil {
		now = &ent.Contact{ID: id, AccountID: v.Account}
	}
	return s.goBack(ctx, pastOf(now), version)
}

// change reads the change, whoever the viewer is; nil if the account has none, or its log does not reach back to it.
func (s *ChangeLog) Change(ctx context.Context, v viewer.Viewer, id revision.ChangeID) (*ent.Change, error) {
	row, err := s.db.Client().Change.Query().
		Where(change.AccountID(v.Account), change.ContactID(id.Contact), change.Version(id.Version)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	return row, err
}

// goBack takes the contact back through its log to the change that made the version. The contact was read before, statement by
// statement, and may hold some of what came meanwhile: the way back from the newest change sets all that any of them touched.
func (s *ChangeLog) goBack(ctx context.Context, p *past, version revision.Version) (*ent.Contact, error) {
	const atOnce = 500
	for next := revision.Version(math.MaxInt64); ; {
		rows, err := s.db.Client().Change.Query().
			Where(change.AccountID(p.AccountID), change.ContactID(p.ID), change.VersionGTE(version), change.VersionLT(next)).
			Order(change.ByVersion(sql.OrderDesc())).Limit(atOnce).All(ctx)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			known := next == math.MaxInt64 || row.Version == next-1
			next = row.Version
			switch {
			case !known, row.Kind == change.KindERASE:
				return nil, ErrNoVersion
			case row.Version == version && row.Kind != change.KindDELETE:
				p.Version, p.LastModified = version, row.At
				return p.whole(), nil
			}
			if err := p.back(row); err != nil {
				return nil, err
			}
		}
		if len(rows) < atOnce {
			return nil, ErrNoVersion
		}
	}
}

// whole reads the contact with what it has in other tables, in the order in which the log shows it.
func whole(ctx context.Context, c *ent.Client, account, id int) (*ent.Contact, error) {
	return c.Contact.Query().Where(entcontact.ID(id), entcontact.AccountID(account)).
		WithValues(inOrderOfValues).WithLogins(inOrderOfLogins).WithMemberships(inOrderOfSegments).Only(ctx)
}

// seenBy is a row of the log as the viewer may see it: a customer does not learn who else works on its contact.
func seenBy(v viewer.Viewer, row *ent.Change) *ent.Change {
	if v.Role != viewer.Customer || row.ActorKind == viewer.ActorContact {
		return row
	}
	seen := *row
	seen.ActorKind, seen.ActorID, seen.ActorName = "", 0, ""
	return &seen
}

func seenByAll(v viewer.Viewer, rows []*ent.Change) []*ent.Change {
	for i := range rows {
		rows[i] = seenBy(v, rows[i])
	}
	return rows
}
