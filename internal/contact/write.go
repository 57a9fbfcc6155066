package contact

import (
	"context"
	"slices"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/internal/database"
	"contactgraph/internal/revision"
	"contactgraph/internal/viewer"
)

// write is one command at work on one contact inside the store's transaction: what it found, what it will leave, what is
// wrong with it, and what is left to do in other tables once nothing is.
type write struct {
	*Service

	tx      *database.Tx
	viewer  viewer.Viewer
	defined properties // read when they are needed
	errs    Errors
	old     *ent.Contact
	next    *ent.Contact
	merge   *Divergence            // that the write was merged with
	vacates []string               // columns of keys that another write of the same call takes
	undoes  *revision.Version      // of the change that the write takes back
	fields  []revision.FieldChange // beyond Fields: password, properties, logins, membership
	after   []func(context.Context) error
}

// about is the store's Write about a contact.
func (s *Service) about(ctx context.Context, contact int) func(func(context.Context, *database.Tx) error) error {
	return func(fn func(context.Context, *database.Tx) error) error { return s.store.Write(ctx, contact, fn) }
}

// write runs do on the contact as it is, inside a transaction. errs is what is wrong already; do adds to w.errs, and ends
// with save or remove.
func (s *Service) write(ctx context.Context, v viewer.Viewer, id int, errs Errors, do func(context.Context, *write) (*Result, error),
) (*Result, error) {
	return transact(ctx, s, v, ofChange, s.about(ctx, id), func(ctx context.Context, tx *database.Tx) (*Result, error) {
		w, err := s.begin(ctx, tx, v, id, errs)
		if err != nil {
			return nil, err
		}
		return do(ctx, w)
	})
}

// begin finds the contact. It fails with NotFound.
func (s *Service) begin(ctx context.Context, tx *database.Tx, v viewer.Viewer, id int, errs Errors) (*write, error) {
	old, err := tx.Contact(ctx, v.Account, id)
	if err == nil && old == nil {
		err = notFound("Contact", id)
	}
	if err != nil {
		return nil, err
	}
	next := *old
	return &write{Service: s, tx: tx, viewer: v, errs: slices.Clone(errs), old: old, next: &next}, nil
}

// isNew reports whether the contact is being created: then nothing of it is in the database.
func (w *write) isNew() bool { return w.old.ID == 0 }

// fill puts the patch into w.next and checks what it refers to.
func (w *write) fill(ctx context.Context, p Patch) error {
	for _, f := range Fields {
		v, ok := p[f]
		if !ok || same(f.get(w.next), v) {
			continue
		}
		if !f.openTo(w.viewer) {
			w.errs = append(w.errs, forbidden(f.Path, "Customers may not change "+f.Path+"."))
			continue
		}
		if err := w.checkReference(ctx, f, v); err != nil {
			return err
		}
		f.set(w.next, v)
	}
	return nil
}

// save leaves the contact to be written as one compare-and-set, does what was left to do after it, and logs it; if nothing
// is wrong.
func (w *write) save(ctx context.Context, kind change.Kind) (*Result, error) {
	if err := w.errs.orNil(); err != nil {
		return nil, err
	}
	w.next.Version, w.next.LastModified = w.old.Version+1, w.clock()
	u := database.Update{Account: w.viewer.Account, Contact: w.old.ID, Version: w.old.Version}
	u.Columns, u.Values = changedColumns(w.old, w.next)
	u.Gone, u.New = changedTerms(w.old, w.next)
	w.tx.StageUpdate(u)
	for _, do := range w.after {
		if err := do(ctx); err != nil {
			return nil, translate(err)
		}
	}
	return w.logged(ctx, kind), nil
}

// changedColumns lists the columns in which two states differ, with the values of the second.
func changedColumns(old, next *ent.Contact) (names []string, values []any) {
	for _, f := range columns {
		if v := f.get(next); !same(f.get(old), v) {
			names, values = append(names, f.column), append(values, v)
		}
	}
	return names, values
}

// logged adds the write to the change log.
func (w *write) logged(ctx context.Context, kind change.Kind) *Result {
	row := &ent.Change{
		AccountID: w.viewer.Account, ContactID: w.next.ID, Version: w.next.Version, Kind: kind, Source: w.source,
		ActorKind: w.viewer.Actor.Kind, ActorID: w.viewer.Actor.ID, ActorName: w.viewer.Actor.Name,
		At: w.next.LastModified, Undoes: w.undoes, Fields: append(differences(w.old, w.next), w.fields...),
	}
	w.tx.AppendChange(row)
	return &Result{Contact: w.next, Change: row, Merge: w.merge}
}

// differences lists the fields in which two states differ.
func differences(old, next *ent.Contact) []revision.FieldChange {
	changes := []revision.FieldChange{}
	for _, f := range Fields {
		if a, b := f.get(old), f.get(next); !same(a, b) {
			changes = append(changes, revision.FieldChange{Path: f.Path, Old: logged(a), New: logged(b)})
		}
	}
	return changes
}
