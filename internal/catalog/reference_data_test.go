package catalog_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"

	"contactgraph/ent"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/usererror"
)

// entryKind is what stores, companies and segments have in common.
type entryKind struct {
	noun   string
	create func(ctx context.Context, n catalog.Entry) (int, string, error)
	rename func(ctx context.Context, n catalog.Entry) (int, string, error)
	delete func(ctx context.Context, id int) error
	get    func(ctx context.Context, id int) (int, string, error)
	list   func(ctx context.Context) (names []string, err error)
	refer  func(a *contacttest.Tenant, id int) // creates a contact that refers to it
}

func catalogs(f *contacttest.Fixture) []entryKind {
	named := func(c entryKind, refer func(a *contacttest.Tenant, id int)) entryKind {
		c.refer = refer
		return c
	}
	return []entryKind{
		named(catalogOf("Store", f.CreateStore, changeOf(f.ChangeStore, catalog.StoreName), f.DeleteStore, f.Store, f.Stores, func(s *ent.Store) (int, string) { return s.ID, s.Name }),
			func(a *contacttest.Tenant, id int) { a.NewContact(field.Patch{field.PreferredStore: id}) }),
		named(catalogOf("Company", f.CreateCompany, changeOf(f.ChangeCompany, catalog.CompanyName), f.DeleteCompany, f.Company, f.Companies, func(c *ent.Company) (int, string) { return c.ID, c.Name }),
			func(a *contacttest.Tenant, id int) { a.NewContact(field.Patch{field.Company: id}) }),
		named(catalogOf("Segment", f.CreateSegment, f.RenameSegment, f.DeleteSegment, f.Segment, f.Segments, func(s *ent.Segment) (int, string) { return s.ID, s.Name }),
			func(a *contacttest.Tenant, id int) { a.NewContact(nil, contact.Details{Membership: &[]int{id}}) }),
	}
}

// changeOf returns change as a function that changes the name.
func changeOf[T any](change func(context.Context, catalog.EntryChange) (*T, error), name *catalog.Column) func(context.Context, catalog.Entry) (*T, error) {
	return func(ctx context.Context, n catalog.Entry) (*T, error) {
		return change(ctx, catalog.EntryChange{ID: n.ID, Set: catalog.Patch{name: n.Name}})
	}
}

func catalogOf[T any](noun string, create, rename func(context.Context, catalog.Entry) (*T, error), del func(context.Context, int) error,
	get func(context.Context, int) (*T, error), list func(context.Context) ([]*T, error), show func(*T) (int, string),
) entryKind {
	shown := func(row *T, err error) (int, string, error) {
		if err != nil {
			return 0, "", err
		}
		id, name := show(row)
		return id, name, nil
	}
	return entryKind{
		noun:   noun,
		create: func(ctx context.Context, n catalog.Entry) (int, string, error) { return shown(create(ctx, n)) },
		rename: func(ctx context.Context, n catalog.Entry) (int, string, error) { return shown(rename(ctx, n)) },
		delete: del,
		get:    func(ctx context.Context, id int) (int, string, error) { return shown(get(ctx, id)) },
		list: func(ctx context.Context) (names []string, err error) {
			rows, err := list(ctx)
			for _, row := range rows {
				_, name := show(row)
				names = append(names, name)
			}
			return names, err
		},
	}
}

func TestCatalog(t *testing.T) {
	t.Parallel()
	for i, noun := range []string{"Store", "Company", "Segment"} {
		t.Run(noun, func(t *testing.T) {
			t.Parallel()
			f := contacttest.New(t)
			a, c := f.Demo, catalogs(f)[i]
			id, name, err := c.create(a.Admin, catalog.Entry{Name: "New"})
			if err != nil || name != "New" {
				t.Fatalf("created %q, %v", name, err)
			}
			if got, name, err := c.create(a.Admin, catalog.Entry{ID: 77, Name: "Chosen"}); got != 77 || name != "Chosen" || err != nil {
				t.Errorf("with a chosen id: got %d, %q, %v", got, name, err)
			}
			if got, name, err := c.rename(a.Admin, catalog.Entry{ID: id, Name: "Newer"}); got != id || name != "Newer" || err != nil {
				t.Errorf("renamed: got %d, %q, %v", got, name, err)
			}
			if got, name, err := c.get(a.Agent, id); got != id || name != "Newer" || err != nil {
				t.Errorf("read: got %d, %q, %v", got, name, err)
			}
			if names, err := c.list(a.Agent); strings.Join(names, ",") != "demo 0,demo 1,demo 2,Newer,Chosen" || err != nil {
				t.Errorf("listed: %q, %v", names, err)
			}
			if err := c.delete(a.Admin, id); err != nil {
				t.Errorf("deleted: %v", err)
			}
			if names, _ := c.list(a.Agent); strings.Join(names, ",") != "demo 0,demo 1,demo 2,Chosen" {
				t.Errorf("after that: %q", names)
			}
		})
	}
}

func TestCatalogFails(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	long := strings.Repeat("x", 256)
	for _, c := range catalogs(f) {
		used, _, err := c.create(a.Admin, catalog.Entry{Name: "Used"})
		if err != nil {
			t.Fatal(err)
		}
		c.refer(a, used)
		theirs, _, err := c.create(f.Other.Admin, catalog.Entry{Name: "Theirs"})
		if err != nil {
			t.Fatal(err)
		}
		f.WantErrors(c.noun+": a blank name", func() error { return errOf3(c.create(a.Admin, catalog.Entry{Name: " "})) }, "REQUIRED name")
		f.WantErrors(c.noun+": a long name", func() error { return errOf3(c.create(a.Admin, catalog.Entry{Name: long})) }, "TOO_LONG name")
		f.WantErrors(c.noun+": a blank new name", func() error { return errOf3(c.rename(a.Admin, catalog.Entry{ID: used})) }, "REQUIRED name")
		f.WantErrors(c.noun+": one in use", func() error { return c.delete(a.Admin, used) }, "IN_USE")
		for _, id := range []int{999, 0, theirs} {
			want := c.noun + " with id " + strconv.Itoa(id) + " does not exist."
			for name, do := range map[string]func() error{
				"renaming": func() error { return errOf3(c.rename(a.Admin, catalog.Entry{ID: id, Name: "x"})) },
				"deleting": func() error { return c.delete(a.Admin, id) },
				"reading":  func() error { return errOf3(c.get(a.Agent, id)) },
			} {
				if errs := f.WantErrors(name, do, "NOT_FOUND"); errs != nil && errs[0].Message != want {
					t.Errorf("%s: got %q, want %q", name, errs[0].Message, want)
				}
			}
		}
	}
}

func errOf3(_ int, _ string, err error) error { return err }

func TestCreateWithATakenID(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	for _, c := range catalogs(f) {
		_, _, err := c.create(f.Demo.Admin, catalog.Entry{ID: f.Demo.StoreIDs[0], Name: "x"})
		var errs usererror.Errors
		if err == nil || errors.As(err, &errs) {
			t.Errorf("%s: got %v, want a fault: clients do not choose ids", c.noun, err)
		}
	}
}
