package contact

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/internal/authz"
	"contactgraph/internal/changelog"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
)

// Undo reverts one change, in a change of its own that names it. Old values are restored if no one
// has changed them since; a contact that was created is deleted; one that was deleted is restored
// under its id, without its password. It fails with Errors: VersionConflict if later changes
// overlap, Invalid for what the change log does not have, such as a password, and for a merge,
// which UnmergeContacts undoes; otherwise as the command that would do the same.
func (s *Service) Undo(ctx context.Context, id revision.ChangeID) (*Result, error) {
	return s.run(ctx, Undo{id})
}

// Undo is the command that reverts one change: see Service.Undo.
type Undo struct{ Change revision.ChangeID }

func (u Undo) subject() string { return strconv.Itoa(u.Change.Contact) }

func (u Undo) prepare(ctx context.Context, s *Service) (*prepared, error) {
	v, err := authz.ToWriteContacts(authz.AuthorizeContact(ctx, s.db.Client(), u.Change.Contact))
	if err != nil {
		return nil, err
	}
	row, err := s.log.Change(ctx, u.Change)
	if err == nil && row == nil {
		err = usererror.Errors{{Code: usererror.NotFound, Message: "The change log does not contain this change."}}
	}
	if err != nil {
		return nil, err
	}
	switch row.Kind {
	case change.KindCREATE:
		return s.undoCreation(ctx, row)
	case change.KindDELETE:
		return s.undoDeletion(ctx, row)
	case change.KindERASE:
		return nil, errErased()
	case change.KindMERGE, change.KindMERGED:
		return nil, usererror.Errors{{Code: usererror.Invalid, Message: "A merge is undone with unmergeContacts."}}
	}
	if err := mayUndo(v, row); err != nil {
		return nil, err
	}
	inverse, err := inverseOf(row)
	if err != nil {
		return nil, err
	}
	return existing(v, row.ContactID, nil, func(ctx context.Context, w *unitOfWork) error {
		w.kind, w.undoes = row.Kind, &row.Version
		return w.apply(ctx, lockAt(row), inverse)
	}), nil
}

func errErased() usererror.Errors {
	return usererror.Errors{{Code: usererror.Invalid, Message: "An erased contact cannot be restored."}}
}

// lockAt returns the lock of a caller who read the contact right after the change and merges.
func lockAt(row *ent.Change) Lock { return Lock{Expected: &row.Version, OnConflict: Merge} }

// inverseOf returns the edit that restores the values from before the change.
func inverseOf(row *ent.Change) (edit, error) {
	e := edit{set: field.Patch{}}
	for _, c := range row.Fields {
		v, err := field.DecodeValue(c.Path, c.Old)
		if err != nil {
			return e, err
		}
		switch f := field.ByPath(c.Path); {
		case f != nil:
			e.set[f] = v
		case c.Path == field.PathPassword:
			return e, usererror.Errors{{Code: usererror.Invalid, Path: field.PathPassword, Message: "A password change cannot be undone: the change log does not contain passwords."}}
		default:
			e.details.put(c.Path, v)
		}
	}
	return e, nil
}

// undoCreation deletes the contact, if no one has changed it since.
func (s *Service) undoCreation(ctx context.Context, row *ent.Change) (*prepared, error) {
	v, err := s.mayRemove(ctx, row.ContactID)
	if err != nil {
		return nil, err
	}
	return existing(v, row.ContactID, nil, func(ctx context.Context, w *unitOfWork) error {
		w.kind, w.undoes = change.KindDELETE, &row.Version
		return w.reconcileRemoval(ctx, lockAt(row))
	}), nil
}

// undoDeletion creates the contact again, as it was.
func (s *Service) undoDeletion(ctx context.Context, row *ent.Change) (*prepared, error) {
	v, err := s.mayRemove(ctx, row.ContactID)
	if err != nil {
		return nil, err
	}
	d, err := draftOf(row)
	if err != nil {
		return nil, err
	}
	return &prepared{viewer: v, contact: row.ContactID, begin: func(ctx context.Context, t *transaction) (*unitOfWork, error) {
		if err := t.checkRestorable(ctx, row); err != nil {
			return nil, err
		}
		return t.create(ctx, d)
	}}, nil
}

// draftOf returns the contact as it was before the change that deleted it, or merged it into
// another one. The change log does not have its password.
func draftOf(row *ent.Change) (*draft, error) {
	deleted := changelog.NewSnapshot(&ent.Contact{ID: row.ContactID})
	if err := deleted.Rewind(row); err != nil {
		return nil, err
	}
	set := field.Patch{}
	for _, f := range field.Fields {
		set[f] = f.Get(deleted.Contact)
	}
	return &draft{
		Create: Create{
			ID: row.ContactID, RegistrationSource: deleted.RegistrationSource, RegistrationIP: deleted.RegistrationIP,
			RegistrationStore: deleted.RegistrationStoreID, Details: detailsOf(deleted),
		},
		set: set, undoes: &row.Version, deleted: row.Version, secret: deleted.Secret, registeredAt: deleted.RegisteredAt,
	}, nil
}

// checkRestorable fails unless the deletion is the latest change of the contact.
func (t *transaction) checkRestorable(ctx context.Context, row *ent.Change) error {
	later, err := t.tx.Changes(ctx, t.viewer.Account, row.ContactID, row.Version, 1)
	switch {
	case err != nil || len(later) == 0:
		return err
	case later[0].Kind == change.KindERASE:
		return errErased()
	}
	current, err := t.tx.Contact(ctx, t.viewer.Account, row.ContactID)
	if err != nil {
		return err
	}
	if current == nil {
		return usererror.Errors{{Code: usererror.Invalid, Message: "The contact has been restored and deleted again since. Undo the latest deletion instead."}}
	}
	w := &unitOfWork{transaction: t, old: current}
	if err := w.reconcileRemoval(ctx, Lock{Expected: &row.Version}); err != nil {
		return err
	}
	return w.errs.OrNil()
}

// detailsOf returns what belongs to the contact of a snapshot, as details to write.
func detailsOf(p *changelog.Snapshot) Details {
	d := Details{Logins: &p.Logins, ExternalIDs: &p.ExternalIDs, Membership: &p.Segments}
	for _, id := range slices.Sorted(maps.Keys(p.Values)) {
		if len(p.Values[id]) > 0 {
			d.Properties = append(d.Properties, PropertyPatch{Property: id, Values: p.Values[id]})
		}
	}
	return d
}
