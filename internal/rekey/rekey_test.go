package rekey_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"contactgraph/ent"
	"contactgraph/ent/account"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/login"
	"contactgraph/ent/searchterm"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/database"
	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/normalize"
	"contactgraph/internal/rekey"
	"contactgraph/internal/viewer"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

// fixture is an account whose rows are changed to what an older version has stored.
type fixture struct {
	*contacttest.Tenant

	keys *rekey.Service
	log  *strings.Builder
	raw  *sql.DB
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{Tenant: contacttest.New(t).Demo, log: &strings.Builder{}}
	f.keys, f.raw = f.service(f.DB), f.DB.Raw()
	t.Cleanup(func() { f.raw.Close() })
	return f
}

func (f *fixture) service(db rekey.DB) *rekey.Service {
	return rekey.New(db, f.Now, slog.New(slog.NewTextHandler(f.log, nil)))
}

// run runs, and returns how many contacts have changed.
func (f *fixture) run(scope rekey.Scope) int {
	f.T.Helper()
	changed, err := f.keys.Run(f.T.Context(), scope)
	if err != nil {
		f.T.Fatal(err)
	}
	return changed
}

// exec runs a statement as an older version would.
func (f *fixture) exec(statement string, args ...any) {
	f.T.Helper()
	if _, err := f.raw.ExecContext(f.T.Context(), statement, args...); err != nil {
		f.T.Fatal(err)
	}
}

// older stores a contact as an older version would: with a key that is its text, and no words.
func (f *fixture) older(set field.Patch) int {
	f.T.Helper()
	c := f.NewContact(nil)
	for fld, v := range set {
		f.exec(fmt.Sprintf("UPDATE contacts SET %s = $1 WHERE id = $2", fld.Column), v, c.ID)
		switch fld {
		case field.Email:
			f.exec("UPDATE contacts SET email_key = $1 WHERE id = $2", v, c.ID)
		case field.Phone:
			f.exec("UPDATE contacts SET phone_key = $1 WHERE id = $2", v, c.ID)
		}
	}
	return c.ID
}

// olderLogins gives a contact logins whose keys are their texts.
func (f *fixture) olderLogins(id int, names ...string) {
	f.T.Helper()
	for _, name := range names {
		f.exec("INSERT INTO logins (account_id, contact_id, name, name_key, type) VALUES ($1, $2, $3, $3, 'BLANK')", f.Account, id, name)
	}
}

// forget makes the rows those of older forms.
func (f *fixture) forget() { f.exec("DELETE FROM derivations") }

func (f *fixture) contact(id int) *ent.Contact {
	f.T.Helper()
	return f.DB.Client().Contact.Query().Where(entcontact.AccountID(f.Account), entcontact.ID(id)).OnlyX(f.Agent)
}

func (f *fixture) wantKeys(id int, email, phone string) {
	f.T.Helper()
	c := f.contact(id)
	if got := [2]string{text(c.EmailKey), text(c.PhoneKey)}; got != [2]string{email, phone} {
		f.T.Errorf("contact %d has the keys %q, want %q and %q", id, got, email, phone)
	}
}

func (f *fixture) update(id int, set field.Patch) error {
	_, err := f.Update(f.Agent, contact.Update{ID: id, Lock: contact.Lock{OnConflict: contact.Overwrite}, Set: set})
	return err
}

// setCountry sets the default country of the account as package people does.
func (f *fixture) setCountry(code string) {
	f.T.Helper()
	err := f.DB.Write(viewer.NewSystemContext(f.T.Context(), f.Account), 0, func(ctx context.Context, tx *database.Tx) error {
		st, err := rekey.Lock(ctx, tx, f.Account)
		if err != nil {
			return err
		}
		of := databasetest.Lenient
		of.DefaultCountry = code
		if err := tx.Ent.Account.Update().Where(account.ID(f.Account)).SetSettings(of).Exec(ctx); err != nil {
			return err
		}
		return rekey.Restart(ctx, tx, f.Account, st, code, f.Now())
	})
	if err != nil {
		f.T.Fatal(err)
	}
}

func phoneFilter(number string) query.Filter { return query.Filter{Phone: &number} }

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// dump is all that is derived, by contact.
func (f *fixture) dump() string {
	f.T.Helper()
	var b strings.Builder
	for _, c := range f.DB.Client().Contact.Query().Where(entcontact.AccountID(f.Account)).Order(entcontact.ByID()).AllX(f.Agent) {
		fmt.Fprintf(&b, "%d %q %q %q v%d %s\n", c.ID, text(c.EmailKey), text(c.PhoneKey), c.NameKey, c.Version, c.LastModified)
	}
	for _, l := range f.DB.Client().Login.Query().Where(login.AccountID(f.Account)).Order(login.ByID()).AllX(f.Agent) {
		fmt.Fprintf(&b, "%d %q %q\n", l.ContactID, l.Name, l.NameKey)
	}
	return b.String()
}

func (f *fixture) terms(id int, kind searchterm.Kind) []string {
	f.T.Helper()
	var words []string
	for _, w := range f.DB.Client().SearchTerm.Query().Where(searchterm.AccountID(f.Account), searchterm.ContactID(id), searchterm.KindEQ(kind)).AllX(f.Agent) {
		words = append(words, w.Term)
	}
	slices.Sort(words)
	return words
}

// TestOlderRowsAreFound computes rows of an older version, and looks them up by the current forms.
func TestOlderRowsAreFound(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := f.older(field.Patch{field.Email: "ann\u200b@EXAMPLE.com", field.Phone: "tel:+46701749941", field.FirstName: "Ann", field.LastName: "Ärlig"})
	f.olderLogins(id, "ANN\u200b")
	f.exec("INSERT INTO search_terms (account_id, contact_id, kind, term) VALUES ($1, $2, 'email', 'old-term')", f.Account, id)
	before := f.contact(id)
	f.forget()
	f.run(rekey.Outdated)
	f.wantKeys(id, "ann@example.com", "+46701749941")
	if c, err := f.ByEmail(f.Agent, "Ann@example.com"); err != nil || c == nil || c.ID != id {
		t.Errorf("by email: %v, %v", c, err)
	}
	if c, err := f.ByPhone(f.Agent, "46", "070-174 99 41"); err != nil || c == nil || c.ID != id {
		t.Errorf("by phone: %v, %v", c, err)
	}
	if c, err := f.ByLogin(f.Agent, "ann"); err != nil || c == nil || c.ID != id {
		t.Errorf("by login: %v, %v", c, err)
	}
	after := f.contact(id)
	if after.Version != before.Version || !after.LastModified.Equal(before.LastModified) || after.NameKey != "arlig ann" || len(f.Log()) != 1 {
		t.Errorf("got %v, want only derived values to change from %v", after, before)
	}
	if got, want := f.terms(id, searchterm.KindEmail), normalize.EmailWords(*after.Email); !slices.Equal(got, want) {
		t.Errorf("the words of the email address are %q, want %q", got, want)
	}
}

// TestCollisions gives keys to the oldest of those that now have the same.
func TestCollisions(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	first := f.older(field.Patch{field.Email: "x@example.com.", field.Phone: "0046 70 174 99 41"})
	second := f.older(field.Patch{field.Email: "X@example.com", field.Phone: "+46701749941"})
	third := f.older(field.Patch{field.Email: "x@example.com"})
	f.olderLogins(second, "login")
	f.olderLogins(first, "Login", "LOGIN")
	f.exec("UPDATE contacts SET email_key = 'x@example.com' WHERE id = $1", third) // what the first one gets
	f.forget()
	f.run(rekey.Outdated)
	f.wantKeys(first, "x@example.com", "+46701749941")
	f.wantKeys(second, "", "")
	f.wantKeys(third, "", "")
	if c, err := f.ByLogin(f.Agent, "login"); err != nil || c == nil || c.ID != first {
		t.Errorf("by login: %v, %v", c, err)
	}
	for _, want := range []string{
		fmt.Sprintf("key=email account_id=%d contact_id=%d owner_id=%d", f.Account, second, first),
		fmt.Sprintf("key=email account_id=%d contact_id=%d owner_id=%d", f.Account, third, first),
		fmt.Sprintf("key=phone account_id=%d contact_id=%d owner_id=%d", f.Account, second, first),
		fmt.Sprintf("key=login account_id=%d contact_id=%d owner_id=%d", f.Account, second, first),
		fmt.Sprintf("key=login account_id=%d contact_id=%d owner_id=%d", f.Account, first, first),
	} {
		if !strings.Contains(f.log.String(), want) {
			t.Errorf("the log lacks %s:\n%s", want, f.log)
		}
	}
	if strings.Contains(f.log.String(), "example") || strings.Contains(f.log.String(), "174") {
		t.Errorf("the log contains addresses or numbers:\n%s", f.log)
	}
	before := f.dump()
	f.forget()
	if n := f.run(rekey.Always); n != 0 || f.dump() != before {
		t.Errorf("the second run changed %d contacts, from\n%sto\n%s", n, before, f.dump())
	}
}

// TestContactsWithoutKeysAreEdited edits contacts whose keys belong to an older one.
func TestContactsWithoutKeysAreEdited(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	owner := f.older(field.Patch{field.Email: "x@example.com"})
	id := f.older(field.Patch{field.Email: "X@EXAMPLE.com"})
	f.olderLogins(owner, "ann")
	f.olderLogins(id, "ANN", "Ann", "own")
	f.forget()
	f.run(rekey.Outdated)
	update := func(set field.Patch) error { return f.update(id, set) }
	logins := func(names ...string) error {
		var set []field.Login
		for _, n := range names {
			set = append(set, field.Login{Name: n, Kind: login.KindBlank})
		}
		_, err := f.SetDetails(f.Agent, contact.SetDetails{ID: id, Lock: contact.Lock{OnConflict: contact.Overwrite}, Details: contact.Details{Logins: &set}})
		return err
	}
	for what, err := range map[string]error{
		"another field":               update(field.Patch{field.FirstName: "Ann"}),
		"the same text":               update(field.Patch{field.Email: "X@EXAMPLE.com"}),
		"the same logins":             logins("ANN", "Ann", "own"),
		"the logins without one":      logins("ANN", "own"),
		"the logins with another one": logins("ANN", "own", "second"),
	} {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	f.wantKeys(id, "", "")
	f.WantErrors("a taken address", func() error { return update(field.Patch{field.Email: "x@Example.com"}) }, "EMAIL_TAKEN email")
	f.WantErrors("a taken login", func() error { return logins("aNN") }, "LOGIN_TAKEN logins")
	if err := update(field.Patch{field.Email: "free@example.com"}); err != nil {
		t.Error(err)
	}
	f.wantKeys(id, "free@example.com", "")
	if c, err := f.ByLogin(f.Agent, "own"); err != nil || c == nil || c.ID != id {
		t.Errorf("by another login: %v, %v", c, err)
	}
	if _, err := f.Delete(f.Agent, contact.Delete{ID: owner, Lock: contact.Lock{OnConflict: contact.Overwrite}}); err != nil {
		t.Fatal(err)
	}
	if err := logins("ANN", "own"); err != nil {
		t.Error(err)
	}
	if c, err := f.ByLogin(f.Agent, "ann"); err != nil || c == nil || c.ID != id {
		t.Errorf("by a login that has become free: %v, %v", c, err)
	}
}

// waiting returns a contact whose email address and login "ann" belonged to an older one, which has
// been deleted.
func (f *fixture) waiting(t *testing.T) int {
	t.Helper()
	owner := f.older(field.Patch{field.Email: "x@example.com"})
	id := f.older(field.Patch{field.Email: "X@EXAMPLE.com"})
	f.olderLogins(owner, "ann")
	f.olderLogins(id, "ANN")
	f.forget()
	f.run(rekey.Outdated)
	if _, err := f.Delete(f.Agent, contact.Delete{ID: owner, Lock: contact.Lock{OnConflict: contact.Overwrite}}); err != nil {
		t.Fatal(err)
	}
	return id
}

// TestFreeKeysAreGiven gives a key that its owner has given up to a contact that has the text.
func TestFreeKeysAreGiven(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := f.waiting(t)
	f.wantKeys(id, "", "")
	f.run(rekey.Always)
	f.wantKeys(id, "x@example.com", "")
	if c, err := f.ByLogin(f.Agent, "ann"); err != nil || c == nil || c.ID != id {
		t.Errorf("by login: %v, %v", c, err)
	}
}

// TestAcquiredKeysStay runs after a new contact has acquired a key that another one waits for.
func TestAcquiredKeysStay(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	waiting := f.waiting(t)
	id := f.NewContact(field.Patch{field.Email: "x@example.com"}).ID
	set := []field.Login{{Name: "ann", Kind: login.KindBlank}}
	_, err := f.SetDetails(f.Agent, contact.SetDetails{ID: id, Lock: contact.Lock{OnConflict: contact.Overwrite}, Details: contact.Details{Logins: &set}})
	if err != nil {
		t.Fatal(err)
	}
	for _, scope := range []rekey.Scope{rekey.Modified, rekey.Always} {
		f.run(scope)
		f.wantKeys(id, "x@example.com", "")
		f.wantKeys(waiting, "", "")
		if c, err := f.ByLogin(f.Agent, "ann"); err != nil || c == nil || c.ID != id {
			t.Errorf("by login: %v, %v", c, err)
		}
	}
}

// TestOlderServersWriteMeanwhile computes what an older version has written after the run.
func TestOlderServersWriteMeanwhile(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	untouched, written := f.NewContact(field.Patch{field.Email: "a@example.com"}).ID, f.NewContact(field.Patch{field.Email: "b@example.com"}).ID
	f.forget()
	f.run(rekey.Outdated)
	f.Advance(24 * 60 * 60e9)
	f.run(rekey.Modified)
	f.exec("UPDATE contacts SET email_key = 'B@OLD', last_modified = $1 WHERE id = $2", f.Now().UTC(), written)
	f.exec("UPDATE contacts SET email_key = 'A@OLD' WHERE id = $1", untouched)
	if n := f.run(rekey.Outdated); n != 0 {
		t.Errorf("computed %d contacts", n)
	}
	if n := f.run(rekey.Modified); n != 1 {
		t.Errorf("computed %d contacts", n)
	}
	f.wantKeys(written, "b@example.com", "")
	f.wantKeys(untouched, "A@OLD", "") // no one has written it
}

// TestNewerForms leaves the forms of a newer version alone, unless it is asked for those of this
// one.
func TestNewerForms(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := f.NewContact(field.Patch{field.Email: "a@example.com"}).ID
	f.run(rekey.Outdated)
	f.exec("UPDATE derivations SET forms = forms + 1")
	f.exec("UPDATE contacts SET email_key = 'newer' WHERE id = $1", id)
	for _, scope := range []rekey.Scope{rekey.Outdated, rekey.Modified} {
		f.run(scope)
		f.wantKeys(id, "newer", "")
	}
	f.run(rekey.Always)
	f.wantKeys(id, "a@example.com", "")
}
