package contact

import (
	"context"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/merge"
	"contactgraph/internal/database"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
)

// unitOfWork is one command that writes one contact inside a transaction: the state that it has
// read, the state that it will write, the errors so far, and the statements on other tables to run
// once there are no errors.
type unitOfWork struct {
	*transaction

	kind       change.Kind // CREATE, UPDATE, DETAILS, DELETE, MERGE or MERGED
	ifChanged  bool        // see SetDetails
	errs       usererror.Errors
	old        *ent.Contact
	next       *ent.Contact
	keyChanges map[*uniqueKey]keyChange
	terms      termChanges            // set by findTerms
	merge      *merge.Divergence      // what the write was merged with
	releases   []string               // key columns whose old key another write of the same call takes
	undoes     *revision.Version      // the version of the change that the write undoes
	merged     *revision.Merged       // of a merge of contacts
	match      *match                 // of an Upsert that creates the contact
	fields     []revision.FieldChange // in addition to field.Fields: password, properties, logins, external ids, membership

	// These run once there are no errors: first the removals of all writes of the transaction,
	// because one may add what another removes.
	removals, deferred []func(context.Context) error
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

// stageUpdate stages the update of the contact as one compare-and-set.
func (w *unitOfWork) stageUpdate() {
	w.next.Version, w.next.LastModified = w.tx.NextVersion(w.old.Version), w.writeTime()
	u := database.Update{Account: w.viewer.Account, Contact: w.old.ID, Version: w.old.Version, Next: w.next.Version}
	u.Columns, u.Values = changedColumns(w.old, w.next)
	u.Gone, u.New = w.terms.removed, w.terms.added
	w.tx.StageUpdate(u)
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
		At: w.next.LastModified, Undoes: w.undoes, JobID: w.job, Merged: w.merged, Fields: append(differences(w.old, w.next), w.fields...),
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
