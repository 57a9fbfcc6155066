package changelog_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"contactgraph/ent"
	"contactgraph/internal/changelog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

func TestDeletions(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	remove := func(a *contacttest.Tenant, c *ent.Contact) revision.ChangeID {
		r := contacttest.Must(f.Delete(a.Agent, contact.Delete{ID: c.ID, Lock: contacttest.Overwrite}))
		return revision.ChangeID{Contact: c.ID, Version: r.Change.Version}
	}
	named := func(name string) *ent.Contact { return a.NewContact(field.Patch{field.FirstName: name}) }
	list := func(before revision.Cursor, first int) (names []string, page []*changelog.Deletion, more bool) {
		t.Helper()
		page, more, err := f.Deletions(a.Agent, before, first)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range page {
			names = append(names, *d.FirstName)
		}
		return names, page, more
	}
	const newest = revision.Cursor(math.MaxInt64)

	named("stays")
	remove(f.Other, f.Other.NewContact(nil))
	for _, name := range []string{"first", "second", "restored", "erased", "twice"} {
		c := named(name)
		id := remove(a, c)
		switch name {
		case "restored", "twice":
			contacttest.Must(f.Undo(a.Agent, id))
		case "erased":
			contacttest.Must(f.Erase(a.Admin, c.ID))
		}
		if name == "twice" {
			remove(a, c)
		}
	}
	want := []string{"twice", "second", "first"}
	names, page, more := list(newest, 3)
	if diff := cmp.Diff(want, names); diff != "" || more {
		t.Errorf("more: %t (-want +got)\n%s", more, diff)
	}
	names, _, more = list(newest, 1)
	if diff := cmp.Diff(want[:1], names); diff != "" || !more {
		t.Errorf("the first page, more: %t (-want +got)\n%s", more, diff)
	}
	names, _, more = list(revision.Cursor(page[0].Change.Seq), 5)
	if diff := cmp.Diff(want[1:], names); diff != "" || more {
		t.Errorf("the second page, more: %t (-want +got)\n%s", more, diff)
	}
	customer := a.AsCustomer(named("me"))
	f.WantErrors("a customer", func() error {
		_, _, err := f.Deletions(customer, newest, 1)
		return err
	}, string(usererror.Forbidden))
}

func TestDeletionsHideFields(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	c := a.NewContact(field.Patch{field.FirstName: "Ada", field.LastName: "Ek"})
	contacttest.Must(f.Delete(a.Agent, contact.Delete{ID: c.ID, Lock: contacttest.Overwrite}))
	v, _ := viewer.FromContext(a.Agent)
	v.Rights = viewer.NewRights(viewer.Write, map[string]viewer.Access{field.LastName.Path: viewer.None})
	page, _, err := f.Deletions(viewer.NewContext(t.Context(), v), math.MaxInt64, 1)
	if err != nil || len(page) != 1 {
		t.Fatalf("got %v, %v", page, err)
	}
	d := page[0]
	if d.FirstName == nil || *d.FirstName != "Ada" || d.LastName != nil {
		t.Errorf("got %v, %v", d.FirstName, d.LastName)
	}
	for _, fc := range d.Change.Fields {
		if fc.Path == field.LastName.Path {
			t.Errorf("the change has %v", fc)
		}
	}
}

// TestDeletionsAreFoundByIndex checks that a log of other changes is not read.
func TestDeletionsAreFoundByIndex(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	a.NewContact(nil)
	statements := f.DB.Statements(func() {
		if _, _, err := f.Deletions(a.Agent, math.MaxInt64, 10); err != nil {
			t.Fatal(err)
		}
	})
	if len(statements) != 1 {
		t.Fatalf("got %q", statements)
	}
	if plan := f.DB.Plan(statements[0]); !strings.Contains(plan, "change_deletions") {
		t.Errorf("%s\n%s", statements[0], plan)
	}
}
