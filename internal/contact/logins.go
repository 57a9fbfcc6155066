package contact

import (
	"context"
	"slices"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/login"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/revision"
	"contactgraph/internal/storable"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

const (
	maxLogin  = 250 // UTF-16 units, as of an email address
	maxLogins = 100
)

// setLogins replaces the contact's logins with a set that checkLogins has returned.
func (w *unitOfWork) setLogins(ctx context.Context, set []field.Login) error {
	if len(set) > maxLogins {
		w.errs.Add(usererror.TooMany, field.PathLogins, "A contact can have at most %d logins.", maxLogins)
		set = set[:maxLogins] // limits the lookup
	}
	old, err := w.currentLogins(ctx)
	if err != nil {
		return err
	}
	if slices.Equal(old, set) {
		return nil
	}
	if !field.CanWrite(w.viewer, field.PathLogins) {
		w.forbid(field.PathLogins, "the logins of a contact")
		return nil
	}
	w.newLogins = slices.DeleteFunc(slices.Clone(set), func(l field.Login) bool {
		return slices.ContainsFunc(old, func(o field.Login) bool { return o.Key() == l.Key() })
	})
	w.fields = append(w.fields, revision.FieldChange{Path: field.PathLogins, Old: old, New: set})
	w.deferred = append(w.deferred, func(ctx context.Context) error {
		if len(old) > 0 {
			_, err := w.tx.Ent.Login.Delete().Where(login.AccountID(w.viewer.Account), login.ContactID(w.next.ID)).Exec(ctx)
			if err != nil {
				return err
			}
		}
		return w.tx.Ent.Login.CreateBulk(newLogins(w.tx, w.next.ID, set)...).Exec(ctx)
	})
	return nil
}

// currentLogins reads the logins of the contact, by key.
func (w *unitOfWork) currentLogins(ctx context.Context) ([]field.Login, error) {
	if w.isNew() {
		return []field.Login{}, nil
	}
	rows, err := w.tx.Ent.Login.Query().Where(login.AccountID(w.viewer.Account), login.ContactID(w.old.ID)).
		Order(login.ByNameKey()).All(ctx)
	return field.LoginsOf(rows), err
}

// checkLogins adds errors for what is wrong with the set itself. It returns the set sorted by key,
// without blank names and names that cannot be stored.
func checkLogins(errs *usererror.Errors, set []field.Login) []field.Login {
	seen, valid := map[string]bool{}, []field.Login{}
	for _, l := range set {
		key := l.Key()
		switch {
		case key == "":
			continue
		case seen[key]:
			errs.Add(usererror.Duplicate, field.PathLogins, "The login %s is listed twice.", l.Name)
			errs.Last().Subject = l.Name
			continue
		}
		seen[key] = true
		errs.CheckText(field.PathLogins, "A login", l.Name, maxLogin)
		if login.KindValidator(l.Kind) != nil {
			errs.Add(usererror.Invalid, field.PathLogins, "The type of a login must be blank, Email, Bounced or Google.")
			errs.Last().Subject = l.Name
		}
		if storable.Text(l.Name) {
			valid = append(valid, l)
		}
	}
	field.SortLogins(valid)
	return valid
}

// claimLogins adds an error for each new login that another contact has.
func (w *unitOfWork) claimLogins(ctx context.Context) error {
	if len(w.newLogins) == 0 {
		return nil
	}
	names := make([]string, len(w.newLogins))
	for i, l := range w.newLogins {
		names[i] = l.Key()
	}
	accountWide := viewer.AccountWide(ctx)
	others, err := w.tx.Ent.Login.Query().Where(login.AccountID(w.viewer.Account), login.NameKeyIn(names...), login.ContactIDNEQ(w.old.ID)).
		Order(login.ByNameKey()).All(accountWide)
	if err != nil {
		return err
	}
	for _, l := range others {
		owner, err := w.tx.Ent.Contact.Query().Where(entcontact.ID(l.ContactID), entcontact.AccountID(w.viewer.Account)).Only(accountWide)
		if err != nil {
			return err
		}
		w.addTaken(usererror.LoginTaken, field.PathLogins, "login", owner)
		w.errs.Last().Subject = w.newLogins[slices.Index(names, l.NameKey)].Name
	}
	return nil
}

func newLogins(tx *database.Tx, contact int, set []field.Login) []*ent.LoginCreate {
	rows := make([]*ent.LoginCreate, len(set))
	for i, l := range set {
		rows[i] = tx.Ent.Login.Create().SetContactID(contact).SetName(l.Name).SetNameKey(l.Key()).SetKind(l.Kind)
	}
	return rows
}
