package contact

import (
	"context"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/internal/database"
	"contactgraph/internal/revision"
	"contactgraph/internal/viewer"
)

// Undo takes back what one change did, in a change of its own that says so: old values come back where nobody has changed them
// since, a contact that was made is deleted, and one that was deleted comes back under its id, without its password. It fails
// with Errors: VersionConflict where later changes overlap, Invalid for what the log does not hold, as a password, and else as
// the command that would do the same.
func (s *Service) Undo(ctx context.Context, id revision.ChangeID) (*Result, error) {
	v, err := reach(ctx, id.Contact)
	if err != nil {
		return nil, err
	}
	row, err := s.change(ctx, v, id)
	if err == nil && row == nil {
		err = Errors{{Code: NotFound, Message: "There is no such change."}}
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
	}
	back, err := reversed(row)
	if err != nil {
		return nil, err
	}
	return s.write(ctx, v, row.ContactID, nil, func(ctx context.Context, w *write) (*Result, error) {
		w.undoes = &row.Version
		return w.carryOut(ctx, sinceThen(row), back, row.Kind)
	})
}

func errErased() Errors { return Errors{{Code: Invalid, Message: "What was erased cannot come back."}} }

// sinceThen is the lock of who saw the contact right after the change.
func sinceThen(row *ent.Change) Lock { return Lock{Expected: &row.Version, OnConflict: Merge} }

// reversed is the edit that sets what the change touched to what it was.
func reversed(row *ent.Change) (edit, error) {
	e := edit{set: Patch{}}
	for _, c := range row.Fields {
		v, err := unlogged(c.Path, c.Old)
		if err != nil {
			return e, err
		}
		switch f, id := fieldAt(c.Path), propertyID(c.Path); {
		case f != nil:
			e.set[f] = v
		case id != 0:
			values, _ := v.([]Value)
			e.details.Properties = append(e.details.Properties, PropertyPatch{Property: id, Values: values})
		case c.Path == pathLogins:
			e.details.Logins = new(as[Login](v))
		case c.Path == pathMembership:
			e.details.Membership = new(as[int](v))
		case c.Path == pathPassword:
			return e, Errors{{Code: Invalid, Path: pathPassword, Message: "The log holds no passwords: a change of one cannot be undone."}}
		}
	}
	return e, nil
}

// undoCreation deletes the contact, if it is as it was made.
func (s *Service) undoCreation(ctx context.Context, row *ent.Change) (*Result, error) {
	v, err := require(ctx, viewer.Agent)
	if err != nil {
		return nil, err
	}
	return s.write(ctx, v, row.ContactID, nil, func(ctx context.Context, w *write) (*Result, error) {
		w.undoes = &row.Version
		if err := w.reconcileRemoval(ctx, sinceThen(row)); err != nil {
			return nil, err
		}
		return w.remove(ctx)
	})
}

// undoDeletion makes the contact anew as it was.
func (s *Service) undoDeletion(ctx context.Context, row *ent.Change) (*Result, error) {
	v, err := require(ctx, viewer.Agent)
	if err != nil {
		return nil, err
	}
	gone := pastOf(&ent.Contact{ID: row.ContactID})
	if err := gone.back(row); err != nil {
		return nil, err
	}
	set := Patch{}
	for _, f := range Fields {
		set[f] = f.get(gone.Contact)
	}
	d := &draft{
		Create: Create{
			ID: row.ContactID, RegistrationSource: gone.RegistrationSource, RegistrationIP: gone.RegistrationIP,
			RegistrationStore: gone.RegistrationStoreID, Details: gone.details(),
		},
		set: set, undoes: &row.Version, version: row.Version + 1, secret: gone.Secret, registeredAt: gone.RegisteredAt,
	}
	return transact(ctx, s, v, ofChange, s.about(ctx, row.ContactID), func(ctx context.Context, tx *database.Tx) (*Result, error) {
		if err := s.mayReturn(ctx, tx, v, row); err != nil {
			return nil, err
		}
		results, err := s.createAll(ctx, tx, v, []*draft{d})
		if err != nil {
			return nil, err
		}
		return results[0], nil
	})
}

// mayReturn fails unless the deletion is the last that happened to the contact.
func (s *Service) mayReturn(ctx context.Context, tx *database.Tx, v viewer.Viewer, row *ent.Change) error {
	later, err := tx.Changes(ctx, v.Account, row.ContactID, row.Version, 1)
	switch {
	case err != nil || len(later) == 0:
		return err
	case later[0].Kind == change.KindERASE:
		return errErased()
	}
	now, err := tx.Contact(ctx, v.Account, row.ContactID)
	if err != nil {
		return err
	}
	if now == nil {
		return Errors{{Code: Invalid, Message: "The contact has come back and gone again since: undo that."}}
	}
	w := &write{Service: s, tx: tx, viewer: v, old: now}
	if err := w.reconcileRemoval(ctx, Lock{Expected: &row.Version}); err != nil {
		return err
	}
	return w.errs.orNil()
}
