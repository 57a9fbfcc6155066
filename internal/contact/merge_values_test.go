package contact_test

import (
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"

	"contactgraph/ent"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"

	"github.com/google/go-cmp/cmp"
)

// valuesTenant is a tenant with a property that can have several values.
type valuesTenant struct {
	*contacttest.Tenant
	list int
}

func newValuesTenant(t *testing.T, required bool) valuesTenant {
	t.Helper()
	a := contacttest.New(t).Demo
	return valuesTenant{a, a.NewProperty(catalog.NewProperty{Name: "Hobby", Multiple: true, Required: required})}
}

// write sets the values of the property.
func (a valuesTenant) write(id int, l contact.Lock, values ...string) (*contact.Result, error) {
	return a.SetDetails(a.Agent, contact.SetDetails{ID: id, Lock: l, Details: a.details(values...)})
}

func (a valuesTenant) details(values ...string) contact.Details {
	return contact.Details{Properties: []contact.PropertyPatch{contacttest.SetProperty(a.list, values...)}}
}

// values returns the stored values of the property.
func (a valuesTenant) values(id int) []string { return a.valuesOf(readContact(a.Tenant, id)) }

func (a valuesTenant) valuesOf(c *ent.Contact) []string {
	list := []string{}
	for _, v := range c.Edges.Values {
		if v.PropertyID == a.list {
			list = append(list, v.Value)
		}
	}
	return list
}

// numbered returns n different values with this beginning.
func numbered(name string, n int) []string {
	values := make([]string, n)
	for i := range values {
		values[i] = fmt.Sprint(name, i)
	}
	return values
}

// What a merge stores, reports and logs is the same list, and a repeat changes nothing.
func TestMergedValuesAreReportedAndLogged(t *testing.T) {
	t.Parallel()
	a := newValuesTenant(t, false)
	c := a.NewContact(nil, a.details("books", "chess"))
	contacttest.Must(a.write(c.ID, contacttest.Overwrite, "chess", "films"))
	want := []string{"chess", "films", "golf"}
	for n, write := range []string{"the merge", "a repeat"} {
		r, err := a.write(c.ID, contacttest.MergeFrom(c.Version), "books", "chess", "golf")
		if err != nil {
			t.Fatalf("%s: %v", write, err)
		}
		merged := contacttest.SetProperty(a.list, want...).Values
		if diff := cmp.Diff(want, a.values(c.ID)); diff != "" {
			t.Errorf("%s: stored (-want +got)\n%s", write, diff)
		}
		path := field.PropertyPath(a.list)
		if f := r.Merge.Fields; len(f) != 1 || f[0].Path != path || f[0].Overlaps || !cmp.Equal(f[0].Merged, any(merged)) {
			t.Errorf("%s: reported %+v", write, f[0])
		}
		logged := []revision.FieldChange{{Path: path, Old: contacttest.SetProperty(a.list, "chess", "films").Values, New: merged}}
		if n > 0 {
			logged = []revision.FieldChange{}
		}
		if diff := cmp.Diff(logged, r.Change.Fields); diff != "" {
			t.Errorf("%s: logged (-want +got)\n%s", write, diff)
		}
	}
}

// A conflict shows what a merge would result in, for a client that asks for a choice in other
// fields.
func TestConflictShowsMergedValues(t *testing.T) {
	t.Parallel()
	a := newValuesTenant(t, false)
	single := a.NewProperty(catalog.NewProperty{Name: "Single"})
	c := a.NewContact(nil, a.details("a"))
	both := func(l contact.Lock, one string, values ...string) error {
		d := a.details(values...)
		d.Properties = append(d.Properties, contacttest.SetProperty(single, one))
		return contacttest.ErrOf(a.SetDetails(a.Agent, contact.SetDetails{ID: c.ID, Lock: l, Details: d}))
	}
	if err := both(contacttest.Overwrite, "theirs", "a", "b"); err != nil {
		t.Fatal(err)
	}
	for _, policy := range []contact.Policy{contact.Reject, contact.Merge} {
		d := contacttest.ConflictOf(t, both(contact.Lock{Expected: &c.Version, OnConflict: policy}, "mine", "a", "c"))
		if d == nil || len(d.Fields) != 2 || d.Mergeable() {
			t.Fatalf("%v: got %+v", policy, d)
		}
		for i, want := range []struct {
			id       int
			merged   []string
			overlaps bool
		}{{a.list, []string{"a", "b", "c"}, false}, {single, []string{"theirs"}, true}} {
			got, wantMerged := d.Fields[i], any(contacttest.SetProperty(want.id, want.merged...).Values)
			if got.Path != field.PropertyPath(want.id) || got.Overlaps != want.overlaps || !cmp.Equal(got.Merged, wantMerged) {
				t.Errorf("%v: got %+v, want %+v", policy, got, want)
			}
		}
	}
}

// The limits apply to the result of a merge, although each side keeps them.
func TestMergedValuesAreCounted(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		required           bool
		base, theirs, mine []string
		want               string
	}{
		"too many values":  {false, []string{}, numbered("theirs", 60), numbered("mine", 60), "TOO_MANY"},
		"as many as fit":   {false, []string{}, numbered("theirs", 50), numbered("mine", 50), ""},
		"none is left":     {true, []string{"a", "b"}, []string{"a"}, []string{"b"}, "REQUIRED"},
		"only one is left": {true, []string{"a", "b"}, []string{"a"}, []string{"a"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newValuesTenant(t, tt.required)
			c := a.NewContact(nil, a.details("x"))
			base := contacttest.Must(a.write(c.ID, contacttest.Overwrite, append(tt.base, "x")...)).Contact
			contacttest.Must(a.write(c.ID, contacttest.Overwrite, tt.theirs...))
			do := func() error {
				return contacttest.ErrOf(a.write(c.ID, contacttest.MergeFrom(base.Version), tt.mine...))
			}
			if tt.want != "" {
				a.WantErrors(name, do, tt.want+" "+field.PropertyPath(a.list))
			} else if err := do(); err != nil {
				t.Error(err)
			}
		})
	}
}

// An undo of values keeps what others have added and removed since.
func TestUndoOfValuesKeepsLaterOnes(t *testing.T) {
	t.Parallel()
	a := newValuesTenant(t, false)
	c := a.NewContact(nil, a.details("a", "b"))
	undone := contacttest.Must(a.write(c.ID, contacttest.Overwrite, "b", "c")).Change
	contacttest.Must(a.write(c.ID, contacttest.Overwrite, "d", "c"))
	r, err := a.Undo(a.Agent, revision.ChangeID{Contact: c.ID, Version: undone.Version})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"d", "a"}, a.values(c.ID)); diff != "" {
		t.Errorf("after the undo (-want +got)\n%s", diff)
	}
	if _, err := a.Undo(a.Agent, revision.ChangeID{Contact: c.ID, Version: r.Change.Version}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"d", "c"}, a.values(c.ID)); diff != "" {
		t.Errorf("after its undo (-want +got)\n%s", diff)
	}
}

// Clients that add values to one list, each from the version that it last read, lose none of them;
// nor does a value that one has removed return.
func TestManyAddValuesToOneProperty(t *testing.T) {
	t.Parallel()
	const clients, each = 8, 12
	a := newValuesTenant(t, false)
	c := a.NewContact(nil, a.details(numbered("first", 4)...))
	var all sync.WaitGroup
	for i := range clients {
		all.Go(func() {
			read, version := numbered("first", 4), c.Version
			for n := range each {
				mine := append(slices.Clone(read), fmt.Sprint("client ", i, " ", n))
				if i < 4 { // one of the first values each
					mine = slices.DeleteFunc(mine, func(v string) bool { return v == "first"+strconv.Itoa(i) })
				}
				r, err := a.write(c.ID, contacttest.MergeFrom(version), mine...)
				if err != nil {
					t.Errorf("client %d, write %d: %v", i, n, err)
					return
				}
				version = r.Contact.Version
				read = a.valuesOf(contacttest.Must(a.AsOf(a.Agent, c.ID, version)))
			}
		})
	}
	all.Wait()
	var want []string
	for i := range clients {
		for n := range each {
			want = append(want, fmt.Sprint("client ", i, " ", n))
		}
	}
	got := a.values(c.ID)
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the values (-want +got)\n%s", diff)
	}
}

// A property with one value is compared as a whole.
func TestSingleValuesAreMergedAsAWhole(t *testing.T) {
	t.Parallel()
	a := contacttest.New(t).Demo
	single := a.NewProperty(catalog.NewProperty{Name: "Single"})
	c := a.NewContact(nil)
	set := func(l contact.Lock, value string) error {
		return contacttest.ErrOf(a.SetDetails(a.Agent, contact.SetDetails{ID: c.ID, Lock: l, Details: contact.Details{
			Properties: []contact.PropertyPatch{contacttest.SetProperty(single, value)},
		}}))
	}
	if err := set(contacttest.Overwrite, "theirs"); err != nil {
		t.Fatal(err)
	}
	a.WantErrors("both set it", func() error { return set(contacttest.MergeFrom(c.Version), "mine") }, string(usererror.VersionConflict))
	if err := set(contacttest.MergeFrom(c.Version), "theirs"); err != nil {
		t.Error(err)
	}
}
