package contact_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/login"
	"contactgraph/ent/property"
	"contactgraph/ent/propertyvalue"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/merge"
	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// merging is the lock of a caller who saw the version and wants to merge.
func merging(v revision.Version) contact.Lock {
	return contact.Lock{Expected: &v, OnConflict: contact.Merge}
}

// picture is what each thing about a contact is: a field, the values of a property, the type of a login, whether it is in a
// segment. What is absent is not in it, or "".
type picture map[string]string

// wish is one write: what it gives, and what the things that it is about are to be.
type wish struct {
	update  field.Patch // nil for a write of details
	details contact.Details
	things  picture
}

// Whatever two people want from the same base: both get it, in either order, unless they want different things of the same one.
func TestMergeKeepsWhatBothWant(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	m := &merger{tenant: f.demo, props: []int{
		f.demo.property(catalog.NewProperty{Name: "First", Bound: new(property.BoundFirstName)}),
		f.demo.property(catalog.NewProperty{Name: "p", Multiple: true}), f.demo.property(catalog.NewProperty{Name: "q", Multiple: true}),
	}}
	merged, refused := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		fields, details := m.draw(rt, "base", true), m.draw(rt, "base", false)
		mine, yours := m.draw(rt, "mine", rapid.Bool().Draw(rt, "fields")), m.draw(rt, "yours", rapid.Bool().Draw(rt, "fields"))
		base := maps.Clone(fields.things)
		maps.Copy(base, details.things)
		clash := overlap(base, mine, yours)
		want := present(base, mine.changes(base), yours.changes(base))
		for _, turns := range [][]wish{{mine, yours}, {yours, mine}} {
			c := m.create(nil)
			for _, w := range []wish{fields, details} {
				m.grant(rt, c.ID, overwrite, w)
			}
			from := m.get(c.ID).Version
			if m.grant(rt, c.ID, merging(from), turns[0]) {
				rt.Fatal("the first met a conflict")
			}
			if got := m.grant(rt, c.ID, merging(from), turns[1]); got != clash {
				rt.Fatalf("from %v, %v and then %v: conflict %v, overlap %v", base, turns[0].things, turns[1].things, got, clash)
			}
			if diff := cmp.Diff(want, m.picture(c.ID)); diff != "" && !clash {
				rt.Fatalf("from %v, %v and then %v (-want +got)\n%s", base, turns[0].things, turns[1].things, diff)
			}
		}
		if clash {
			refused++
		} else {
			merged++
		}
	})
	t.Logf("%d merged, %d refused", merged, refused)
	if merged == 0 || refused == 0 {
		t.Error("one of both never happened")
	}
}

// overlap reports whether two wishes change one thing to different values.
func overlap(base picture, mine, yours wish) bool {
	theirs := yours.changes(base)
	for thing, value := range mine.changes(base) {
		if other, ok := theirs[thing]; ok && value != other {
			return true
		}
	}
	return false
}

// changes are the things that the wish wants otherwise than they are.
func (w wish) changes(base picture) picture {
	p := maps.Clone(w.things)
	maps.DeleteFunc(p, func(thing, value string) bool { return base[thing] == value })
	return p
}

// present lays pictures over each other.
func present(pictures ...picture) picture {
	all := picture{}
	for _, p := range pictures {
		maps.Copy(all, p)
	}
	maps.DeleteFunc(all, func(_, value string) bool { return value == "" })
	return all
}

// merger is a tenant with properties to merge, the first of which is bound to the first name.
type merger struct {
	*tenant
	props []int
}

// grant does what the wish wants, and reports whether it met a conflict.
func (m *merger) grant(rt *rapid.T, id int, lock contact.Lock, w wish) (conflict bool) {
	var err error
	if w.update != nil {
		_, err = m.Update(m.agent, contact.Update{ID: id, Lock: lock, Set: w.update})
	} else {
		d := w.details
		if d.Logins != nil { // a name is unique in the account: each contact has its own
			own := slices.Clone(*d.Logins)
			for i := range own {
				own[i].Name += fmt.Sprint(" of ", id)
			}
			d.Logins = &own
		}
		_, err = m.SetDetails(m.agent, contact.SetDetails{ID: id, Lock: lock, Details: d})
	}
	var errs usererror.Errors
	switch {
	case err == nil:
		return false
	case errors.As(err, &errs) && len(errs) == 1 && errs[0].Code == usererror.VersionConflict && errs[0].Conflict.Gap == merge.NoGap:
		if errs[0].Conflict.Mergeable() {
			rt.Fatalf("refused, and said to be mergeable: %v", errs)
		}
		return true
	}
	rt.Fatal(err)
	return false
}

func (m *merger) draw(rt *rapid.T, who string, fields bool) wish {
	if fields {
		return m.drawFields(rt, who)
	}
	return m.drawDetails(rt, who)
}

func (m *merger) drawFields(rt *rapid.T, who string) wish {
	w := wish{update: field.Patch{}, things: picture{}}
	for _, f := range []*field.Field{field.FirstName, field.LastName, field.PermissionSource} {
		switch value := rapid.SampledFrom([]string{"untouched", "", "x", "y"}).Draw(rt, who+" "+f.Path); value {
		case "untouched":
		case "":
			w.update[f], w.things[f.Path] = nil, ""
		default:
			w.update[f], w.things[f.Path] = value, value
		}
	}
	return w
}

func (m *merger) drawDetails(rt *rapid.T, who string) wish {
	w := wish{things: picture{}}
	for i, id := range m.props {
		if rapid.Bool().Draw(rt, who+" leaves a property") {
			continue
		}
		p := contact.PropertyPatch{Property: id}
		for _, text := range rapid.SliceOfN(rapid.SampledFrom([]string{"x", "y"}), 0, min(i+1, 2)).Draw(rt, who+" property") {
			p.Values = append(p.Values, field.Value{Value: text})
		}
		w.details.Properties = append(w.details.Properties, p)
		if i == 0 {
			w.things[field.FirstName.Path] = textOf(p.Values)
		} else {
			w.things[fmt.Sprint("property ", id)] = textOf(p.Values)
		}
	}
	if rapid.Bool().Draw(rt, who+" membership") {
		set := []int{}
		for _, id := range m.segments {
			w.things[fmt.Sprint("segment ", id)] = rapid.SampledFrom([]string{"", "in"}).Draw(rt, who+" segment")
			if w.things[fmt.Sprint("segment ", id)] != "" {
				set = append(set, id)
			}
		}
		w.details.Membership = &set
	}
	if rapid.Bool().Draw(rt, who+" logins") {
		set := []field.Login{}
		for _, name := range []string{"a", "b", "c"} {
			kind := rapid.SampledFrom([]login.Kind{"", login.KindEmail, login.KindGoogle}).Draw(rt, who+" login")
			w.things["login "+name] = string(kind)
			if kind != "" {
				set = append(set, field.Login{Name: name, Kind: kind})
			}
		}
		w.details.Logins = &set
	}
	return w
}

// textOf writes values one after the other.
func textOf(values []field.Value) (text string) {
	for _, v := range values {
		text += v.Value
	}
	return text
}

// picture is the contact as it is stored.
func (m *merger) picture(id int) picture {
	c := m.db.Client().Contact.Query().Where(entcontact.ID(id)).WithLogins().WithMemberships().
		WithValues(func(q *ent.PropertyValueQuery) { q.Order(propertyvalue.ByPosition()) }).OnlyX(m.agent)
	p := picture{}
	for _, f := range []*field.Field{field.FirstName, field.LastName, field.PermissionSource} {
		if v, ok := f.Get(c).(string); ok {
			p[f.Path] = v
		}
	}
	for _, v := range c.Edges.Values {
		p[fmt.Sprint("property ", v.PropertyID)] += v.Value
	}
	for _, l := range c.Edges.Logins {
		name, _, _ := strings.Cut(l.Name, " ")
		p["login "+name] = string(l.Kind)
	}
	for _, s := range c.Edges.Memberships {
		p[fmt.Sprint("segment ", s.SegmentID)] = "in"
	}
	return p
}

// All that is written by many at once, from versions that are old when they arrive, is in the result.
func TestManyMergeIntoOneContact(t *testing.T) {
	t.Parallel()
	const clients = 16
	each := 625
	if databasetest.Postgres() { // where each write takes longer; what merges is the same code
		each = 100
	}
	f := newFixture(t)
	a := f.demo
	c := a.create(nil)
	props := make([]int, clients)
	for i := range props {
		props[i] = a.property(catalog.NewProperty{Name: fmt.Sprint("p", i)})
	}
	var all sync.WaitGroup
	for i := range clients {
		all.Go(func() {
			version := c.Version
			for n := range each {
				r, err := f.SetDetails(a.agent, contact.SetDetails{
					ID: c.ID, Lock: merging(version), Details: contact.Details{Properties: []contact.PropertyPatch{set(props[i], strconv.Itoa(n+1))}},
				})
				if err != nil {
					t.Errorf("client %d, write %d: %v", i, n, err)
					return
				}
				version = r.Contact.Version
			}
		})
	}
	all.Wait()
	if got := a.get(c.ID).Version; got != c.Version+revision.Version(clients*each) {
		t.Errorf("%d writes raised the version from %d to %d", clients*each, c.Version, got)
	}
	last := map[int]int{}
	for _, v := range f.db.Client().PropertyValue.Query().AllX(a.agent) {
		last[v.PropertyID], _ = strconv.Atoi(v.Value)
	}
	logged := map[int][]string{}
	for _, row := range a.log() {
		for _, change := range row.Fields {
			if id, err := strconv.Atoi(strings.TrimPrefix(change.Path, "properties.")); err == nil {
				logged[id] = append(logged[id], fmt.Sprint(change.New))
			}
		}
	}
	for i, id := range props {
		if last[id] != each || len(logged[id]) != each || !strings.Contains(logged[id][each-1], "value:"+strconv.Itoa(each)) {
			t.Errorf("client %d wrote %d times: the last value is %d, the log has %d", i, each, last[id], len(logged[id]))
		}
	}
}

// What is wrong with a write is wrong also when it is merged.
func TestMergeChecksWhatItLeavesOut(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	note := a.property(catalog.NewProperty{Name: "Note"})
	c := a.create(nil)
	must(a.update(a.agent, c.ID, nil))
	for name, tt := range map[string]struct {
		patches []contact.PropertyPatch
		want    string
	}{
		"one property twice": {[]contact.PropertyPatch{set(note, "lost"), set(note)}, "DUPLICATE properties." + itoa(note)},
		"one that is none":   {[]contact.PropertyPatch{set(999)}, "PROPERTY_NOT_FOUND properties.999"},
	} {
		f.refused(name, func() error {
			return errOf(a.SetDetails(a.agent, contact.SetDetails{ID: c.ID, Lock: merging(c.Version), Details: contact.Details{Properties: tt.patches}}))
		}, tt.want)
	}
}
