package contact_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"contactgraph/ent/change"
	"contactgraph/internal/catalog"
	"contactgraph/internal/changelog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/merge"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/revision"

	"github.com/google/go-cmp/cmp"
)

// canary stands in everything that a contact can hold.
const canary = "Kanarienvogel"

// marked makes a contact with the canary in all that it has and had, and something done to it by several hands.
func (a *tenant) marked(t *testing.T) int {
	t.Helper()
	note := a.property(catalog.NewProperty{Name: "Note", Multiple: true})
	mark := func(n string) field.Patch {
		return field.Patch{
			field.Email: canary + n + "@example.com", field.FirstName: canary + n, field.LastName: canary + n, field.PermissionSource: canary + n,
			field.PhoneCountryCode: "46", field.Phone: "7017406" + n,
		}
	}
	details := func(n string) contact.Details {
		return contact.Details{
			Properties: []contact.PropertyPatch{{Property: note, Values: []field.Value{{Value: canary + n, Description: new(canary)}}}},
			Logins:     &[]field.Login{{Name: canary + n, Kind: "BLANK"}}, Membership: &a.segments,
		}
	}
	c := must(a.Create(a.agent, contact.Create{
		RegistrationSource: canary, RegistrationIP: canary, Set: mark("05"), Details: details("05"), Password: &contact.PasswordChange{New: new(canary)},
	})).Contact
	keyed, _ := a.keyed("key", canary)
	must(keyed.update(a.agent, c.ID, mark("06")))
	keyed, _ = a.keyed("key", canary)
	must(keyed.update(a.as(c), c.ID, field.Patch{field.FirstName: canary + "07"}))
	must(a.details(a.agent, c.ID, details("06")))
	return c.ID
}

// What was erased is nowhere: in no table, no answer, and after a vacuum no byte of the file.
func TestErasedContactLeavesNothing(t *testing.T) {
	t.Parallel()
	for _, deleted := range []bool{false, true} {
		f := newFixture(t)
		a := f.demo
		id := a.marked(t)
		secret := a.get(id).Secret
		if deleted {
			must(a.Delete(a.agent, contact.Delete{ID: id, Lock: overwrite}))
		}
		paths := func() (list []string) {
			for _, row := range must(a.History(a.agent, id, 1<<40, query.MaxPage)) {
				for _, c := range row.Fields {
					list = append(list, c.Path)
				}
			}
			return list
		}
		before, beforeRows := paths(), len(a.log())
		if n := strings.Count(f.db.Dump(), canary); n < 20 {
			t.Fatalf("the canary is only %d times in the database", n)
		}
		r := must(f.Erase(a.admin, id))
		if r.Contact != nil || r.Change.Kind != change.KindERASE {
			t.Errorf("erasing gives %v, %s", r.Contact, r.Change.Kind)
		}
		if diff := cmp.Diff(before, paths()); diff != "" || len(a.log()) != beforeRows+1 {
			t.Errorf("the paths in the log (-before +after)\n%s", diff)
		}
		dump := f.db.Dump()
		for _, trace := range []string{canary, strings.ToLower(canary), "70174060", secret} {
			if strings.Contains(dump, trace) {
				t.Errorf("%q is in the database:\n%s", trace, dump)
			}
		}
		if n := f.db.Client().IdempotencyKey.Query().CountX(a.agent); n != 0 {
			t.Errorf("%d keys of writes of the contact are left", n)
		}
		checkFile(t, f.db, secret)
	}
}

// checkFile searches the bytes of an SQLite database.
func checkFile(t *testing.T, db *databasetest.DB, secret string) {
	t.Helper()
	if databasetest.Postgres() {
		return // its files are the operator's
	}
	if _, err := db.Raw().ExecContext(t.Context(), "VACUUM"); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Raw().ExecContext(t.Context(), "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		t.Fatal(err)
	}
	files := must(filepath.Glob(db.URL + "*"))
	if len(files) == 0 {
		t.Fatal("no file")
	}
	for _, file := range files {
		content := bytes.ToLower(must(os.ReadFile(file)))
		for _, trace := range []string{canary, secret} {
			if bytes.Contains(content, bytes.ToLower([]byte(trace))) {
				t.Errorf("%q is in %s", trace, filepath.Base(file))
			}
		}
	}
}

func TestEraseRefuses(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	id := a.marked(t)
	named := must(a.update(a.agent, id, field.Patch{field.FirstName: "Eva"})).Change
	gone := must(a.Delete(a.agent, contact.Delete{ID: id, Lock: overwrite})).Change
	f.refused("an agent", func() error { return errOf(f.Erase(a.agent, id)) }, "FORBIDDEN")
	f.refused("a customer", func() error { return errOf(f.Erase(a.asID(id), id)) }, "FORBIDDEN")
	f.refused("another account", func() error { return errOf(f.Erase(f.other.admin, id)) }, "NOT_FOUND")
	f.refused("what never was", func() error { return errOf(f.Erase(a.admin, 999)) }, "NOT_FOUND")
	erased := must(f.Erase(a.admin, id)).Change
	f.refused("twice", func() error { return errOf(f.Erase(a.admin, id)) }, "NOT_FOUND")
	f.refused("undoing its deletion", func() error { return errOf(a.Undo(a.agent, idOf(gone))) }, "INVALID")
	f.refused("undoing its erasure", func() error { return errOf(a.Undo(a.agent, idOf(erased))) }, "INVALID")
	f.refused("undoing a change", func() error { return errOf(a.Undo(a.agent, idOf(named))) }, "NOT_FOUND")
	if c, err := a.AsOf(a.agent, id, 1); err == nil {
		t.Errorf("its past shows %v", c)
	}
}

func TestTidy(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	c := a.create(field.Patch{field.FirstName: "Anna"})
	keyed, _ := a.keyed("key", "request")
	must(keyed.update(a.agent, c.ID, field.Patch{field.FirstName: "Eva"}))
	for range 1200 {
		must(a.update(a.agent, c.ID, nil))
	}
	f.forward(48 * time.Hour)
	f.other.create(nil)
	late := must(a.update(a.agent, c.ID, field.Patch{field.FirstName: "Ida"})).Change
	must(0, f.Prune(t.Context(), 0))
	if n := len(a.log()); n != 1203 {
		t.Fatalf("without an end to the log, %d changes are left", n)
	}
	if n := f.db.Client().IdempotencyKey.Query().CountX(a.agent); n != 0 {
		t.Errorf("%d keys are left after two days", n)
	}
	must(0, f.Prune(t.Context(), 24*time.Hour))
	must(0, f.Prune(t.Context(), 24*time.Hour))
	page := must(a.Changes.Page(a.agent, changelog.PageArgs{}, 10))
	if len(page.Changes) != 1 || page.Changes[0].Seq != late.Seq || page.Last != revision.Cursor(late.Seq) {
		t.Errorf("the feed from its beginning: %v", page)
	}
	for _, after := range []revision.Cursor{0, 1, revision.Cursor(late.Seq - 2), revision.Cursor(late.Seq + 1)} {
		if _, err := a.Changes.Page(a.agent, changelog.PageArgs{After: &after}, 10); err == nil || !strings.Contains(err.Error(), changelog.ErrCursorExpired.Error()) {
			t.Errorf("behind %d: %v", after, err)
		}
	}
	for _, after := range []revision.Cursor{revision.Cursor(late.Seq - 1), revision.Cursor(late.Seq)} {
		if _, err := a.Changes.Page(a.agent, changelog.PageArgs{After: &after}, 10); err != nil {
			t.Errorf("behind %d: %v", after, err)
		}
	}
	_, err := a.Update(a.agent, contact.Update{ID: c.ID, Lock: merging(1)})
	if d := conflict(t, err); d.Gap != merge.TooOld {
		t.Errorf("merging with what is cut off: %q", d.Gap)
	}
	if must(f.other.Changes.Page(f.other.agent, changelog.PageArgs{}, 10)).Changes[0].Seq != 1 {
		t.Error("another account's log lost its beginning")
	}
	must(a.update(a.agent, c.ID, nil))
}

// A contact whose changes are all cut off the log can be erased all the same.
func TestEraseBehindACut(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	c, gone := a.create(field.Patch{field.FirstName: "Anna"}), a.create(nil)
	must(a.Delete(a.agent, contact.Delete{ID: gone.ID, Lock: overwrite}))
	f.forward(48 * time.Hour)
	must(0, f.Prune(t.Context(), 24*time.Hour))
	if r := must(a.Erase(a.admin, c.ID)); r.Change.Version != c.Version+1 || r.Change.Kind != change.KindERASE {
		t.Errorf("got %v", r.Change)
	}
	for _, id := range []int{c.ID, gone.ID} {
		f.refused("again, or of what nobody knows", func() error { return errOf(a.Erase(a.admin, id)) }, "NOT_FOUND")
	}
}
