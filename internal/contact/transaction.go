package contact

import (
	"context"
	"errors"
	"slices"

	entcontact "contactgraph/ent/contact"
	"contactgraph/internal/authz"
	"contactgraph/internal/changelog"
	"contactgraph/internal/database"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// transaction is what the writes of one transaction share.
type transaction struct {
	*Service

	tx          *database.Tx
	viewer      viewer.Viewer
	keys        *keyCheck           // nil for a viewer that is not limited
	definitions propertyDefinitions // read when they are needed, see readDefinitions
	country     defaultCountry
	chosen      map[int]chosenID // what was read of the ids that callers have chosen
}

func (s *Service) newTransaction(tx *database.Tx, v viewer.Viewer, keys *keyCheck) *transaction {
	return &transaction{Service: s, tx: tx, viewer: v, keys: keys}
}

// load reads the contact. It fails with Merged if it was merged into another one, and otherwise
// with NotFound, also for a viewer with a segment if the contact has left it since the viewer was
// authorized.
func (t *transaction) load(ctx context.Context, id int, errs usererror.Errors) (*unitOfWork, error) {
	if t.viewer.Segment != 0 {
		if _, err := authz.AuthorizeContact(ctx, t.tx.Ent, id); err != nil {
			return nil, err
		}
	}
	old, err := t.tx.Contact(ctx, t.viewer.Account, id)
	if err == nil && old == nil {
		err = changelog.NotFound(ctx, t.tx.Ent, t.viewer.Account, id)
	}
	if err != nil {
		return nil, err
	}
	next := *old
	return &unitOfWork{transaction: t, errs: slices.Clone(errs), old: old, next: &next}, nil
}

// runAll runs the commands, all or none. It sets the errors of their outcomes, and fails with
// errNotApplied if there are any.
func (t *transaction) runAll(ctx context.Context, commands []*prepared, outcomes []Outcome) ([]*Result, error) {
	writes := make([]*unitOfWork, len(commands))
	for i, p := range commands {
		w, err := p.begin(ctx, t)
		switch {
		case errors.As(err, &outcomes[i].Errors):
			continue
		case err != nil:
			return nil, err
		}
		w.rejectRepeat(writes[:i])
		writes[i] = w
	}
	begun := slices.DeleteFunc(slices.Clone(writes), func(w *unitOfWork) bool { return w == nil })
	if t.keys == nil || !anyFailed(outcomes) {
		if err := t.checkKeys(ctx, begun); err != nil {
			return nil, err
		}
	}
	for i, w := range writes {
		if w != nil {
			outcomes[i].Errors = w.errs
		}
	}
	if anyFailed(outcomes) {
		return nil, errNotApplied
	}
	return t.store(ctx, writes)
}

// rejectRepeat replaces the errors of the write by Duplicate if one of the others writes the same
// contact.
func (w *unitOfWork) rejectRepeat(others []*unitOfWork) {
	if slices.ContainsFunc(others, func(o *unitOfWork) bool { return o != nil && w.isRepeatOf(o) }) {
		w.errs, w.keyChanges = nil, nil
		w.errs.Add(usererror.Duplicate, "", "The call writes this contact twice.")
	}
}

// isRepeatOf reports whether both write the same contact, or create one for the same match.
func (w *unitOfWork) isRepeatOf(o *unitOfWork) bool {
	if w.isNew() || o.isNew() {
		return w.match != nil && o.match != nil && *w.match == *o.match
	}
	return w.old.ID == o.old.ID
}

// store stores the writes, none of which has errors.
func (t *transaction) store(ctx context.Context, writes []*unitOfWork) ([]*Result, error) {
	for _, column := range []string{entcontact.FieldEmailKey, entcontact.FieldPhoneKey} {
		if err := releaseKeys(ctx, t.tx, writes, column); err != nil {
			return nil, err
		}
	}
	for _, w := range writes {
		if err := runStatements(ctx, w.removals); err != nil {
			return nil, err
		}
	}
	if err := t.insert(ctx, slices.DeleteFunc(slices.Clone(writes), func(w *unitOfWork) bool { return !w.isNew() })); err != nil {
		return nil, err
	}
	findTerms(writes)
	results := make([]*Result, len(writes))
	for i, w := range writes {
		var err error
		if results[i], err = w.finish(ctx); err != nil {
			return nil, err
		}
	}
	return results, nil
}

// finish stores what the write does, after a new contact has been inserted, and appends to the
// change log.
func (w *unitOfWork) finish(ctx context.Context) (*Result, error) {
	if changelog.Removes(w.kind) {
		return w.remove(ctx)
	}
	if w.ifChanged && w.isUnchanged() {
		return &Result{Contact: w.old}, nil
	}
	if w.isNew() {
		w.tx.StageUpdate(database.Update{Account: w.viewer.Account, Contact: w.next.ID, New: w.terms.added})
	} else {
		w.stageUpdate()
	}
	if err := runStatements(ctx, w.deferred); err != nil {
		return nil, err
	}
	return w.appendChange(w.kind), nil
}

// runStatements runs statements that a write has deferred.
func runStatements(ctx context.Context, statements []func(context.Context) error) error {
	for _, do := range statements {
		if err := do(ctx); err != nil {
			return translate(err)
		}
	}
	return nil
}

// releaseKeys clears a key column of the contacts whose key another write of the batch takes,
// because the database checks uniqueness row by row. The compare-and-set that follows sets their
// new keys.
func releaseKeys(ctx context.Context, tx *database.Tx, writes []*unitOfWork, column string) error {
	var ids []int
	for _, w := range writes {
		if slices.Contains(w.releases, column) {
			ids = append(ids, w.old.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	update := tx.Ent.Contact.Update().Where(entcontact.AccountID(writes[0].viewer.Account), entcontact.IDIn(ids...))
	if err := update.Mutation().ClearField(column); err != nil {
		return err
	}
	return update.Exec(ctx)
}
