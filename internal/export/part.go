package export

import (
	"context"
	"errors"

	"contactgraph/ent"
	"contactgraph/ent/change"
	entcontact "contactgraph/ent/contact"
	"contactgraph/internal/authz"
	"contactgraph/internal/changelog"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/database"
	"contactgraph/internal/interchange"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"

	"entgo.io/ent/dialect/sql"
)

// PartSize is how many contacts a part has.
const PartSize = query.MaxScan

// Next returns the next contacts in the order of their ids, and whether there are more; the list
// can be empty before its end. A contact that has been erased, or that the viewer may no longer
// access, is left out. Next fails with Forbidden if the rights of the viewer have changed since
// Begin, and if the change log was cut off after it.
func (e *Export) Next(ctx context.Context) (records []*interchange.Record, more bool, err error) {
	v, err := authz.RequireRole(ctx, viewer.Agent)
	if err != nil {
		return nil, false, err
	}
	if v.Account != e.viewer.Account || v.Role != e.viewer.Role || v.Segment != e.viewer.Segment || v.Rights != e.viewer.Rights {
		return nil, false, errRights
	}
	wanted := e.list.take(e.service.part)
	e.taken += len(wanted)
	current, err := e.current(ctx, wanted)
	if err != nil {
		return nil, false, err
	}
	for _, w := range wanted {
		c := current[w.id]
		if c == nil || c.Version != w.version {
			if c, err = e.asOf(ctx, w); err != nil {
				return nil, false, err
			}
		}
		if c == nil {
			continue
		}
		records = append(records, e.recordOf(field.Visible(v, c)))
	}
	return records, len(e.list.bytes) > 0, nil
}

// current reads the contacts as they are now, all in the same state of the database.
func (e *Export) current(ctx context.Context, wanted []version) (map[int]*ent.Contact, error) {
	ids := make([]int, len(wanted))
	for i, w := range wanted {
		ids[i] = w.id
	}
	byID := make(map[int]*ent.Contact, len(ids))
	if len(ids) == 0 {
		return byID, nil
	}
	err := e.service.db.Snapshot(ctx, func(ctx context.Context, in *database.Snapshot) error {
		found, err := changelog.AddRelations(in.Client().Contact.Query().Where(entcontact.AccountID(e.viewer.Account), entcontact.IDIn(ids...))).All(ctx)
		for _, c := range found {
			byID[c.ID] = c
		}
		return err
	})
	return byID, err
}

// asOf returns the contact as it was in the list, by the change log. It returns nil for a contact
// that has been erased since, or that the viewer may no longer access.
func (e *Export) asOf(ctx context.Context, w version) (*ent.Contact, error) {
	c, err := e.service.changes.AsOf(ctx, w.id, w.version)
	if errs, ok := errors.AsType[usererror.Errors](err); ok && errs.Has(usererror.NotFound) {
		return nil, nil
	}
	if !errors.Is(err, changelog.ErrNoVersion) {
		return c, err
	}
	last, err := e.service.db.Client().Change.Query().Where(change.AccountID(e.viewer.Account), change.ContactID(w.id)).
		Order(change.ByVersion(sql.OrderDesc())).First(ctx)
	switch {
	case ent.IsNotFound(err):
		return nil, errCut
	case err != nil:
		return nil, err
	case last.Kind == change.KindERASE:
		return nil, nil
	}
	return nil, errCut
}

// Taken returns how many contacts of the list have been read.
func (e *Export) Taken() int { return e.taken }
