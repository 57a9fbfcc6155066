package contact

import (
	"context"
	"slices"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/ent/contact"
	"contactgraph/internal/revision"
	"contactgraph/internal/viewer"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
)

// write is one command at work on one contact inside the store's transaction: what it found, what it will leave, what is
// wrong with it, and what is left to do in other tables once nothing is.
type write struct {
	*Service

	tx     *ent.Tx
	viewer viewer.Viewer
	errs   Errors
	old    *ent.Contact
	next   *ent.Contact
	fields []revision.FieldChange // beyond Fields: password, properties, logins, membership
	after  []func(context.Context) error
}

// write runs do on the contact as it is, inside a transaction. errs is what is wrong already; do adds to w.errs, and ends
// with save or remove. with adds to what is read of the contact.
func (s *Service) write(ctx context.Context, v viewer.Viewer, id int, errs Errors, do func(context.Context, *write) (*Result, error),
	with ...func(*ent.ContactQuery),
) (r *Result, err error) {
	err = s.store.Write(ctx, id, func(ctx context.Context, tx *ent.Tx) error {
		query := tx.Contact.Query().Where(contact.ID(id), contact.AccountID(v.Account))
		query.Modify(forUpdate)
		for _, add := range with {
			add(query)
		}
		old, err := query.Only(ctx)
		if ent.IsNotFound(err) {
			return notFound("Contact", id)
		}
		if err != nil {
			return err
		}
		next := *old
		r, err = do(ctx, &write{Service: s, tx: tx, viewer: v, errs: slices.Clone(errs), old: old, next: &next})
		return err
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// forUpdate locks the contact until the write is committed or undone, so that what is read of it and of what belongs to it
// stays true. On SQLite the transaction itself keeps every other writer out.
func forUpdate(s *sql.Selector) {
	if s.Dialect() == dialect.Postgres {
		s.ForUpdate()
	}
}

// isNew reports whether the contact is being created: then nothing of it is in the database.
func (w *write) isNew() bool { return w.old.ID == 0 }

// expect adds a conflict if the contact is not at the version that the lock expects. What is wrong with the lock itself is
// said already.
func (w *write) expect(l Lock) {
	if !l.Overwrite && !l.Malformed && l.Expected != nil && *l.Expected != w.old.Version {
		w.errs.stale(w.old)
	}
}

// apply puts the patch into w.next and checks the keys that it takes.
func (w *write) apply(ctx context.Context, p Patch) error {
	if err := w.fill(ctx, p); err != nil {
		return err
	}
	derive(w.next)
	owners, err := keyOwners(ctx, w.tx, w.viewer.Account, changedKey(w.old.EmailKey, w.next.EmailKey), changedKey(w.old.PhoneKey, w.next.PhoneKey))
	if err != nil {
		return err
	}
	owners.check(w)
	return nil
}

// fill puts the patch into w.next and checks what it refers to.
func (w *write) fill(ctx context.Context, p Patch) error {
	for _, f := range Fields {
		v, ok := p[f]
		if !ok || same(f.get(w.next), v) {
			continue
		}
		if f.staff && w.viewer.Role == viewer.Customer {
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

// save writes the contact as one compare-and-set, then what was left to do after it, and logs it; if nothing is wrong.
func (w *write) save(ctx context.Context, kind change.Kind) (*Result, error) {
	if err := w.errs.orNil(); err != nil {
		return nil, err
	}
	w.next.Version, w.next.LastModified = w.old.Version+1, w.clock()
	update := w.tx.Contact.Update().
		Where(contact.ID(w.old.ID), contact.AccountID(w.viewer.Account), contact.Version(w.old.Version)).
		AddVersion(1).SetLastModified(w.next.LastModified)
	if err := setColumns(update.Mutation(), w.old, w.next); err != nil {
		return nil, err
	}
	n, err := update.Save(ctx)
	if err != nil {
		return nil, w.translate(err)
	}
	if n == 0 {
		return nil, w.overtaken(ctx)
	}
	if err := w.saveTerms(ctx); err != nil {
		return nil, err
	}
	for _, do := range w.after {
		if err := do(ctx); err != nil {
			return nil, w.translate(err)
		}
	}
	return w.logged(ctx, kind), nil
}

// overtaken is the conflict of a compare-and-set that found another version than the one read before it.
func (w *write) overtaken(ctx context.Context) error {
	latest, err := w.tx.Contact.Query().Where(contact.ID(w.old.ID), contact.AccountID(w.viewer.Account)).Only(ctx)
	if ent.IsNotFound(err) {
		return notFound("Contact", w.old.ID)
	}
	if err != nil {
		return err
	}
	var errs Errors
	errs.stale(latest)
	return errs
}

// setColumns sets the columns that differ between the two states.
func setColumns(m *ent.ContactMutation, old, next *ent.Contact) error {
	for _, f := range columns {
		v := f.get(next)
		if same(f.get(old), v) {
			continue
		}
		var err error
		if v == nil {
			err = m.ClearField(f.column)
		} else {
			err = m.SetField(f.column, v)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// logged adds the write to the change log.
func (w *write) logged(ctx context.Context, kind change.Kind) *Result {
	row := &ent.Change{
		AccountID: w.viewer.Account, ContactID: w.next.ID, Version: w.next.Version, Kind: kind, Source: w.source,
		ActorKind: w.viewer.Actor.Kind, ActorID: w.viewer.Actor.ID, ActorName: w.viewer.Actor.Name,
		At: w.next.LastModified, Fields: append(differences(w.old, w.next), w.fields...),
	}
	w.store.Log(ctx, row)
	return &Result{Contact: w.next, Change: row}
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
