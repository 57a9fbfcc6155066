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
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/merge"
	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// state has the value of each part of a contact: a field, the value of a property, the descriptions
// of one of several values, the type of a login, "in" for a segment. Parts without a value are
// absent or "".
type state map[string]string

// randomEdit is a random write with the values that it sets.
type randomEdit struct {
	update  field.Patch // nil for a write of details
	details contact.Details
	desired state
}

// If two writes start from the same base, both are applied, in either order, unless they set the
// same part to different values.
func TestMergeKeepsBothEdits(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	m := &mergeTenant{
		Tenant: f.Demo,
		bound:  f.Demo.NewProperty(catalog.NewProperty{Name: "First", Bound: new(property.BoundFirstName)}),
		single: f.Demo.NewProperty(catalog.NewProperty{Name: "p"}),
		list:   f.Demo.NewProperty(catalog.NewProperty{Name: "q", Multiple: true}),
	}
	merged, failed := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		fields, details := m.draw(rt, "base", true), m.draw(rt, "base", false)
		mine, yours := m.draw(rt, "mine", rapid.Bool().Draw(rt, "fields")), m.draw(rt, "yours", rapid.Bool().Draw(rt, "fields"))
		base := maps.Clone(fields.desired)
		maps.Copy(base, details.desired)
		clash := overlap(base, mine, yours)
		want := combine(base, mine.changes(base), yours.changes(base))
		for _, turns := range [][]randomEdit{{mine, yours}, {yours, mine}} {
			c := m.NewContact(nil)
			for _, w := range []randomEdit{fields, details} {
				m.write(rt, c.ID, contacttest.Overwrite, w)
			}
			from := m.MustGet(c.ID).Version
			if m.write(rt, c.ID, contacttest.MergeFrom(from), turns[0]) {
				rt.Fatal("the first met a conflict")
			}
			if got := m.write(rt, c.ID, contacttest.MergeFrom(from), turns[1]); got != clash {
				rt.Fatalf("from %v, %v and then %v: conflict %v, overlap %v", base, turns[0].desired, turns[1].desired, got, clash)
			}
			if diff := cmp.Diff(want, m.readState(c.ID)); diff != "" && !clash {
				rt.Fatalf("from %v, %v and then %v (-want +got)\n%s", base, turns[0].desired, turns[1].desired, diff)
			}
		}
		if clash {
			failed++
		} else {
			merged++
		}
	})
	t.Logf("%d merged, %d failed", merged, failed)
	if merged == 0 || failed == 0 {
		t.Error("one of the two never happened")
	}
}

// overlap reports whether two edits change one part to different values.
func overlap(base state, mine, yours randomEdit) bool {
	theirs := yours.changes(base)
	for part, value := range mine.changes(base) {
		if other, ok := theirs[part]; ok && value != other {
			return true
		}
	}
	return false
}

// changes returns the parts that the edit changes.
func (w randomEdit) changes(base state) state {
	p := maps.Clone(w.desired)
	maps.DeleteFunc(p, func(part, value string) bool { return base[part] == value })
	return p
}

// combine returns the states applied over each other.
func combine(pictures ...state) state {
	all := state{}
	for _, p := range pictures {
		maps.Copy(all, p)
	}
	maps.DeleteFunc(all, func(_, value string) bool { return value == "" })
	return all
}

// mergeTenant is a tenant with properties to merge: one that is bound to the first name, one with a
// single value, and one with several.
type mergeTenant struct {
	*contacttest.Tenant
	bound, single, list int
}

// set adds the value of a property to the state.
func (m *mergeTenant) set(s state, property int, v field.Value) {
	switch property {
	case m.bound:
		s[field.FirstName.Path] = v.Value
	case m.single:
		s["property"] = v.Value
	default:
		if v.Description == nil {
			v.Description = new("")
		}
		s["value "+v.Value] += "[" + *v.Description + "]"
	}
}

// write applies the edit, and reports whether there was a conflict.
func (m *mergeTenant) write(rt *rapid.T, id int, lock contact.Lock, w randomEdit) (conflict bool) {
	var err error
	if w.update != nil {
		_, err = m.Update(m.Agent, contact.Update{ID: id, Lock: lock, Set: w.update})
	} else {
		d := w.details
		if d.Logins != nil { // logins are unique in the account, so each contact has its own
			own := slices.Clone(*d.Logins)
			for i := range own {
				own[i].Name += fmt.Sprint(" of ", id)
			}
			d.Logins = &own
		}
		_, err = m.SetDetails(m.Agent, contact.SetDetails{ID: id, Lock: lock, Details: d})
	}
	var errs usererror.Errors
	switch {
	case err == nil:
		return false
	case errors.As(err, &errs) && len(errs) == 1 && errs[0].Code == usererror.VersionConflict && errs[0].Conflict.Gap == merge.NoGap:
		if errs[0].Conflict.Mergeable() {
			rt.Fatalf("failed although it is mergeable: %v", errs)
		}
		return true
	}
	rt.Fatal(err)
	return false
}

func (m *mergeTenant) draw(rt *rapid.T, who string, fields bool) randomEdit {
	if fields {
		return m.drawFields(rt, who)
	}
	return m.drawDetails(rt, who)
}

func (m *mergeTenant) drawFields(rt *rapid.T, who string) randomEdit {
	w := randomEdit{update: field.Patch{}, desired: state{}}
	for _, f := range []*field.Field{field.FirstName, field.LastName, field.PermissionSource} {
		switch value := rapid.SampledFrom([]string{"untouched", "", "x", "y"}).Draw(rt, who+" "+f.Path); value {
		case "untouched":
		case "":
			w.update[f], w.desired[f.Path] = nil, ""
		default:
			w.update[f], w.desired[f.Path] = value, value
		}
	}
	return w
}

func (m *mergeTenant) drawDetails(rt *rapid.T, who string) randomEdit {
	w := randomEdit{desired: state{}}
	for _, id := range []int{m.bound, m.single, m.list} {
		if !rapid.Bool().Draw(rt, who+" leaves a property") {
			p := contact.PropertyPatch{Property: id, Values: m.drawValues(rt, who, id)}
			w.details.Properties = append(w.details.Properties, p)
			maps.Copy(w.desired, map[int]state{
				m.bound: {field.FirstName.Path: ""}, m.single: {"property": ""}, m.list: {"value x": "", "value y": "", "value z": ""},
			}[id])
			for _, v := range p.Values {
				m.set(w.desired, id, v)
			}
		}
	}
	if rapid.Bool().Draw(rt, who+" membership") {
		set := []int{}
		for _, id := range m.SegmentIDs {
			w.desired[fmt.Sprint("segment ", id)] = rapid.SampledFrom([]string{"", "in"}).Draw(rt, who+" segment")
			if w.desired[fmt.Sprint("segment ", id)] != "" {
				set = append(set, id)
			}
		}
		w.details.Membership = &set
	}
	if rapid.Bool().Draw(rt, who+" logins") {
		set := []field.Login{}
		for _, name := range []string{"a", "b", "c"} {
			kind := rapid.SampledFrom([]login.Kind{"", login.KindEmail, login.KindGoogle}).Draw(rt, who+" login")
			w.desired["login "+name] = string(kind)
			if kind != "" {
				set = append(set, field.Login{Name: name, Kind: kind})
			}
		}
		w.details.Logins = &set
	}
	return w
}

// drawValues returns random values of a property; only those of a list have descriptions.
func (m *mergeTenant) drawValues(rt *rapid.T, who string, property int) []field.Value {
	most := 1
	if property == m.list {
		most = 3
	}
	var values []field.Value
	for _, text := range rapid.SliceOfN(rapid.SampledFrom([]string{"x", "y", "z"}), 0, most).Draw(rt, who+" property") {
		v := field.Value{Value: text}
		if property == m.list && rapid.Bool().Draw(rt, who+" description") {
			v.Description = new("note")
		}
		values = append(values, v)
	}
	return values
}

// readState returns the stored state of the contact.
func (m *mergeTenant) readState(id int) state {
	c := m.DB.Client().Contact.Query().Where(entcontact.ID(id)).WithLogins().WithMemberships().
		WithValues(func(q *ent.PropertyValueQuery) { q.Order(propertyvalue.ByPosition()) }).OnlyX(m.Agent)
	p := state{}
	for _, f := range []*field.Field{field.FirstName, field.LastName, field.PermissionSource} {
		if v, ok := f.Get(c).(string); ok {
			p[f.Path] = v
		}
	}
	for _, v := range c.Edges.Values {
		m.set(p, v.PropertyID, field.Value{Value: v.Value, Description: v.Description})
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

// Concurrent writes that expect old versions are all in the result.
func TestManyMergeIntoOneContact(t *testing.T) {
	t.Parallel()
	const clients = 16
	each := databasetest.Repetitions(100, 625)
	f := contacttest.New(t)
	a := f.Demo
	c := a.NewContact(nil)
	props := make([]int, clients)
	for i := range props {
		props[i] = a.NewProperty(catalog.NewProperty{Name: fmt.Sprint("p", i)})
	}
	var all sync.WaitGroup
	for i := range clients {
		all.Go(func() {
			version := c.Version
			for n := range each {
				r, err := f.SetDetails(a.Agent, contact.SetDetails{
					ID: c.ID, Lock: contacttest.MergeFrom(version), Details: contact.Details{Properties: []contact.PropertyPatch{contacttest.SetProperty(props[i], strconv.Itoa(n+1))}},
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
	if got := a.MustGet(c.ID).Version; got != c.Version+revision.Version(clients*each) {
		t.Errorf("%d writes raised the version from %d to %d", clients*each, c.Version, got)
	}
	last := map[int]int{}
	for _, v := range f.DB.Client().PropertyValue.Query().AllX(a.Agent) {
		last[v.PropertyID], _ = strconv.Atoi(v.Value)
	}
	logged := map[int][]string{}
	for _, row := range a.Log() {
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

// A merged write is checked completely, even the parts that merging leaves out.
func TestMergeChecksWhatItLeavesOut(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	note := a.NewProperty(catalog.NewProperty{Name: "Note"})
	c := a.NewContact(nil)
	contacttest.Must(a.OverwriteFields(a.Agent, c.ID, nil))
	for name, tt := range map[string]struct {
		patches []contact.PropertyPatch
		want    string
	}{
		"one property twice":  {[]contact.PropertyPatch{contacttest.SetProperty(note, "lost"), contacttest.SetProperty(note)}, "DUPLICATE properties." + strconv.Itoa(note)},
		"an unknown property": {[]contact.PropertyPatch{contacttest.SetProperty(999)}, "PROPERTY_NOT_FOUND properties.999"},
	} {
		f.WantErrors(name, func() error {
			return contacttest.ErrOf(a.SetDetails(a.Agent, contact.SetDetails{ID: c.ID, Lock: contacttest.MergeFrom(c.Version), Details: contact.Details{Properties: tt.patches}}))
		}, tt.want)
	}
}
