package contact

import (
	"context"
	"slices"

	"contactgraph/ent"
	"contactgraph/ent/membership"
	"contactgraph/ent/segment"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/merge"
	"contactgraph/internal/database"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

const maxSegments = 1000

// setMembership replaces the contact's segments with a sorted set. Who may not write them may send
// only the current set.
func (w *unitOfWork) setMembership(ctx context.Context, set []int) error {
	if len(set) > maxSegments {
		w.errs.Add(usererror.TooMany, field.PathMembership, "A contact can be in at most %d segments.", maxSegments)
		return nil
	}
	old, err := w.currentSegments(ctx)
	if err != nil {
		return err
	}
	if slices.Equal(old, set) {
		return nil
	}
	if !field.CanWrite(w.viewer, field.PathMembership) {
		noun := "the segments of a contact"
		if w.viewer.Role == viewer.Customer {
			noun = "their segments"
		}
		w.forbid(field.PathMembership, noun)
		return nil
	}
	if !w.isNew() {
		w.checkSegment(set)
	}
	added, removed := difference(set, old), difference(old, set)
	if err := w.checkSegments(ctx, added); err != nil {
		return err
	}
	w.fields = append(w.fields, revision.FieldChange{Path: field.PathMembership, Old: old, New: field.NonNil(set)})
	w.deferred = append(w.deferred, func(ctx context.Context) error {
		if len(removed) > 0 {
			_, err := w.tx.Ent.Membership.Delete().Where(membership.AccountID(w.viewer.Account),
				membership.ContactID(w.next.ID), membership.SegmentIDIn(removed...)).Exec(ctx)
			if err != nil {
				return err
			}
		}
		return w.tx.Ent.Membership.CreateBulk(newMemberships(w.tx, w.next.ID, added)...).Exec(ctx)
	})
	return nil
}

// difference returns the elements of a that are not in b.
func difference[E comparable](a, b []E) []E {
	return slices.DeleteFunc(slices.Clone(a), func(e E) bool { return slices.Contains(b, e) })
}

// sortedSet returns the ids sorted, without duplicates.
func sortedSet(ids []int) []int {
	return field.NonNil(slices.Compact(slices.Sorted(slices.Values(ids))))
}

// currentSegments reads the ids of the contact's segments, sorted.
func (w *unitOfWork) currentSegments(ctx context.Context) ([]int, error) {
	if w.isNew() {
		return []int{}, nil
	}
	rows, err := w.tx.Ent.Membership.Query().Where(membership.AccountID(w.viewer.Account), membership.ContactID(w.old.ID)).
		Order(membership.BySegmentID()).All(ctx)
	return field.SegmentsOf(rows), err
}

// newSegments returns the segments that a new contact is created in.
func (w *unitOfWork) newSegments() []int {
	for _, f := range w.fields {
		if f.Path == field.PathMembership {
			return merge.As[int](f.New)
		}
	}
	return nil
}

// checkSegments adds an error for each id that is not a segment of the account.
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
