package contact

import (
	"context"
	"fmt"
	"strconv"

	"contactgraph/ent"
	"contactgraph/ent/change"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/passwordreset"
	"contactgraph/internal/catalog"
	"contactgraph/internal/changelog"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// Delete is the command that deletes a contact.
type Delete struct {
	ID   int
	Lock Lock
}

// Delete deletes the contact with everything that belongs to it. Its lock works as that of Update;
// with Merge, it is a conflict if anything that others have changed since the expected version is
// still in effect. The row in the change log has everything that the contact had except the
// password. It fails as Update does; customers may not delete, nor may staff who cannot write all
// fields.
func (s *Service) Delete(ctx context.Context, d Delete) (*Result, error) { return s.run(ctx, d) }

func (d Delete) subject() string { return strconv.Itoa(d.ID) }

func (d Delete) prepare(ctx context.Context, s *Service) (*prepared, error) {
	v, err := s.mayRemove(ctx, d.ID)
	if err != nil {
		return nil, err
	}
	var errs usererror.Errors
	d.Lock.check(&errs)
	return existing(v, d.ID, errs, func(ctx context.Context, w *unitOfWork) error {
		w.kind = change.KindDELETE
		return w.reconcileRemoval(ctx, d.Lock)
	}), nil
}

// remove deletes the contact as it was read. The database deletes the rows that belong to it.
func (w *unitOfWork) remove(ctx context.Context) (*Result, error) {
	all, err := changelog.WithRelations(ctx, w.tx.Ent, w.viewer.Account, w.old.ID)
	if err != nil {
		return nil, err
	}
	w.old = all
	n, err := w.tx.Ent.Contact.Delete().Where(entcontact.ID(w.old.ID), entcontact.AccountID(w.viewer.Account),
		entcontact.Version(w.old.Version)).Exec(ctx)
	if err != nil {
		return nil, err
	}
	if n == 0 { // the write locks the contact, so this is a fault
		return nil, fmt.Errorf("contact %d no longer has version %d", w.old.ID, w.old.Version)
	}
	// The tombstone: the next version, without any field.
	w.next = &ent.Contact{ID: w.old.ID, Version: w.tx.NextVersion(w.old.Version), LastModified: w.writeTime()}
	if err := w.leaveCompanies(ctx); err != nil {
		return nil, err
	}
	if w.kind == change.KindMERGED {
		if err := w.voidResets(ctx); err != nil {
			return nil, err
		}
	}
	w.fields = append(asRemoved(registration(w.old)), asRemoved(relations(w.old))...)
	r := w.appendChange(w.kind)
	for i := range r.Change.Fields {
		r.Change.Fields[i].New = nil // also for a boolean, which is never null while the contact exists
	}
	r.Contact = w.old
	return r, nil
}

// voidResets deletes the requests for a new password of a contact that is merged into another one:
// the undo may bring its password back, for which their links would be valid again.
func (w *unitOfWork) voidResets(ctx context.Context) error {
	account := w.viewer.Account
	_, err := w.tx.Ent.PasswordReset.Delete().Where(passwordreset.Tenant(account), passwordreset.ContactID(w.old.ID)).
		Exec(viewer.NewSystemContext(ctx, account))
	return err
}

// leaveCompanies gives the companies whose primary contact is being removed the contact that it is
// merged into, or none.
func (w *unitOfWork) leaveCompanies(ctx context.Context) (err error) {
	account, at := w.viewer.Account, w.next.LastModified
	if w.kind != change.KindMERGED {
		return catalog.ForgetContact(ctx, w.tx, account, w.old.ID, at)
	}
	w.merged.Companies, err = catalog.ReplaceContact(ctx, w.tx, account, w.old.ID, w.merged.Into.Contact, at)
	return err
}

// relations returns what the contact has in other tables, as the change log shows it.
func relations(c *ent.Contact) []revision.FieldChange {
	var fields []revision.FieldChange
	values, order := map[int][]field.Value{}, []int{}
	for _, v := range c.Edges.Values {
		if values[v.PropertyID] == nil {
			order = append(order, v.PropertyID)
		}
		values[v.PropertyID] = append(values[v.PropertyID], field.Value{Value: v.Value, Description: v.Description})
	}
	for _, id := range order {
		fields = append(fields, revision.FieldChange{Path: field.PropertyPath(id), New: values[id]})
	}
	if logins := field.LoginsOf(c.Edges.Logins); len(logins) > 0 {
		fields = append(fields, revision.FieldChange{Path: field.PathLogins, New: logins})
	}
	if ids := field.ExternalIDsOf(c.Edges.ExternalIds); len(ids) > 0 {
		fields = append(fields, revision.FieldChange{Path: field.PathExternalIDs, New: ids})
	}
	if segments := field.SegmentsOf(c.Edges.Memberships); len(segments) > 0 {
		fields = append(fields, revision.FieldChange{Path: field.PathMembership, New: segments})
	}
	return fields
}

// asRemoved turns changes that add values into changes that remove them.
func asRemoved(fields []revision.FieldChange) []revision.FieldChange {
	for i, f := range fields {
		fields[i].Old, fields[i].New = f.New, nil
	}
	return fields
}
