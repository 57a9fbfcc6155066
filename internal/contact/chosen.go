package contact

import (
	"context"

	"contactgraph/ent/change"
	entcontact "contactgraph/ent/contact"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"

	"entgo.io/ent/dialect/sql"
)

// This file has the ids that callers choose for new contacts: imports keep those of their source.

// chosenID is what the database has of an id.
type chosenID struct {
	used   bool             // a contact of any account has it
	last   revision.Version // of a contact of the account that had it
	erased bool             // that contact was erased
}

// readChosen reads what the database has of the ids that the commands choose, in few statements.
func (t *transaction) readChosen(ctx context.Context, commands []*prepared) error {
	var ids []int
	for _, p := range commands {
		if p != nil && p.chosen != 0 {
			ids = append(ids, p.chosen)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	used, err := t.tx.UsedIDs(ctx, entcontact.Table, ids)
	if err != nil {
		return err
	}
	t.chosen = make(map[int]chosenID, len(ids))
	for _, id := range ids {
		t.chosen[id] = chosenID{}
	}
	for _, id := range used {
		t.chosen[id] = chosenID{used: true}
	}
	rows, err := t.tx.Ent.Change.Query().Where(change.AccountID(t.viewer.Account), change.ContactIDIn(ids...),
		change.KindIn(change.KindDELETE, change.KindERASE, change.KindMERGED)).
		Order(change.ByVersion(sql.OrderAsc())).Select(change.FieldContactID, change.FieldVersion, change.FieldKind).
		All(viewer.AccountWide(ctx))
	for _, row := range rows {
		c := t.chosen[row.ContactID]
		c.last, c.erased = row.Version, row.Kind == change.KindERASE
		t.chosen[row.ContactID] = c
	}
	return err
}

// chooseID prepares the draft for the id that the caller has chosen: its versions follow those of a
// deleted contact with the id.
func (t *transaction) chooseID(ctx context.Context, d *draft) error {
	if d.ID == 0 || d.undoes != nil {
		return nil
	}
	if _, read := t.chosen[d.ID]; !read {
		if err := t.readChosen(ctx, []*prepared{{chosen: d.ID}}); err != nil {
			return err
		}
	}
	c := t.chosen[d.ID]
	switch {
	case c.used:
		return usererror.Errors{{Code: usererror.Invalid, Path: pathContactID, Message: "Another contact has this number."}}
	case c.erased:
		return usererror.Errors{{Code: usererror.Invalid, Path: pathContactID, Message: "The contact with this number has been erased."}}
	}
	d.deleted = c.last
	return nil
}

// pathContactID is the path of the id of a contact in errors.
const pathContactID = "contactId"
