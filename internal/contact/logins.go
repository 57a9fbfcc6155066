package contact

import (
	"context"
	"slices"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/login"
	"contactgraph/internal/database"
	"contactgraph/internal/revision"
	"contactgraph/internal/storable"
	"contactgraph/internal/viewer"
)

const (
	maxLogin  = 250 // UTF-16 units, as of an email address
	maxLogins = 100
)

// setLogins replaces the contact's logins with the set, which checkLogins has seen.
func (w *write) setLogins(ctx context.Context, set []Login) error {
	if len(set) > maxLogins {
		w.errs.add(TooMany, pathLogins, "A contact takes at most %d logins.", maxLogins)
		set = set[:maxLogins] // enough to look up
	}
	now, err := w.loginsNow(ctx)
	if err != nil {
		return err
	}
	if slices.Equal(now, set) {
		return nil
	}
	if err := w.checkLoginsFree(ctx, set); err != nil {
		return err
	}
	w.fields = append(w.fields, revision.FieldChange{Path: pathLogins, Old: now, New: set})
	w.after = append(w.after, func(ctx context.Context) error {
		if len(now) > 0 {
			_, err := w.tx.Ent.Login.Delete().Where(login.AccountID(w.viewer.Account), login.ContactID(w.next.ID)).Exec(ctx)
			if err != nil {
				return err
			}
		}
		return w.tx.Ent.Login.CreateBulk(newLogins(w.tx, w.next.ID, set)...).Exec(ctx)
	})
	return nil
}

// loginsNow reads the logins that the contact has, by name.
func (w *write) loginsNow(ctx context.Context) ([]Login, error) {
	if w.isNew() {
		return []Login{}, nil
	}
	rows, err := w.tx.Ent.Login.Query().Where(login.AccountID(w.viewer.Account), login.ContactID(w.old.ID)).
		Order(login.ByNameKey()).All(ctx)
	return loginsOf(rows), err
}

// checkLogins adds what is wrong with the set itself, and returns it sorted by name, without names that are blank or cannot be
// looked up.
func checkLogins(errs *Errors, set []Login) []Login {
	seen, kept := map[string]bool{}, []Login{}
	for _, l := range set {
		key := l.key()
		switch {
		case key == "":
			continue
		case seen[key]:
			errs.add(Duplicate, pathLogins, "The login %s is given twice.", l.Name)
			errs.last().Subject = l.Name
			continue
		}
		seen[key] = true
		errs.checkText(pathLogins, l.Name, maxLogin)
		if login.KindValidator(l.Kind) != nil {
			errs.add(Invalid, pathLogins, "The type of a login must be blank, Email, Bounced or Google.")
			errs.last().Subject = l.Name
		}
		if storable.Text(l.Name) {
			kept = append(kept, l)
		}
	}
	sortLogins(kept)
	return kept
}

// checkLoginsFree adds an error for each login that another contact has.
func (w *write) checkLoginsFree(ctx context.Context, set []Login) error {
	names := make([]string, len(set))
	for i, l := range set {
		names[i] = l.key()
	}
	wide := viewer.AccountWide(ctx)
	others, err := w.tx.Ent.Login.Query().Where(login.AccountID(w.viewer.Account), login.NameKeyIn(names...), login.ContactIDNEQ(w.old.ID)).
		Order(login.ByNameKey()).All(wide)
	if err != nil {
		return err
	}
	for _, l := range others {
		owner, err := w.tx.Ent.Contact.Query().Where(entcontact.ID(l.ContactID), entcontact.AccountID(w.viewer.Account)).Only(wide)
		if err != nil {
			return err
		}
		w.taken(LoginTaken, pathLogins, "login", owner)
		w.errs.last().Subject = set[slices.Index(names, l.NameKey)].Name
	}
	return nil
}

func newLogins(tx *database.Tx, contact int, set []Login) []*ent.LoginCreate {
	rows := make([]*ent.LoginCreate, len(set))
	for i, l := range set {
		rows[i] = tx.Ent.Login.Create().SetContactID(contact).SetName(l.Name).SetNameKey(l.key()).SetKind(l.Kind)
	}
	return rows
}
