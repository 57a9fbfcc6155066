package duplicate_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/duplicate"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

// fixture is a database with contacts and a service that finds duplicates among them.
type fixture struct {
	*contacttest.Fixture
	*duplicate.Service
	t       *testing.T
	written atomic.Int64
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := contacttest.New(t)
	return &fixture{Fixture: f, Service: duplicate.New(f.DB, f.Now, slog.New(slog.NewTextHandler(t.Output(), nil))), t: t}
}

// run looks at what has changed.
func (f *fixture) run() {
	f.t.Helper()
	if err := f.Run(f.t.Context()); err != nil {
		f.t.Fatal(err)
	}
}

// list returns the candidates of the account, as texts.
func (f *fixture) list() []string {
	f.t.Helper()
	p := contacttest.Must(f.Candidates(f.Demo.Agent, duplicate.MaxPage, "", 0))
	texts := []string{}
	for _, c := range p.Candidates {
		texts = append(texts, fmt.Sprint(c.Contacts[0].ID, "-", c.Contacts[1].ID, " ", c.Reasons, " ", c.Score))
	}
	return texts
}

// want fails the test unless these are the candidates.
func (f *fixture) want(want ...string) {
	f.t.Helper()
	if diff := cmp.Diff(append([]string{}, want...), f.list()); diff != "" {
		f.t.Errorf("the candidates (-want +got)\n%s", diff)
	}
}

func (f *fixture) person(first, last, email string) int {
	set := field.Patch{field.FirstName: first, field.LastName: last, field.Email: email}
	return f.Demo.NewContact(set).ID
}

func (f *fixture) set(id int, set field.Patch) {
	f.t.Helper()
	contacttest.Must(f.Demo.OverwriteFields(f.Demo.Agent, id, set))
}

// Candidates follow the change log, and vanish with their contacts, of which nothing is left.
func TestFollow(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.Demo
	x, y := f.person("Nora", "Vogel", "nora.vogel@example.com"), f.person("Nora", "Vogel", "noravogel+shop@Example.com")
	f.run()
	both := fmt.Sprint(x, "-", y, " [EMAIL NAME] 100")
	f.want(both)
	z := f.person("N.", "Vogel", "nora.vogel@example.org")
	f.run()
	f.want(both)
	f.set(z, field.Patch{field.Email: "n.o.ravogel@example.com"})
	f.run()
	f.want(fmt.Sprint(y, "-", z, " [EMAIL NAME] 100"), fmt.Sprint(x, "-", z, " [EMAIL NAME] 100"), both)
	if lists := contacttest.Must(f.Of(a.Agent, []int{y, x})); len(lists[0]) != 2 || lists[0][0].Contacts[0].ID != y || len(lists[1]) != 2 {
		t.Errorf("of each contact: %v", lists)
	}
	f.set(z, field.Patch{field.Email: nil})
	f.run()
	f.want(both)

	contacttest.Must(a.Delete(a.Agent, contact.Delete{ID: y, Lock: contacttest.Overwrite}))
	f.want() // before the worker has looked at the deletion
	f.run()
	f.want()
	deleted := a.MustHistory(a.Agent, y, 1)[0]
	contacttest.Must(a.Undo(a.Agent, changeID(deleted)))
	f.run()
	f.want(both)
	merged := contacttest.Must(a.MergeContacts(a.Agent, contact.MergeContacts{
		Into: contact.Member{ID: x, Lock: contacttest.ExpectVersionOf(a.MustGet(x))}, From: []contact.Member{{ID: y, Lock: contacttest.ExpectVersionOf(a.MustGet(y))}},
	}))
	f.run()
	f.want()
	contacttest.Must(a.UnmergeContacts(a.Agent, changeID(merged.Survivor.Change)))
	f.run()
	f.want(both)
	for _, id := range []int{x, y, z} {
		contacttest.Must(a.Erase(a.Admin, id))
	}
	f.run()
	f.want()
	system := viewer.NewSystemContext(t.Context(), a.Account)
	c := f.DB.Client()
	if keys, profiles, pairs := c.DuplicateKey.Query().CountX(system), c.DuplicateProfile.Query().CountX(system), c.DuplicatePair.Query().CountX(system); keys+profiles+pairs != c.Contact.Query().CountX(system) {
		t.Errorf("%d keys, %d profiles and %d pairs are left", keys, profiles, pairs)
	}
}

// A pair that was marked as different persons is not listed until its reasons change.
func TestMarkDifferent(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.Demo
	x, y := f.person("Nora", "Vogel", "nora.vogel@example.com"), f.person("Bert", "Ek", "noravogel@example.com")
	f.set(x, field.Patch{field.LastName: nil, field.FirstName: nil})
	f.run()
	f.want(fmt.Sprint(x, "-", y, " [EMAIL] 70"))
	if err := f.MarkDifferent(a.Agent, y, x); err != nil {
		t.Fatal(err)
	}
	f.want()
	f.set(y, field.Patch{field.LastName: "Berg"})
	f.run()
	f.want()
	f.set(x, field.Patch{field.FirstName: "Bert", field.LastName: "Berg"})
	f.run()
	f.want(fmt.Sprint(x, "-", y, " [EMAIL NAME] 100"))
	f.WantErrors("no candidates", func() error { return f.MarkDifferent(a.Agent, x, x) }, "NOT_FOUND")
	f.WantErrors("another account", func() error { return f.MarkDifferent(f.Other.Agent, x, y) }, "NOT_FOUND")
}

// Only staff who may change all contacts see candidates.
func TestRights(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.Demo
	x, y := f.person("Nora", "Vogel", "nora.vogel@example.com"), f.person("Nora", "Vogel", "noravogel@example.com")
	f.run()
	for name, ctx := range map[string]context.Context{"a customer": a.AsCustomerID(x), "a key of a segment": a.AsSegmentKey(a.SegmentIDs[0])} {
		f.WantErrors(name, func() error { return contacttest.ErrOf(f.Candidates(ctx, 1, "", 0)) }, "FORBIDDEN")
		f.WantErrors(name, func() error { return f.MarkDifferent(ctx, x, y) }, "FORBIDDEN")
		if lists := contacttest.Must(f.Of(ctx, []int{x})); lists[0] != nil {
			t.Errorf("%s sees %v", name, lists[0])
		}
	}
	if p := contacttest.Must(f.Candidates(f.Other.Agent, 10, "", 0)); len(p.Candidates) != 0 {
		t.Errorf("another account sees %v", p.Candidates)
	}
}

// The pages have each pair once, the most likely first.
func TestPages(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for i := range 5 {
		f.person("Nora", "Vogel", fmt.Sprintf("nora%d@example.com", i))
		f.person("", "", fmt.Sprintf("nora%d+x@example.com", i))
	}
	f.run()
	want := f.list()
	if len(want) != 5 {
		t.Fatalf("got %v", want)
	}
	var got []string
	for after, more := "", true; more; {
		p := contacttest.Must(f.Candidates(f.Demo.Agent, 2, after, 0))
		for _, c := range p.Candidates {
			got = append(got, fmt.Sprint(c.Contacts[0].ID, "-", c.Contacts[1].ID, " ", c.Reasons, " ", c.Score))
		}
		more, after = p.HasNext, p.Cursors[len(p.Cursors)-1]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("page by page (-want +got)\n%s", diff)
	}
	if p := contacttest.Must(f.Candidates(f.Demo.Agent, 10, "", 101)); len(p.Candidates) != 0 {
		t.Errorf("above the highest score: %v", p.Candidates)
	}
	for _, after := range []string{"x", "MTAwLjE", "!"} {
		if _, err := f.Candidates(f.Demo.Agent, 2, after+".", 0); !errors.Is(err, usererror.ErrArguments) {
			t.Errorf("after %q: %v", after, err)
		}
	}
}

// Whatever is written, following the log leads to the same candidates as looking at all contacts.
func TestFollowIsTheFirstPass(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.Demo
	zip := a.NewProperty(catalog.NewProperty{Name: "Postcode"})
	var ids []int
	rapid.Check(t, func(rt *rapid.T) {
		for range databasetest.Repetitions(3, 20) {
			writeOne(f, rt, zip, &ids)
			if rapid.Bool().Draw(rt, "run") {
				f.run()
			}
		}
		f.run()
		if diff := cmp.Diff(fromScratch(f), sorted(f.list())); diff != "" {
			rt.Fatalf("the candidates (-all at once +followed)\n%s", diff)
		}
	})
	if len(f.list()) == 0 {
		t.Error("there are no candidates")
	}
}

// writeOne creates, changes or deletes a contact.
func writeOne(f *fixture, rt *rapid.T, zip int, ids *[]int) {
	a := f.Demo
	draw := func(name string, from ...string) string { return rapid.SampledFrom(from).Draw(rt, name) }
	unique := f.written.Add(1)
	set := field.Patch{
		field.FirstName: draw("first", "Anna", "Robert", "Bob", "Ann"), field.LastName: draw("last", "Ek", "Berg", "Bergh"),
		field.Company: rapid.SampledFrom(a.CompanyIDs[:2]).Draw(rt, "company"),
	}
	set[field.Email] = fmt.Sprintf("%s+%d@example.com", draw("email", "a", "b.c", "bc"), unique)
	set[field.Phone] = fmt.Sprintf("%s;ext=%d", draw("phone", "+46701740605", "+46701740606"), unique)
	d := contact.Details{Properties: []contact.PropertyPatch{contacttest.SetProperty(zip, draw("zip", "22222", "33333"))}}
	switch {
	case len(*ids) < 4 || len(*ids) < 20 && rapid.Bool().Draw(rt, "create"):
		*ids = append(*ids, a.NewContact(set, d).ID)
	case rapid.Bool().Draw(rt, "update"):
		id := rapid.SampledFrom(*ids).Draw(rt, "contact")
		_, err := a.OverwriteFields(a.Agent, id, field.Patch{field.FirstName: set[field.FirstName], field.Company: set[field.Company]})
		if err == nil {
			_, err = a.OverwriteDetails(a.Agent, id, d)
		}
		if err != nil {
			rt.Fatal(err)
		}
	default:
		i := rapid.IntRange(0, len(*ids)-1).Draw(rt, "deleted")
		contacttest.Must(a.Delete(a.Agent, contact.Delete{ID: (*ids)[i], Lock: contacttest.Overwrite}))
		*ids = slices.Delete(*ids, i, i+1)
	}
}

// fromScratch returns the candidates that comparing all contacts with each other finds.
func fromScratch(f *fixture) []string {
	system := viewer.NewSystemContext(f.t.Context(), f.Demo.Account)
	rows := f.DB.Client().Contact.Query().Where(entcontact.AccountID(f.Demo.Account)).WithExternalIds().WithValues().Order(entcontact.ByID()).AllX(system)
	var persons []*duplicate.Person
	for _, c := range rows {
		zip := ""
		for _, v := range c.Edges.Values {
			zip = v.Value
		}
		persons = append(persons, duplicate.PersonOf(c, zip))
	}
	texts := []string{}
	for i, x := range persons {
		for _, y := range persons[i+1:] {
			shared := slices.ContainsFunc(x.Keys(), func(k int64) bool { return slices.Contains(y.Keys(), k) })
			if score, reasons := duplicate.Compare(x, y); shared && score >= duplicate.MinScore {
				texts = append(texts, fmt.Sprint(x.ID, "-", y.ID, " ", reasons, " ", score))
			}
		}
	}
	return sorted(texts)
}

func sorted(texts []string) []string {
	slices.Sort(texts)
	return texts
}

// If retention has deleted changes that were not looked at, all contacts are looked at again. Pairs
// that were marked as different persons stay so.
func TestRestart(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	x, y := f.person("Nora", "Vogel", "nora.vogel@example.com"), f.person("Nora", "Vogel", "noravogel@example.com")
	v, w := f.person("Bert", "Ek", "bert.ek@example.com"), f.person("Bert", "Ek", "bertek@example.com")
	f.run()
	if err := f.MarkDifferent(f.Demo.Agent, v, w); err != nil {
		t.Fatal(err)
	}
	f.set(y, field.Patch{field.Email: nil})
	f.set(w, field.Patch{field.FirstName: "Bertil"})
	f.Advance(365 * 24 * time.Hour)
	f.set(x, field.Patch{field.FirstName: "Eleonora"})
	if err := f.Prune(t.Context(), 100*24*time.Hour); err != nil {
		t.Fatal(err)
	}
	f.run()
	f.want()
	f.set(y, field.Patch{field.Email: "noravogel@example.com"})
	f.run()
	f.want(fmt.Sprint(x, "-", y, " [EMAIL NAME] 100"))
}

// Two processes share the work, and one continues what the other one has begun, at the latest when
// its lease has expired.
func TestProcesses(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	x, y := f.person("Nora", "Vogel", "nora.vogel@example.com"), f.person("Nora", "Vogel", "noravogel@example.com")
	f.run()
	other := duplicate.New(f.DB, f.Now, slog.New(slog.DiscardHandler))
	f.set(y, field.Patch{field.Email: nil})
	if err := other.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.want(fmt.Sprint(x, "-", y, " [EMAIL NAME] 100")) // the first has the lease
	f.Advance(2 * time.Minute)
	if err := other.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.want()
}

func changeID(row *ent.Change) revision.ChangeID {
	return revision.ChangeID{Contact: row.ContactID, Version: row.Version}
}
