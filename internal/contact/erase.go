package contact

import (
	"context"

	"contactgraph/ent"
	"contactgraph/ent/change"
	entcontact "contactgraph/ent/contact"
	"contactgraph/internal/authz"
	"contactgraph/internal/database"
	"contactgraph/internal/idempotency"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"

	"entgo.io/ent/dialect/sql"
)

// Erase deletes the contact for good, whatever its version, also one that has been deleted: nothing that it had is left in the log,
// where the paths, times and actors of its changes stay. For admins. It fails with NotFound for a contact that never was, or is
// erased. The result has no contact.
func (s *Service) Erase(ctx context.Context, id int) (*Result, error) {
	v, err := authz.RequireRole(ctx, viewer.Admin)
	if err != nil {
		return nil, err
	}
	return inTx(ctx, s, v, s.resultCodec(), s.transactionForAll([]int{id}), func(ctx context.Context, tx *database.Tx) (*Result, error) {
		last, err := s.lastVersion(ctx, tx, v.Account, id)
		if err != nil {
			return nil, err
		}
		w := &unitOfWork{Service: s, tx: tx, viewer: v, old: &ent.Contact{ID: id}}
		w.next = &ent.Contact{ID: id, Version: last + 1, LastModified: s.timestamp()}
		if err := w.erase(ctx); err != nil {
			return nil, err
		}
		r := w.appendChange(ctx, change.KindERASE)
		r.Contact = nil
		return r, nil
	})
}

// lastVersion is the latest version that the contact has or had. It fails with NotFound for one that never was, or is erased. The log
// tells of those that are deleted; it may be cut behind all that happened to one that is there.
func (s *Service) lastVersion(ctx context.Context, tx *database.Tx, account, id int) (revision.Version, error) {
	last, err := tx.Ent.Change.Query().Where(change.AccountID(account), change.ContactID(id)).
		Order(change.ByVersion(sql.OrderDesc())).First(ctx)
	switch {
	case err == nil && last.Kind == change.KindERASE:
		return 0, usererror.NewNotFound("Contact", id)
	case err == nil:
		return last.Version, nil
	case !ent.IsNotFound(err):
		return 0, err
	}
	now, err := tx.Contact(ctx, account, id)
	if err == nil && now == nil {
		err = usererror.NewNotFound("Contact", id)
	}
	if err != nil {
		return 0, err
	}
	return now.Version, nil
}

// erase takes away all that the database knows of the contact but that there was one.
func (w *unitOfWork) erase(ctx context.Context) error {
	account, id := w.viewer.Account, w.old.ID
	if _, err := w.tx.Ent.Contact.Delete().Where(entcontact.ID(id), entcontact.AccountID(account)).Exec(ctx); err != nil {
		return err
	}
	if err := idempotency.Erase(ctx, w.tx, account, id, concerns(id)); err != nil {
		return err
	}
	const atOnce = 500
	for after := revision.Version(0); ; {
		rows, err := w.tx.Ent.Change.Query().Where(change.AccountID(account), change.ContactID(id), change.VersionGT(after)).
			Order(change.ByVersion()).Limit(atOnce).All(ctx)
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, row := range rows {
			err := w.tx.Ent.Change.Update().Where(change.AccountID(account), change.ID(row.ID)).SetFields(revision.Blank(row.Fields)).Exec(ctx)
			if err != nil {
				return err
			}
			after = row.Version
		}
	}
}
