package contact

import (
	"context"
	"slices"

	"contactgraph/ent"
	"contactgraph/ent/membership"
	"contactgraph/ent/segment"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
)

const maxSegments = 1000

// setMembership replaces the contact's segments with the set, which is sorted. A customer may send it only as it is.
func (w *unitOfWork) setMembership(ctx context.Context, set []int) error {
	if len(set) > maxSegments {
		w.errs.Add(usererror.TooMany, field.PathMembership, "A contact is in at most %d segments.", maxSegments)
		return nil
	}
	now, err := w.currentSegments(ctx)
	if err != nil {
		return err
	}
	if slices.Equal(now, set) {
		return nil
	}
	if !mayWriteMembership(w.viewer) {
		w.errs = append(w.errs, usererror.NewForbidden(field.PathMembership, "Customers may not change their membership."))
		return nil
	}
	added := slices.DeleteFunc(slices.Clone(set), func(id int) bool { return slices.Contains(now, id) })
	gone := slices.DeleteFunc(slices.Clone(now), func(id int) bool { return slices.Contains(set, id) })
	if err := w.checkSegments(ctx, added); err != nil {
		return err
	}
	w.fields = append(w.fields, revision.FieldChange{Path: field.PathMembership, Old: now, New: field.NonNil(set)})
	w.deferred = append(w.deferred, func(ctx context.Context) error {
		if len(gone) > 0 {
			_, err := w.tx.Ent.Membership.Delete().Where(membership.AccountID(w.viewer.Account),
				membership.ContactID(w.next.ID), membership.SegmentIDIn(gone...)).Exec(ctx)
			if err != nil {
				return err
			}
		}
		return w.tx.Ent.Membership.CreateBulk(newMemberships(w.tx, w.next.ID, added)...).Exec(ctx)
	})
	return nil
}

// sortedSet is the set that a list of ids stands for.
func sortedSet(ids []int) []int {
	return field.NonNil(slices.Compact(slices.Sorted(slices.Values(ids))))
}

// segmentsNow reads the ids of the segments that the contact is in, sorted.
func (w *unitOfWork) currentSegments(ctx context.Context) ([]int, error) {
	if w.isNew() {
		return []int{}, nil
	}
	rows, err := w.tx.Ent.Membership.Query().Where(membership.AccountID(w.viewer.Account), membership.ContactID(w.old.ID)).
		Order(membership.BySegmentID()).All(ctx)
	return field.SegmentsOf(rows), err
}

// checkSegments adds an error for each id that is no segment of the account.
func (w *unitOfWork) checkSegments(ctx context.Context, set []int) error {
	found, err := w.tx.Ent.Segment.Query().Where(segment.AccountID(w.viewer.Account), segment.IDIn(set...)).IDs(ctx)
	if err != nil {
		return err
	}
	for _, id := range set {
		if !slices.Contains(found, id) {
			w.errs.Missing(usererror.SegmentNotFound, field.PathMembership, "Segment", id)
		}
	}
	return nil
}

func newMemberships(tx *database.Tx, contact int, set []int) []*ent.MembershipCreate {
	rows := make([]*ent.MembershipCreate, len(set))
	for i, id := range set {
		rows[i] = tx.Ent.Membership.Create().SetContactID(contact).SetSegmentID(id)
	}
	return rows
}
