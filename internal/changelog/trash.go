package changelog

import (
	"context"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/internal/authz"
	"contactgraph/internal/database"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"

	"entgo.io/ent/dialect/sql"
)

// Deletion is the deletion of a contact that has been neither restored nor erased since, with the
// contact as it was, as far as the viewer may read it. Undoing the change restores the contact.
type Deletion struct {
	*ent.Contact

	Change *ent.Change
}

// MaxDeletions is the largest number of deletions that Deletions returns.
const MaxDeletions = 100

// Deletions returns the deletions that can be undone, the latest first: at most first of those
// before the cursor, and fewer if they are too large together. more reports whether there are older
// ones. Those that retention has deleted from the log are not among them. It fails with
// usererror.ErrArguments if first is not from 0 to MaxDeletions, and with Forbidden for customers.
func (s *Service) Deletions(ctx context.Context, before revision.Cursor, first int) (list []*Deletion, more bool, err error) {
	v, err := authz.RequireRole(ctx, viewer.Agent)
	if err != nil {
		return nil, false, err
	}
	if first < 0 || first > MaxDeletions {
		return nil, false, usererror.NewInvalidArguments("first must be from 0 to %d.", MaxDeletions)
	}
	rows, more, err := database.ReadFittingIn(ctx, s.db.Client().Change.Query().
		Where(change.AccountID(v.Account), change.SeqLT(int64(before)), isDeletion, isLatest).
		Order(change.BySeq(sql.OrderDesc())), first+1, historyBytes)
	if err != nil {
		return nil, false, err
	}
	if len(rows) > first {
		rows, more = rows[:first], true
	}
	for _, row := range allVisibleTo(v, rows) {
		deleted := NewSnapshot(&ent.Contact{ID: row.ContactID})
		if err := deleted.Rewind(row); err != nil {
			return nil, false, err
		}
		list = append(list, &Deletion{deleted.Contact, row})
	}
	return list, more, nil
}

// isDeletion selects deletions. The kind is part of the text, as the partial index of them demands.
func isDeletion(s *sql.Selector) {
	s.Where(sql.P(func(b *sql.Builder) {
		b.Ident(s.C(change.FieldKind)).WriteString(" = '" + string(change.KindDELETE) + "'")
	}))
}

// isLatest selects the latest change of each contact.
func isLatest(s *sql.Selector) {
	b := sql.Dialect(s.Dialect())
	later := b.Table(change.Table).As("later")
	s.Where(sql.NotExists(b.Select(later.C(change.FieldID)).From(later).Where(sql.And(
		sql.ColumnsEQ(later.C(change.FieldAccountID), s.C(change.FieldAccountID)),
		sql.ColumnsEQ(later.C(change.FieldContactID), s.C(change.FieldContactID)),
		sql.ColumnsGT(later.C(change.FieldVersion), s.C(change.FieldVersion)),
	))))
}
