package contact_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"testing"

	"contactgraph/ent"
	"contactgraph/ent/login"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/merge"
	"contactgraph/internal/revision"

	"github.com/google/go-cmp/cmp"
)

// report writes each field of a divergence as a line: base → theirs | yours, with ! where they overlap, and who changed it.
func describe(d *merge.Divergence) (lines []string) {
	if d == nil {
		return nil
	}
	text := func(v any) string {
		b := contacttest.Must(json.Marshal(v))
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

func TestConflictShowsBothSides(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	note := a.NewProperty(catalog.NewProperty{Name: "Note"})
	path := "properties." + strconv.Itoa(note)
	one, two := a.SegmentIDs[0], a.SegmentIDs[1]
	setField := func(f *field.Field, v any) func(context.Context, int) error {
		return func(ctx context.Context, id int) error {
			return contacttest.ErrOf(a.OverwriteFields(ctx, id, field.Patch{f: v}))
		}
	}
	details := func(d contact.Details) func(context.Context, int) error {
		return func(ctx context.Context, id int) error { return contacttest.ErrOf(a.OverwriteDetails(ctx, id, d)) }
	}
	members := func(ids ...int) contact.Details { return contact.Details{Membership: &ids} }
	logins := func(names ...string) contact.Details {
		set := []field.Login{}
		for _, n := range names {
			set = append(set, field.Login{Name: n, Kind: login.KindBlank})
		}
		return contact.Details{Logins: &set}
	}
	jsonOf := func(names ...string) string { return string(contacttest.Must(json.Marshal(logins(names...).Logins))) }
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
			"times and ids", []func(context.Context, int) error{setField(field.LimitUntil, contacttest.Start), setField(field.PreferredStore, a.StoreIDs[0])},
			field.Patch{field.LimitUntil: contacttest.Start, field.PreferredStore: a.StoreIDs[0], field.LimitPermanently: true}, []string{
				`limitMailsPermanently: false → false | true`,
				`limitMailsTemporarilyUntil: null → "2026-03-01T12:00:00.123456Z" | "2026-03-01T12:00:00.123456Z" by demo-AGENT at version 3`,
				fmt.Sprintf(`preferredStoreId: null → %d | %d by demo-AGENT at version 4`, a.StoreIDs[0], a.StoreIDs[0]),
			}, true,
		},
		{
			"a property", []func(context.Context, int) error{details(contact.Details{Properties: []contact.PropertyPatch{contacttest.SetProperty(note, "theirs")}})},
			contact.Details{Properties: []contact.PropertyPatch{contacttest.SetProperty(note, "yours")}, Membership: &[]int{one}}, []string{
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
		c := a.NewContact(field.Patch{field.FirstName: "Anna"})
		c = contacttest.Must(a.OverwriteDetails(a.Agent, c.ID, members(one))).Contact
		for _, do := range tt.others {
			if err := do(a.Agent, c.ID); err != nil {
				t.Fatalf("%s: %v", tt.name, err)
			}
		}
		refused := contacttest.ConflictOf(t, writeAny(a, c.ID, contacttest.ExpectVersionOf(c), tt.yours))
		if diff := cmp.Diff(tt.want, describe(refused)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
		if refused.Mergeable() != tt.merges {
			t.Errorf("%s: mergeable %v", tt.name, refused.Mergeable())
		}
		if refused := contacttest.ConflictOf(t, writeAny(a, c.ID, contacttest.MergeFrom(c.Version), tt.yours)); (refused == nil) != tt.merges {
			t.Errorf("%s: merging is refused with %q", tt.name, describe(refused))
		}
		if kept, err := a.Get(a.Agent, c.ID); err == nil { // another's turn with the names
			contacttest.Must(a.Delete(a.Agent, contact.Delete{ID: c.ID, Lock: contacttest.ExpectVersionOf(kept)}))
		}
	}
}

// writeAny writes fields, details, or removes.
func writeAny(a *contacttest.Tenant, id int, lock contact.Lock, what any) error {
	switch what := what.(type) {
	case field.Patch:
		return contacttest.ErrOf(a.Update(a.Agent, contact.Update{ID: id, Lock: lock, Set: what}))
	case contact.Details:
		return contacttest.ErrOf(a.SetDetails(a.Agent, contact.SetDetails{ID: id, Lock: lock, Details: what}))
	}
	return contacttest.ErrOf(a.Delete(a.Agent, contact.Delete{ID: id, Lock: lock}))
}

func TestMergeTellsWhatItMet(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	c := a.NewContact(field.Patch{field.FirstName: "Anna"})
	contacttest.Must(a.OverwriteFields(a.Agent, c.ID, field.Patch{field.LastName: "Ek"}))
	r := contacttest.Must(a.Update(a.Agent, contact.Update{ID: c.ID, Lock: contacttest.MergeFrom(c.Version), Set: field.Patch{field.FirstName: "Eva"}}))
	want := []string{`firstName: "Anna" → "Anna" | "Eva"`, `lastName: null → "Ek" | null by demo-AGENT at version 2`}
	if diff := cmp.Diff(want, describe(r.Merge)); diff != "" || r.Merge.Base != 1 || r.Merge.Latest != 2 || r.Contact.Version != 3 {
		t.Errorf("merged %d over %d to %d (-want +got)\n%s", r.Merge.Base, r.Merge.Latest, r.Contact.Version, diff)
	}
	if r := contacttest.Must(a.Update(a.Agent, contact.Update{ID: c.ID, Lock: contacttest.MergeFrom(3)})); r.Merge != nil {
		t.Errorf("nothing came between, and it was merged with %q", describe(r.Merge))
	}
}

func TestConflictWithAVersionThatIsNotKnown(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	c := a.NewContact(field.Patch{field.FirstName: "Anna"})
	contacttest.Must(a.OverwriteFields(a.Agent, c.ID, nil))
	contacttest.Must(a.OverwriteFields(a.Agent, c.ID, nil))
	if _, err := f.DB.Raw().ExecContext(t.Context(), "DELETE FROM changes WHERE version = 2"); err != nil {
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
		for _, lock := range []contact.Lock{contacttest.MergeFrom(tt.version), contacttest.ExpectVersion(tt.version)} {
			if tt.gap == merge.NoGap && lock.OnConflict == contact.Merge {
				continue // it merges
			}
			_, err := a.Update(a.Agent, contact.Update{ID: c.ID, Lock: lock, Set: field.Patch{field.FirstName: "Eva", field.LastName: nil}})
			d := contacttest.ConflictOf(t, err)
			if diff := cmp.Diff(tt.fields, describe(d)); d.Gap != tt.gap || d.Mergeable() != (tt.gap == merge.NoGap) || diff != "" {
				t.Errorf("version %d: gap %q, mergeable %v (-want +got)\n%s", tt.version, d.Gap, d.Mergeable(), diff)
			}
		}
	}
}

// A password has no value to compare: two new ones always overlap.
func TestPasswordsDoNotMerge(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	c := a.NewContact(nil)
	contacttest.Must(setPassword(a.Agent, f.Commands, c.ID, new("one"), nil))
	password := func(v revision.Version) error {
		return contacttest.ErrOf(a.Update(a.Agent, contact.Update{ID: c.ID, Lock: contacttest.MergeFrom(v), Password: &contact.PasswordChange{New: new("two")}}))
	}
	if diff := cmp.Diff([]string{"password: null → null | null ! by demo-AGENT at version 2"}, describe(contacttest.ConflictOf(t, password(c.Version)))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	contacttest.Must(a.OverwriteFields(a.Agent, c.ID, field.Patch{field.FirstName: "Eva"}))
	if err := password(2); err != nil {
		t.Errorf("beside a name: %v", err)
	}
	if got := *a.MustGet(c.ID).PasswordHash; got != "hash of two" {
		t.Errorf("the password is %q", got)
	}
}

// A customer sees what was done to its contact, and not by whom.
func TestConflictHidesStaffFromCustomers(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	c := a.NewContact(field.Patch{field.FirstName: "Anna"})
	contacttest.Must(a.OverwriteFields(a.Agent, c.ID, field.Patch{field.FirstName: "Eva"}))
	contacttest.Must(a.OverwriteFields(a.AsCustomer(c), c.ID, field.Patch{field.LastName: "Ek"}))
	_, err := a.Update(a.AsCustomer(c), contact.Update{ID: c.ID, Lock: contacttest.ExpectVersionOf(c), Set: field.Patch{field.FirstName: "Ida"}})
	d := contacttest.ConflictOf(t, err)
	want := []string{`firstName: "Anna" → "Eva" | "Ida" ! by  at version 2`, `lastName: null → "Ek" | null by  at version 3`}
	if diff := cmp.Diff(want, describe(d)); diff != "" {
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
