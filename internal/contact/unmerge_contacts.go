package contact

import (
	"context"
	"slices"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/internal/catalog"
	"contactgraph/internal/changelog"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/merge"
	"contactgraph/internal/database"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
)

// UnmergeContacts undoes a merge of contacts, in one transaction: the change is that of the
// survivor, or of one that was merged into it. The others are restored as they were, with their
// ids, but without sessions, and without passwords that the survivor did not get from them. The
// survivor loses what it got by the merge and still has; what was changed since stays, and is in
// the result as Kept. The log has one change of each contact.
//
// It fails with Errors: NotFound, Merged or Forbidden alone; Invalid if the change is not a merge,
// was undone before, or one of the others has been erased; and otherwise as the creation of the
// others would, for example with EmailTaken if their address was given to another contact. Nothing
// is changed then.
func (s *Service) UnmergeContacts(ctx context.Context, id revision.ChangeID) (*Merging, error) {
	if _, err := s.mayMerge(ctx); err != nil {
		return nil, err
	}
	row, err := s.mergeOf(ctx, id)
	if err != nil {
		return nil, err
	}
	ids := []int{row.ContactID}
	for _, from := range row.Merged.From {
		ids = append(ids, from.Contact)
	}
	v, err := s.mayMerge(ctx, row.ContactID) // the others do not exist
	if err != nil {
		return nil, err
	}
	m := &Merging{}
	results, err := s.writeAll(ctx, v, s.transactionForAll(ids), func(ctx context.Context, tx *database.Tx) ([]*Result, error) {
		u := &separation{transaction: s.newTransaction(tx, v, nil), row: row}
		results, err := u.run(ctx)
		m.Kept = u.kept
		return results, err
	})
	if err != nil {
		return nil, err
	}
	m.Survivor, m.Others, m.Fields = results[0], results[1:], results[0].Change.Fields
	return m, nil
}

// mergeOf returns the change of the survivor of a merge, given the change of one of its contacts.
func (s *Service) mergeOf(ctx context.Context, id revision.ChangeID) (*ent.Change, error) {
	row, err := s.log.Change(ctx, id)
	if err == nil && row != nil && row.Kind == change.KindMERGED && row.Merged != nil && row.Merged.Into != nil {
		row, err = s.log.Change(ctx, *row.Merged.Into)
	}
	switch {
	case err != nil:
		return nil, err
	case row == nil:
		return nil, usererror.Errors{{Code: usererror.NotFound, Message: "The change log does not contain this change."}}
	case row.Kind != change.KindMERGE || row.Merged == nil:
		return nil, usererror.Errors{{Code: usererror.Invalid, Message: "The change is not a merge of contacts."}}
	}
	return row, nil
}

// separation is the undo of a merge inside a transaction.
type separation struct {
	*transaction

	row  *ent.Change // of the survivor
	kept []revision.FieldChange
}

func (u *separation) run(ctx context.Context) ([]*Result, error) {
	survivor, err := u.load(ctx, u.row.ContactID, nil)
	if err != nil {
		return nil, err
	}
	survivor.kind, survivor.undoes = change.KindUPDATE, &u.row.Version
	if err := u.removeMerged(ctx, survivor); err != nil {
		return nil, err
	}
	hash, err := u.takePassword(ctx, survivor)
	if err != nil {
		return nil, err
	}
	writes, companies := []*unitOfWork{survivor}, map[int][]int{}
	for _, from := range u.row.Merged.From {
		row, err := u.restorable(ctx, from)
		if err != nil {
			return nil, err
		}
		d, err := draftOf(row)
		if err != nil {
			return nil, err
		}
		if from.Contact == u.row.Merged.Password {
			d.hash = hash
		}
		w, err := u.create(ctx, d)
		if err != nil {
			return nil, err
		}
		writes, companies[from.Contact] = append(writes, w), row.Merged.Companies
	}
	if err := u.checkTogether(ctx, writes); err != nil {
		return nil, err
	}
	results, err := u.store(ctx, writes)
	if err != nil {
		return nil, err
	}
	for id, of := range companies {
		if len(of) == 0 {
			continue
		}
		if _, err := catalog.ReplaceContact(ctx, u.tx, u.viewer.Account, u.row.ContactID, id, survivor.next.LastModified, of...); err != nil {
			return nil, err
		}
	}
	return results, nil
}

// restorable returns the change by which a contact was merged into the survivor. It fails unless
// that is the latest change of the contact.
func (u *separation) restorable(ctx context.Context, id revision.ChangeID) (*ent.Change, error) {
	latest, err := changelog.Latest(ctx, u.tx.Ent, u.viewer.Account, id.Contact)
	switch {
	case err != nil:
		return nil, err
	case latest == nil:
		return nil, usererror.Errors{{Code: usererror.Invalid, Message: "The change log does not reach back to this merge anymore."}}
	case latest.Kind == change.KindERASE:
		return nil, errErased()
	case latest.Version != id.Version || latest.Merged == nil:
		return nil, usererror.Errors{{Code: usererror.Invalid, Message: "This merge has been undone already."}}
	}
	return latest, nil
}

// removeMerged removes from the survivor what it got by the merge and still has.
func (u *separation) removeMerged(ctx context.Context, w *unitOfWork) (err error) {
	if w.definitions, err = definitionsOf(ctx, w.tx, w.viewer.Account); err != nil {
		return err
	}
	var paths []string
	for _, c := range u.row.Fields {
		paths = append(paths, c.Path)
	}
	current, err := w.currentValues(ctx, paths)
	if err != nil {
		return err
	}
	e := edit{set: field.Patch{}}
	for _, c := range u.row.Fields {
		if c.Path == field.PathPassword || u.isUndefined(c.Path) {
			continue
		}
		v, err := decodeSides(c, current[c.Path])
		if err != nil {
			return err
		}
		if v.isChanged() {
			u.kept = append(u.kept, revision.FieldChange{Path: c.Path, Old: c.New, New: current[c.Path]})
		}
		if f := field.ByPath(c.Path); f == nil {
			e.details.put(c.Path, v.separated())
		} else if changed, err := u.isChanged(f, w.old); err != nil {
			return err
		} else if !changed {
			e.set[f] = v.old
		}
	}
	if err := w.applyEdit(ctx, e); err != nil {
		return err
	}
	// A property that has become required since is cleared again.
	w.errs = slices.DeleteFunc(w.errs, func(e *usererror.Error) bool { return e.Code == usererror.Required })
	return w.deriveKeys(ctx)
}

// sides are the values at a path of the survivor: before the merge, after it, and now.
type sides struct{ old, merged, now any }

func decodeSides(c revision.FieldChange, now any) (s sides, err error) {
	if s.old, err = field.DecodeValue(c.Path, c.Old); err != nil {
		return s, err
	}
	if s.merged, err = field.DecodeValue(c.Path, c.New); err != nil {
		return s, err
	}
	s.now, err = field.DecodeValue(c.Path, now)
	return s, err
}

func (s sides) isChanged() bool {
	return !field.EqualValues(field.EncodeValue(s.now), field.EncodeValue(s.merged))
}

// isUndefined reports whether the path is that of a property that has been deleted since.
func (u *separation) isUndefined(path string) bool {
	id := field.PropertyID(path)
	return id != 0 && u.definitions[id] == nil
}

// isChanged reports whether the survivor has another value of a field than it got by the merge. A
// phone number is one value with its country code.
func (u *separation) isChanged(f *field.Field, now *ent.Contact) (bool, error) {
	group := []*field.Field{f}
	if f == field.Phone || f == field.PhoneCountryCode {
		group = []*field.Field{field.Phone, field.PhoneCountryCode}
	}
	for _, c := range u.row.Fields {
		g := field.ByPath(c.Path)
		if g == nil || !slices.Contains(group, g) {
			continue
		}
		if s, err := decodeSides(c, field.EncodeValue(g.Get(now))); err != nil || s.isChanged() {
			return true, err
		}
	}
	return false, nil
}

// separated returns a list without what the merge has added to it, as far as it is still there. A
// value that the merge has replaced, and that was changed since, stays.
func (s sides) separated() any {
	switch now := s.now.(type) {
	case []field.Login:
		return without(s, now, func(a, b field.Login) bool { return a == b })
	case []field.ExternalID:
		return without(s, now, func(a, b field.ExternalID) bool { return a == b })
	case []int:
		return without(s, now, func(a, b int) bool { return a == b })
	}
	if !s.isChanged() {
		return s.old
	}
	return without(s, merge.As[field.Value](s.now), field.Value.Equal)
}

// without returns the elements that are not among those that the merge has added. If the merge has
// also removed some, the value as a whole was replaced, and stays.
func without[E any](s sides, now []E, equal func(a, b E) bool) []E {
	old, merged := merge.As[E](s.old), merge.As[E](s.merged)
	in := func(list []E, e E) bool { return slices.ContainsFunc(list, func(o E) bool { return equal(o, e) }) }
	if slices.ContainsFunc(old, func(e E) bool { return !in(merged, e) }) {
		return now
	}
	return slices.DeleteFunc(slices.Clone(now), func(e E) bool { return in(merged, e) && !in(old, e) })
}

// takePassword takes the password that the survivor got by the merge, and ends the sessions that it
// has opened. It returns nil if there is none, or it was changed since.
func (u *separation) takePassword(ctx context.Context, w *unitOfWork) (*string, error) {
	if u.row.Merged.Password == 0 {
		return nil, nil
	}
	for after := u.row.Version; ; {
		later, err := u.tx.Changes(ctx, u.viewer.Account, w.old.ID, after, MaxCommands)
		if err != nil {
			return nil, err
		}
		for _, row := range later {
			if after = row.Version; slices.ContainsFunc(row.Fields, func(c revision.FieldChange) bool { return c.Path == field.PathPassword }) {
				return nil, nil
			}
		}
		if len(later) == 0 {
			break
		}
	}
	hash := w.old.PasswordHash
	w.next.PasswordHash = nil
	w.fields = append(w.fields, revision.FieldChange{Path: field.PathPassword})
	w.deferred = append(w.deferred, w.endOtherSessions)
	return hash, nil
}
