package contact

import (
	"context"
	"slices"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/internal/authz"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/merge"
	"contactgraph/internal/database"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// unitOfWork is one command that writes one contact inside a transaction: the state that it has
// read, the state that it will write, the errors so far, and the statements on other tables to run
// once there are no errors.
type unitOfWork struct {
	*Service

	tx          *database.Tx
	viewer      viewer.Viewer
	definitions propertyDefinitions // read when they are needed, see readDefinitions
	errs        usererror.Errors
	old         *ent.Contact
	next        *ent.Contact
	keys        *keyCheck              // nil for a viewer that is not limited
	newLogins   []field.Login          // that the contact does not have yet
	merge       *merge.Divergence      // what the write was merged with
	releases    []string               // key columns whose old key another write of the same call takes
	undoes      *revision.Version      // the version of the change that the write undoes
	fields      []revision.FieldChange // in addition to field.Fields: password, properties, logins, membership
	deferred    []func(context.Context) error
}

// writeContact runs do on the current state of the contact, inside a transaction. errs are the
// errors so far; do adds to w.errs, and ends with save or remove.
func (s *Service) writeContact(ctx context.Context, v viewer.Viewer, id int, errs usererror.Errors, do func(context.Context, *unitOfWork) (*Result, error),
) (*Result, error) {
	keys := s.throttle.newKeyCheck(v)
	r, err := s.writeOne(ctx, v, s.transactionFor(id), func(ctx context.Context, tx *database.Tx) (*Result, error) {
		w, err := s.load(ctx, tx, v, id, errs)
		if err != nil {
			return nil, err
		}
		w.keys = keys
		return do(ctx, w)
	})
	keys.report(ctx, err)
	return r, err
}

// load reads the contact. It fails with NotFound, also for a viewer with a segment if the contact
// has left it since the viewer was authorized.
func (s *Service) load(ctx context.Context, tx *database.Tx, v viewer.Viewer, id int, errs usererror.Errors) (*unitOfWork, error) {
	if v.Segment != 0 {
		if _, err := authz.AuthorizeContact(ctx, tx.Ent, id); err != nil {
			return nil, err
		}
	}
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

// isNew reports whether the contact is being created, so that the database has nothing of it.
func (w *unitOfWork) isNew() bool { return w.old.ID == 0 }

// applyPatch sets the fields of the patch in w.next, and checks rights and references.
func (w *unitOfWork) applyPatch(ctx context.Context, p field.Patch) error {
	for _, f := range field.Fields {
		v, ok := p[f]
		if !ok || field.Same(f.Get(w.next), v) {
			continue
		}
		if !field.CanWrite(w.viewer, f.Path) {
			w.forbid(f.Path, f.Path)
			continue
		}
		if err := w.checkReference(ctx, f, v); err != nil {
			return err
		}
		f.Set(w.next, v)
	}
	return nil
}

// save stages the update of the contact as one compare-and-set, runs the deferred statements, and
// appends to the change log. If there are errors, it only returns them.
func (w *unitOfWork) save(ctx context.Context, kind change.Kind) (*Result, error) {
	if err := w.errs.OrNil(); err != nil {
		return nil, err
	}
	w.next.Version, w.next.LastModified = w.old.Version+1, w.writeTime()
	u := database.Update{Account: w.viewer.Account, Contact: w.old.ID, Version: w.old.Version}
	u.Columns, u.Values = changedColumns(w.old, w.next)
	u.Gone, u.New = changedTerms(w.old, w.next)
	w.tx.StageUpdate(u)
	for _, do := range w.deferred {
		if err := do(ctx); err != nil {
			return nil, translate(err)
		}
	}
	return w.appendChange(kind), nil
}

// writeTime returns the time of the write. It is not before that of the contact's last one, which
// may come from a machine whose clock is ahead.
func (w *unitOfWork) writeTime() time.Time {
	if now := w.timestamp(); now.After(w.old.LastModified) {
		return now
	}
	return w.old.LastModified
}

// changedColumns returns the columns in which two states differ, with their values in the second.
func changedColumns(old, next *ent.Contact) (names []string, values []any) {
	for _, f := range field.Columns {
		if v := f.Get(next); !field.Same(f.Get(old), v) {
			names, values = append(names, f.Column), append(values, v)
		}
	}
	return names, values
}

// appendChange appends the write to the change log.
func (w *unitOfWork) appendChange(kind change.Kind) *Result {
	row := &ent.Change{
		AccountID: w.viewer.Account, ContactID: w.next.ID, Version: w.next.Version, Kind: kind, Source: w.source,
		ActorKind: w.viewer.Actor.Kind, ActorID: w.viewer.Actor.ID, ActorName: w.viewer.Actor.Name,
		At: w.next.LastModified, Undoes: w.undoes, Fields: append(differences(w.old, w.next), w.fields...),
	}
	w.tx.AppendChange(row)
	return &Result{Contact: w.next, Change: row, Merge: w.merge}
}

// differences returns the fields in which two states differ, as the change log stores them.
func differences(old, next *ent.Contact) []revision.FieldChange {
	changes := []revision.FieldChange{}
	for _, f := range field.Fields {
		if a, b := f.Get(old), f.Get(next); !field.Same(a, b) {
			changes = append(changes, revision.FieldChange{Path: f.Path, Old: field.EncodeValue(a), New: field.EncodeValue(b)})
		}
	}
	return changes
}
