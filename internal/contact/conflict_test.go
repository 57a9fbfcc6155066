package contact_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"contactgraph/ent"
	"contactgraph/ent/login"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/merge"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"

	"github.com/google/go-cmp/cmp"
)

// report writes each field of a divergence as a line: base → theirs | yours, with ! where they overlap, and who changed it.
func report(d *merge.Divergence) (lines []string) {
	if d == nil {
		return nil
	}
	text := func(v any) string {
		b := must(json.Marshal(v))
		return string(b)
	}
	for _, c := range d.Fields {
		line := fmt.Sprintf("%s: %s → %s | %s", c.Path, text(c.Base), text(c.Latest), text(c.Yours))
		if c.Overlaps {
			line += " !"
		}
		if c.Change != nil {
			line += fmt.Sprintf(" by %s at version %d", c.Change.ActorName, c.Change.Version)
		}
		lines = append(lines, line)
	}
	return lines
}

// conflict is the report of a write that was refused for its version, nil if it was not.
func conflict(t *testing.T, err error) *merge.Divergence {
	t.Helper()
	var errs usererror.Errors
	if !errors.As(err, &errs) {
		if err != nil {
			t.Error(err)
		}
		return nil
	}
	if e := errs.First(usererror.VersionConflict); e != nil {
		return e.Conflict
	}
	t.Errorf("refused without a conflict: %v", errs)
	return nil
}

func TestConflictShowsBothSides(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	note := a.property(catalog.NewProperty{Name: "Note"})
	path := "properties." + itoa(note)
	one, two := a.segments[0], a.segments[1]
	setField := func(f *field.Field, v any) func(context.Context, int) error {
		return func(ctx context.Context, id int) error { return errOf(a.update(ctx, id, field.Patch{f: v})) }
	}
	details := func(d contact.Details) func(context.Context, int) error {
		return func(ctx context.Context, id int) error { return errOf(a.details(ctx, id, d)) }
	}
	members := func(ids ...int) contact.Details { return contact.Details{Membership: &ids} }
	logins := func(names ...string) contact.Details {
		set := []field.Login{}
		for _, n := range names {
			set = append(set, field.Login{Name: n, Kind: login.KindBlank})
		}
		return contact.Details{Logins: &set}
	}
	jsonOf := func(names ...string) string { return string(must(json.Marshal(logins(names...).Logins))) }
	tests := []struct {
		name   string
		others []func(context.Context, int) error
		yours  any // a contact.Patch, contact.Details, or nil for a removal
		want   []string
		merges bool
	}{
		{
			"another field", []func(context.Context, int) error{setField(field.LastName, "Ek")}, field.Patch{field.FirstName: "Eva"},
			[]string{`firstName: "Anna" → "Anna" | "Eva"`, `lastName: null → "Ek" | null by demo-AGENT at version 3`}, true,
		},
		{
			"the same field", []func(context.Context, int) error{setField(field.FirstName, "Eva"), setField(field.FirstName, "Ada")}, field.Patch{field.FirstName: "Ida"},
			[]string{`firstName: "Anna" → "Ada" | "Ida" ! by demo-AGENT at version 4`}, false,
		},
		{
			"the same field, to the same value", []func(context.Context, int) error{setField(field.FirstName, "Eva")}, field.Patch{field.FirstName: "Eva"},
			[]string{`firstName: "Anna" → "Eva" | "Eva" by demo-AGENT at version 3`}, true,
		},
		{
			"a field that is sent as it was", []func(context.Context, int) error{setField(field.FirstName, "Eva")}, field.Patch{field.FirstName: "Anna", field.LastName: "Ek"},
			[]string{`firstName: "Anna" → "Eva" | "Anna" by demo-AGENT at version 3`, `lastName: null → null | "Ek"`}, true,
		},
		{
			"a field that was changed and changed back", []func(context.Context, int) error{setField(field.FirstName, "Eva"), setField(field.FirstName, "Anna")},
			field.Patch{field.FirstName: "Ida"}, []string{`firstName: "Anna" → "Anna" | "Ida" by demo-AGENT at version 4`}, true,
		},
		{
			"times and ids", []func(context.Context, int) error{setField(field.LimitUntil, start), setField(field.PreferredStore, a.stores[0])},
			field.Patch{field.LimitUntil: start, field.PreferredStore: a.stores[0], field.LimitPermanently: true}, []string{
				`limitMailsPermanently: false → false | true`,
				`limitMailsTemporarilyUntil: null → "2026-03-01T12:00:00.123456Z" | "2026-03-01T12:00:00.123456Z" by demo-AGENT at version 3`,
				fmt.Sprintf(`preferredStoreId: null → %d | %d by demo-AGENT at version 4`, a.stores[0], a.stores[0]),
			}, true,
		},
		{
			"a property", []func(context.Context, int) error{details(contact.Details{Properties: []contact.PropertyPatch{set(note, "theirs")}})},
			contact.Details{Properties: []contact.PropertyPatch{set(note, "yours")}, Membership: &[]int{one}}, []string{
				path + `: [] → [{"value":"theirs","description":null}] | [{"value":"yours","description":null}] ! by demo-AGENT at version 3`,
				fmt.Sprintf(`membership: [%d] → [%d] | [%d]`, one, one, one),
			}, false,
		},
		{
			"segments", []func(context.Context, int) error{details(members(two))}, members(),
			[]string{fmt.Sprintf(`membership: [%d] → [%d] | [] by demo-AGENT at version 3`, one, two)}, true,
		},
		{
			"logins", []func(context.Context, int) error{details(logins("a", "b"))}, logins("c"),
			[]string{fmt.Sprintf(`logins: [] → %s | %s by demo-AGENT at version 3`, jsonOf("a", "b"), jsonOf("c"))}, true,
		},
		{
			"a removal", []func(context.Context, int) error{setField(field.FirstName, "Eva")}, nil,
			[]string{`firstName: "Anna" → "Eva" | null ! by demo-AGENT at version 3`}, false,
		},
		{
			"a removal of what is as it was", []func(context.Context, int) error{setField(field.FirstName, "Eva"), setField(field.FirstName, "Anna")}, nil,
			[]string{`firstName: "Anna" → "Anna" | null by demo-AGENT at version 4`}, true,
		},
	}
	for _, tt := range tests {
		c := a.create(field.Patch{field.FirstName: "Anna"})
		c = must(a.details(a.agent, c.ID, members(one))).Contact
		for _, do := range tt.others {
			if err := do(a.agent, c.ID); err != nil {
				t.Fatalf("%s: %v", tt.name, err)
			}
		}
		refused := conflict(t, a.writeAny(c.ID, at(c), tt.yours))
		if diff := cmp.Diff(tt.want, report(refused)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
		if refused.Mergeable() != tt.merges {
			t.Errorf("%s: mergeable %v", tt.name, refused.Mergeable())
		}
		if refused := conflict(t, a.writeAny(c.ID, merging(c.Version), tt.yours)); (refused == nil) != tt.merges {
			t.Errorf("%s: merging is refused with %q", tt.name, report(refused))
		}
		if kept, err := a.Get(a.agent, c.ID); err == nil { // another's turn with the names
			must(a.Delete(a.agent, contact.Delete{ID: c.ID, Lock: at(kept)}))
		}
	}
}

// writeAny writes fields, details, or removes.
func (a *tenant) writeAny(id int, lock contact.Lock, what any) error {
	switch what := what.(type) {
	case field.Patch:
		return errOf(a.Update(a.agent, contact.Update{ID: id, Lock: lock, Set: what}))
	case contact.Details:
		return errOf(a.SetDetails(a.agent, contact.SetDetails{ID: id, Lock: lock, Details: what}))
	}
	return errOf(a.Delete(a.agent, contact.Delete{ID: id, Lock: lock}))
}

func TestMergeTellsWhatItMet(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	c := a.create(field.Patch{field.FirstName: "Anna"})
	must(a.update(a.agent, c.ID, field.Patch{field.LastName: "Ek"}))
	r := must(a.Update(a.agent, contact.Update{ID: c.ID, Lock: merging(c.Version), Set: field.Patch{field.FirstName: "Eva"}}))
	want := []string{`firstName: "Anna" → "Anna" | "Eva"`, `lastName: null → "Ek" | null by demo-AGENT at version 2`}
	if diff := cmp.Diff(want, report(r.Merge)); diff != "" || r.Merge.Base != 1 || r.Merge.Latest != 2 || r.Contact.Version != 3 {
		t.Errorf("merged %d over %d to %d (-want +got)\n%s", r.Merge.Base, r.Merge.Latest, r.Contact.Version, diff)
	}
	if r := must(a.Update(a.agent, contact.Update{ID: c.ID, Lock: merging(3)})); r.Merge != nil {
		t.Errorf("nothing came between, and it was merged with %q", report(r.Merge))
	}
}

func TestConflictWithAVersionThatIsNotKnown(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	c := a.create(field.Patch{field.FirstName: "Anna"})
	must(a.update(a.agent, c.ID, nil))
	must(a.update(a.agent, c.ID, nil))
	if _, err := f.db.Raw().ExecContext(t.Context(), "DELETE FROM changes WHERE version = 2"); err != nil {
		t.Fatal(err)
	}
	known := []string{`firstName: "Anna" → "Anna" | "Eva"`, `lastName: null → null | null`}
	unknown := []string{`firstName: null → "Anna" | "Eva" !`, `lastName: null → null | null`}
	tests := []struct {
		version revision.Version
		gap     merge.Gap
		fields  []string
	}{
		{revision.Stale, merge.Unknown, unknown}, {4, merge.Unknown, unknown}, {1, merge.TooOld, unknown}, {2, merge.NoGap, known},
	}
	for _, tt := range tests {
		for _, lock := range []contact.Lock{merging(tt.version), expecting(tt.version)} {
			if tt.gap == merge.NoGap && lock.OnConflict == contact.Merge {
				continue // it merges
			}
			_, err := a.Update(a.agent, contact.Update{ID: c.ID, Lock: lock, Set: field.Patch{field.FirstName: "Eva", field.LastName: nil}})
			d := conflict(t, err)
			if diff := cmp.Diff(tt.fields, report(d)); d.Gap != tt.gap || d.Mergeable() != (tt.gap == merge.NoGap) || diff != "" {
				t.Errorf("version %d: gap %q, mergeable %v (-want +got)\n%s", tt.version, d.Gap, d.Mergeable(), diff)
			}
		}
	}
}

// A password has no value to compare: two new ones always overlap.
func TestPasswordsDoNotMerge(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	c := a.create(nil)
	must(f.setPassword(a.agent, c.ID, new("one"), nil))
	password := func(v revision.Version) error {
		return errOf(a.Update(a.agent, contact.Update{ID: c.ID, Lock: merging(v), Password: &contact.PasswordChange{New: new("two")}}))
	}
	if diff := cmp.Diff([]string{"password: null → null | null ! by demo-AGENT at version 2"}, report(conflict(t, password(c.Version)))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	must(a.update(a.agent, c.ID, field.Patch{field.FirstName: "Eva"}))
	if err := password(2); err != nil {
		t.Errorf("beside a name: %v", err)
	}
	if got := *a.get(c.ID).PasswordHash; got != "hash of two" {
		t.Errorf("the password is %q", got)
	}
}

// A customer sees what was done to its contact, and not by whom.
func TestConflictHidesStaffFromCustomers(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	c := a.create(field.Patch{field.FirstName: "Anna"})
	must(a.update(a.agent, c.ID, field.Patch{field.FirstName: "Eva"}))
	must(a.update(a.as(c), c.ID, field.Patch{field.LastName: "Ek"}))
	_, err := a.Update(a.as(c), contact.Update{ID: c.ID, Lock: at(c), Set: field.Patch{field.FirstName: "Ida"}})
	d := conflict(t, err)
	want := []string{`firstName: "Anna" → "Eva" | "Ida" ! by  at version 2`, `lastName: null → "Ek" | null by  at version 3`}
	if diff := cmp.Diff(want, report(d)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	who := func(row *ent.Change) string {
		return fmt.Sprintf("%s %d %s", row.ActorKind, row.ActorID, row.ActorName)
	}
	if got := who(d.Fields[0].Change); got != " 0 " {
		t.Errorf("the agent shows as %q", got)
	}
	if got, want := who(d.Fields[1].Change), fmt.Sprintf("contact %d ", c.ID); got != want {
		t.Errorf("the customer shows as %q, want %q", got, want)
	}
}
