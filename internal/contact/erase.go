package contact

import (
	"context"

	"contactgraph/ent"
	"contactgraph/ent/change"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/job"
	"contactgraph/ent/jobchunk"
	"contactgraph/ent/jobitem"
	"contactgraph/internal/audit"
	"contactgraph/internal/authz"
	"contactgraph/internal/catalog"
	"contactgraph/internal/changelog"
	"contactgraph/internal/database"
	"contactgraph/internal/idempotency"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// Erase deletes the contact permanently, whatever its version, even if it has been deleted before.
// Nothing that it had stays in the change log, except the paths, times and actors of its changes.
// Contacts that were merged into it are erased with it: they are the same person. If it was merged
// into another one until that was undone, what the other one had of it goes from the log, too.
// Only admins may erase. It fails with NotFound for a contact that never existed or has been
// erased, and with Merged for one that was merged into another one: the other one has its values.
// The result has no contact.
func (s *Service) Erase(ctx context.Context, id int) (*Result, error) {
	v, err := authz.ToWriteContacts(authz.RequireRole(ctx, viewer.Admin))
	if err != nil {
		return nil, err
	}
	return s.writeOne(ctx, v, s.transactionForAll([]int{id}), func(ctx context.Context, tx *database.Tx) (*Result, error) {
		t := s.newTransaction(tx, v, nil)
		if err := t.rejectMerged(ctx, id); err != nil {
			return nil, err
		}
		others, err := t.mergedInto(ctx, id)
		if err != nil {
			return nil, err
		}
		for _, other := range others {
			if _, err := t.erase(ctx, other); err != nil {
				return nil, err
			}
		}
		r, err := t.erase(ctx, id)
		if err != nil {
			return nil, err
		}
		return r, audit.Record(ctx, tx.Ent, v, r.Change.At, audit.Entry{Action: audit.ContactErased, Subject: id})
	})
}

// erase erases one contact.
func (t *transaction) erase(ctx context.Context, id int) (*Result, error) {
	account := t.viewer.Account
	last, err := t.lastVersion(ctx, t.tx, account, id)
	if err != nil {
		return nil, err
	}
	w := &unitOfWork{transaction: t, old: &ent.Contact{ID: id}}
	w.next = &ent.Contact{ID: id, Version: t.tx.NextVersion(last), LastModified: t.timestamp()}
	redacted, err := t.redactSurvivors(ctx, id)
	if err != nil {
		return nil, err
	}
	if len(redacted) > 0 {
		w.merged = &revision.Merged{Redacted: redacted}
	}
	if err := w.erase(ctx); err != nil {
		return nil, err
	}
	if err := audit.EraseContact(ctx, t.tx.Ent, account, id, t.passwords.Guesses.Owner(account, id)); err != nil {
		return nil, err
	}
	r := w.appendChange(change.KindERASE)
	r.Contact = nil
	return r, nil
}

// lastVersion returns the latest version that the contact has or had. It fails with NotFound if it
// never existed or has been erased. The version of a deleted contact is in the change log; that of
// an existing contact may have been pruned from there.
func (s *Service) lastVersion(ctx context.Context, tx *database.Tx, account, id int) (revision.Version, error) {
	last, err := changelog.Latest(ctx, tx.Ent, account, id)
	switch {
	case err != nil:
		return 0, err
	case last != nil && last.Kind == change.KindERASE:
		return 0, usererror.NewNotFound("Contact", id)
	case last != nil:
		return last.Version, nil
	}
	current, err := tx.Contact(ctx, account, id)
	if err == nil && current == nil {
		err = usererror.NewNotFound("Contact", id)
	}
	if err != nil {
		return 0, err
	}
	return current.Version, nil
}

// erase deletes everything that the database has of the contact, except that it existed.
func (w *unitOfWork) erase(ctx context.Context) error {
	account, id := w.viewer.Account, w.old.ID
	if _, err := w.tx.Ent.Contact.Delete().Where(entcontact.ID(id), entcontact.AccountID(account)).Exec(ctx); err != nil {
		return err
	}
	if err := catalog.ForgetContact(ctx, w.tx, account, id, w.next.LastModified); err != nil {
		return err
	}
	if err := idempotency.Erase(ctx, w.tx, account, id, concerns(id)); err != nil {
		return err
	}
	if err := w.eraseFromJobs(ctx); err != nil {
		return err
	}
	const batchSize = 500
	for after := revision.Version(0); ; {
		rows, err := w.tx.Ent.Change.Query().Where(change.AccountID(account), change.ContactID(id), change.VersionGT(after)).
			Order(change.ByVersion()).Limit(batchSize).All(ctx)
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

// eraseFromJobs removes the values of the contact from the items of jobs that have written it, or
// were to. The paths of what they have changed stay. The files of imports that were about the
// contact are deleted.
func (w *unitOfWork) eraseFromJobs(ctx context.Context) error {
	account, items := w.viewer.Account, w.tx.Ent.JobItem
	ctx = viewer.NewSystemContext(ctx, account)
	ids, err := w.tx.Ent.Job.Query().Where(job.AccountID(account)).IDs(ctx) // the index of items begins with them
	if err != nil || len(ids) == 0 {
		return err
	}
	rows, err := items.Query().Where(jobitem.AccountID(account), jobitem.JobIDIn(ids...), jobitem.ContactID(w.old.ID)).All(ctx)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if _, err := w.tx.Ent.JobChunk.Delete().Where(jobchunk.AccountID(account), jobchunk.JobID(row.JobID)).Exec(ctx); err != nil {
			return err
		}
		err := items.Update().Where(jobitem.AccountID(account), jobitem.ID(row.ID)).
			SetChanges(revision.Blank(row.Changes)).ClearContent().ClearErrors().Exec(ctx)
		if err != nil {
			return err
		}
	}
	return nil
}
