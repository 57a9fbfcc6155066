package contact

import (
	"context"
	"slices"

	"contactgraph/ent"
	"contactgraph/ent/login"
	"contactgraph/internal/contact/field"
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
	rows, err := w.loginRows(ctx)
	if err != nil {
		return err
	}
	old := loginsOf(rows)
	if slices.Equal(old, set) {
		return nil
	}
	if !field.CanWrite(w.viewer, field.PathLogins) {
		w.forbid(field.PathLogins, "the logins of a contact")
		return nil
	}
	hidden, own := hiddenLogins(rows)
	set = w.withoutDuplicates(old, set)
	w.changeKeys(loginKeys, loginKeyChange(set, hidden, own))
	w.fields = append(w.fields, revision.FieldChange{Path: field.PathLogins, Old: old, New: set})
	if len(old) > 0 {
		w.removals = append(w.removals, func(ctx context.Context) error {
			_, err := w.tx.Ent.Login.Delete().Where(login.AccountID(w.viewer.Account), login.ContactID(w.next.ID)).Exec(ctx)
			return err
		})
	}
	w.deferred = append(w.deferred, func(ctx context.Context) error { return w.insertLogins(ctx, set, hidden) })
	return nil
}

// loginKeyChange returns what a write of the set does to the keys of logins. A login that is hidden
// has no key that it could give up, and takes none.
func loginKeyChange(set []field.Login, hidden map[string]string, own map[string]bool) (c keyChange) {
	kept := map[string]bool{}
	for _, l := range set {
		kept[l.Key()] = true
		if !own[l.Key()] && hidden[l.Name] == "" {
			c.taken = append(c.taken, takenKey{l.Key(), l.Name})
		}
	}
	for key := range own {
		if !kept[key] {
			c.released = append(c.released, key)
		}
	}
	return c
}

// hiddenLogins returns the keys of the logins that are hidden, because the key of their names
// belongs to another login, by name; and the keys that the other ones have.
func hiddenLogins(rows []*ent.Login) (hidden map[string]string, own map[string]bool) {
	hidden, own = map[string]string{}, map[string]bool{}
	for _, l := range rows {
		if field.IsHidden(l.NameKey) {
			hidden[l.Name] = l.NameKey
		} else {
			own[l.NameKey] = true
		}
	}
	return hidden, own
}

// withoutDuplicates adds an error for each login that is in the set in another spelling, too, and
// returns the set without it. If the contact already has both, they stay.
func (w *unitOfWork) withoutDuplicates(old, set []field.Login) []field.Login {
	var valid []field.Login
	has := func(l field.Login) bool {
		return slices.ContainsFunc(old, func(o field.Login) bool { return o.Name == l.Name })
	}
	for i, l := range set {
		if i > 0 && set[i-1].Key() == l.Key() && (!has(set[i-1]) || !has(l)) {
			addDuplicateLogin(&w.errs, l)
			continue
		}
		valid = append(valid, l)
	}
	return field.NonNil(valid)
}

// insertLogins inserts the set. A login that was hidden gets the key of its name if that is free,
// and otherwise stays hidden.
func (w *unitOfWork) insertLogins(ctx context.Context, set []field.Login, hidden map[string]string) error {
	taken := map[string]bool{}
	if len(hidden) > 0 {
		if err := w.readTaken(ctx, set, taken); err != nil {
			return err
		}
	}
	for _, l := range set {
		taken[l.Key()] = taken[l.Key()] || hidden[l.Name] == ""
	}
	rows := make([]*ent.LoginCreate, len(set))
	for i, l := range set {
		key := l.Key()
		if stored := hidden[l.Name]; stored != "" && taken[key] {
			key = stored
		}
		taken[key] = true
		rows[i] = w.tx.Ent.Login.Create().SetContactID(w.next.ID).SetName(l.Name).SetNameKey(key).SetKind(l.Kind)
	}
	return w.tx.Ent.Login.CreateBulk(rows...).Exec(ctx)
}

// readTaken adds the keys of the set that other contacts have.
func (w *unitOfWork) readTaken(ctx context.Context, set []field.Login, taken map[string]bool) error {
	keys := make([]string, len(set))
	for i, l := range set {
		keys[i] = l.Key()
	}
	others, err := w.tx.Ent.Login.Query().Where(login.AccountID(w.viewer.Account), login.NameKeyIn(keys...), login.ContactIDNEQ(w.old.ID)).
		All(viewer.AccountWide(ctx))
	for _, l := range others {
		taken[l.NameKey] = true
	}
	return err
}

// currentLogins reads the logins of the contact, by key.
func (w *unitOfWork) currentLogins(ctx context.Context) ([]field.Login, error) {
	rows, err := w.loginRows(ctx)
	return loginsOf(rows), err
}

func (w *unitOfWork) loginRows(ctx context.Context) ([]*ent.Login, error) {
	if w.isNew() {
		return nil, nil
	}
	return w.tx.Ent.Login.Query().Where(login.AccountID(w.viewer.Account), login.ContactID(w.old.ID)).Order(login.ByNameKey()).All(ctx)
}

// loginsOf returns the logins of rows by the keys of their names, which are not those of the rows
// if they are hidden.
func loginsOf(rows []*ent.Login) []field.Login {
	set := field.LoginsOf(rows)
	field.SortLogins(set)
	return set
}

// checkLogins adds errors for what is wrong with the set itself, apart from logins that differ only
// in their spelling: see withoutDuplicates. It returns the set sorted by key, without blank names
// and names that cannot be stored.
func checkLogins(errs *usererror.Errors, set []field.Login) []field.Login {
	seen, valid := map[string]bool{}, []field.Login{}
	for _, l := range set {
		switch {
		case l.Key() == "":
			continue
		case seen[l.Name]:
			addDuplicateLogin(errs, l)
			continue
		}
		seen[l.Name] = true
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

func addDuplicateLogin(errs *usererror.Errors, l field.Login) {
	errs.Add(usererror.Duplicate, field.PathLogins, "The login %s is listed twice.", l.Name)
	errs.Last().Subject = l.Name
}
