package contact

import (
	"context"
	"slices"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/merge"
	"contactgraph/internal/database"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// write is one command at work on one contact inside the store's transaction: what it found, what it will leave, what is
// wrong with it, and what is left to do in other tables once nothing is.
type unitOfWork struct {
	*Service

	tx          *database.Tx
	viewer      viewer.Viewer
	definitions propertyDefinitions // read when they are needed
	errs        usererror.Errors
	old         *ent.Contact
	next        *ent.Contact
	merge       *merge.Divergence      // that the write was merged with
	releases    []string               // columns of keys that another write of the same call takes
	undoes      *revision.Version      // of the change that the write takes back
	fields      []revision.FieldChange // beyond Fields: password, properties, logins, membership
	deferred    []func(context.Context) error
}

// write runs do on the contact as it is, inside a transaction. errs is what is wrong already; do adds to w.errs, and ends
// with save or remove.
func (s *Service) writeContact(ctx context.Context, v viewer.Viewer, id int, errs usererror.Errors, do func(context.Context, *unitOfWork) (*Result, error),
) (*Result, error) {
	return inTx(ctx, s, v, s.resultCodec(), s.transactionFor(id), func(ctx context.Context, tx *database.Tx) (*Result, error) {
		w, err := s.load(ctx, tx, v, id, errs)
		if err != nil {
			return nil, err
		}
		return do(ctx, w)
	})
}

// begin finds the contact. It fails with NotFound.
func (s *Service) load(ctx context.Context, tx *database.Tx, v viewer.Viewer, id int, errs usererror.Errors) (*unitOfWork, error) {
	old, err := tx.Contact(ctx, v.Account, id)
	if err == nil && old == nil {
		err = usererror.NewNotFound("Contact", id)
	}
	if err != nil {
		return nil, err
	}
	next := *old
	return &unitOfWork{Service: s, tx: tx, viewer: v, errs: slices.Clone(errs), old: old, next: &next}, nil
}

// isNew reports whether the contact is being created: then nothing of it is in the database.
func (w *unitOfWork) isNew() bool { return w.old.ID == 0 }

// fill puts the patch into w.next and checks what it refers to.
func (w *unitOfWork) applyPatch(ctx context.Context, p field.Patch) error {
	for _, f := range field.Fields {
		v, ok := p[f]
		if !ok || field.Same(f.Get(w.next), v) {
			continue
		}
		if !f.OpenTo(w.viewer) {
			w.errs = append(w.errs, usererror.NewForbidden(f.Path, "Customers may not change "+f.Path+"."))
			continue
		}
		if err := w.checkReference(ctx, f, v); err != nil {
			return err
		}
		f.Set(w.next, v)
	}
	return nil
}

// save leaves the contact to be written as one compare-and-set, does what was left to do after it, and logs it; if nothing
// is wrong.
func (w *unitOfWork) save(ctx context.Context, kind change.Kind) (*Result, error) {
	if err := w.errs.OrNil(); err != nil {
		return nil, err
	}
	w.next.Version, w.next.LastModified = w.old.Version+1, w.timestamp()
	u := database.Update{Account: w.viewer.Account, Contact: w.old.ID, Version: w.old.Version}
	u.Columns, u.Values = changedColumns(w.old, w.next)
	u.Gone, u.New = changedTerms(w.old, w.next)
	w.tx.StageUpdate(u)
	for _, do := range w.deferred {
		if err := do(ctx); err != nil {
			return nil, translate(err)
		}
	}
	return w.appendChange(ctx, kind), nil
}

// changedColumns lists the columns in which two states differ, with the values of the second.
func changedColumns(old, next *ent.Contact) (names []string, values []any) {
	for _, f := range field.Columns {
		if v := f.Get(next); !field.Same(f.Get(old), v) {
			names, values = append(names, f.Column), append(values, v)
		}
	}
	return names, values
}

// logged adds the write to the change log.
func (w *unitOfWork) appendChange(ctx context.Context, kind change.Kind) *Result {
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
	for _, f := range field.Fields {
		if a, b := f.Get(old), f.Get(next); !field.Same(a, b) {
			changes = append(changes, revision.FieldChange{Path: f.Path, Old: field.EncodeValue(a), New: field.EncodeValue(b)})
		}
	}
	return changes
}
