package contact_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/ent/company"
	"contactgraph/ent/login"
	"contactgraph/ent/session"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
	"contactgraph/internal/verify"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// mergeOf returns the command that merges contacts, as they are now, into the first.
func mergeOf(a *contacttest.Tenant, ids ...int) contact.MergeContacts {
	var members []contact.Member
	for _, id := range ids {
		members = append(members, contact.Member{ID: id, Lock: contacttest.ExpectVersionOf(a.MustGet(id))})
	}
	return contact.MergeContacts{Into: members[0], From: members[1:]}
}

// choosing adds a choice of the survivor for every path that the dry run asks for.
func choosing(a *contacttest.Tenant, m contact.MergeContacts) contact.MergeContacts {
	dry := m
	dry.DryRun = true
	_, err := a.MergeContacts(a.Agent, dry)
	errs, _ := errors.AsType[usererror.Errors](err)
	for _, e := range errs {
		if e.Code == usererror.Required {
			m.Choose = append(m.Choose, contact.Choice{Path: e.Path, Contact: m.From[0].ID})
		}
	}
	return m
}

// states returns everything that is visible of the contacts.
func states(a *contacttest.Tenant, ids ...int) (all []map[string]any) {
	for _, id := range ids {
		all = append(all, contactState(readContact(a, id)))
	}
	return all
}

// mustVerify fails the test if the tables are not what the change log says.
func mustVerify(t *testing.T, f *contacttest.Fixture) {
	t.Helper()
	r, err := database.OpenReader(t.Context(), f.DB.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := verify.Run(t.Context(), r, verify.Options{Found: func(d verify.Difference) { t.Errorf("verify: %+v", d) }}); err != nil {
		t.Error(err)
	}
}

// signIn opens a session of the contact.
func signIn(a *contacttest.Tenant, id int) {
	a.T.Helper()
	err := a.DB.Write(a.Agent, id, func(ctx context.Context, tx *database.Tx) error {
		return tx.Ent.Session.Create().SetTokenHash(fmt.Append(nil, id)).SetContactID(id).SetExpiresAt(contacttest.Start).Exec(ctx)
	})
	if err != nil {
		a.T.Fatal(err)
	}
}

// Two contacts are merged: choices count, then what the survivor has, then what only the other has;
// lists are joined, unique keys move, and the log has a change of each.
func TestMergeContacts(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	tags := a.NewProperty(catalog.NewProperty{Name: "Tags", Multiple: true})
	note := a.NewProperty(catalog.NewProperty{Name: "Note"})
	survivor := a.NewContact(field.Patch{field.FirstName: "Nora", field.LastName: "Vogel", field.PhoneCountryCode: "49", field.PreferredStore: a.StoreIDs[0]}, contact.Details{
		Properties: []contact.PropertyPatch{contacttest.SetProperty(tags, "a", "b")}, Membership: &[]int{a.SegmentIDs[0]},
		Logins: &[]field.Login{{Name: "nora", Kind: login.KindBlank}},
	})
	other := a.NewContact(field.Patch{
		field.FirstName: "Norah", field.Email: "nora@example.com", field.PhoneCountryCode: "46", field.Phone: "70 174 06 05",
		field.LimitPermanently: true, field.PreferredStore: a.StoreIDs[1], field.Company: a.CompanyIDs[2],
	}, contact.Details{
		Properties: []contact.PropertyPatch{contacttest.SetProperty(tags, "b", "c"), contacttest.SetProperty(note, "n")}, Membership: &[]int{a.SegmentIDs[1]},
		Logins: &[]field.Login{{Name: "vogel", Kind: login.KindEmail}}, ExternalIDs: &[]field.ExternalID{{System: "crm", Value: "7"}},
	})
	primary := contacttest.Must(f.CreateCompany(a.Admin, catalog.Entry{Name: "primary", Set: catalog.Patch{catalog.CompanyPrimaryContact: other.ID}}))
	m := mergeOf(a, survivor.ID, other.ID)
	m.Choose = []contact.Choice{{Path: "preferredStoreId", Contact: other.ID}}

	dry := m
	dry.DryRun = true
	before := f.DB.Dump()
	planned := contacttest.Must(a.MergeContacts(a.Agent, dry))
	if diff := cmp.Diff(before, f.DB.Dump()); diff != "" {
		t.Errorf("the dry run has changed the database\n%s", diff)
	}
	r := contacttest.Must(a.MergeContacts(a.Agent, m))
	if diff := cmp.Diff(planned.Fields, r.Fields); diff != "" {
		t.Errorf("(-planned +done)\n%s", diff)
	}
	want := contactState(readContact(a, survivor.ID))
	for path, v := range map[string]any{
		"firstName": "Nora", "lastName": "Vogel", "email": "nora@example.com", "phoneCountryCode": "46", "phone": "70 174 06 05",
		"limitMailsPermanently": true, "preferredStoreId": a.StoreIDs[1], "companyId": a.CompanyIDs[2],
		"membership": []int{a.SegmentIDs[0], a.SegmentIDs[1]}, "logins": map[string]login.Kind{"nora": login.KindBlank, "vogel": login.KindEmail},
		"externalIds": []field.ExternalID{{System: "crm", Value: "7"}},
		"properties":  map[int][]field.Value{tags: {{Value: "a"}, {Value: "b"}, {Value: "c"}}, note: {{Value: "n"}}},
	} {
		if diff := cmp.Diff(v, want[path]); diff != "" {
			t.Errorf("%s (-want +got)\n%s", path, diff)
		}
	}
	if found := contacttest.Must(f.ByPhone(a.Agent, "46", "701740605")); found == nil || found.ID != survivor.ID {
		t.Errorf("the phone number finds %v", found)
	}
	log := a.Log()
	gone, kept := log[len(log)-2], log[len(log)-1]
	if gone.Kind != change.KindMERGED || gone.ContactID != other.ID || *gone.Merged.Into != changeID(kept) {
		t.Errorf("the change of the other is %v", gone)
	}
	if kept.Kind != change.KindMERGE || !slices.Equal(kept.Merged.From, []revision.ChangeID{changeID(gone)}) {
		t.Errorf("the change of the survivor is %v", kept)
	}
	if c := f.DB.Client().Company.Query().Where(company.ID(primary.ID)).OnlyX(a.Agent); *c.PrimaryContactID != survivor.ID {
		t.Errorf("the primary contact is %d", *c.PrimaryContactID)
	}
	if c := contacttest.Must(f.AsOf(a.Agent, other.ID, other.Version)); *c.FirstName != "Norah" {
		t.Errorf("as of the version before the merge, there is %v", c)
	}
	if c, err := f.AtTime(a.Agent, other.ID, gone.At); c != nil || err != nil {
		t.Errorf("after the merge there is %v, %v", c, err)
	}
	mustVerify(t, f)

	undone := contacttest.Must(a.UnmergeContacts(a.Agent, changeID(gone)))
	if len(undone.Kept) > 0 || undone.Others[0].Contact.ID != other.ID {
		t.Errorf("the undo is %+v", undone)
	}
	if c := f.DB.Client().Company.Query().Where(company.ID(primary.ID)).OnlyX(a.Agent); *c.PrimaryContactID != other.ID {
		t.Errorf("after the undo, the primary contact is %d", *c.PrimaryContactID)
	}
	a.WantErrors("again", func() error { return contacttest.ErrOf(a.UnmergeContacts(a.Agent, changeID(kept))) }, "INVALID")
	mustVerify(t, f)
}

// Whatever two contacts have, unmerging restores both. With edits in between, these stay, or
// nothing is changed because one of them has taken a unique value.
func TestUnmergeIsTheInverseOfMerge(t *testing.T) {
	t.Parallel()
	repetitions := databasetest.Repetitions(1, 5)
	f := contacttest.New(t)
	a := f.Demo
	props := []int{a.NewProperty(catalog.NewProperty{Name: "p"}), a.NewProperty(catalog.NewProperty{Name: "q", Multiple: true})}
	separated, refused := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		for range repetitions {
			var ids []int
			for i := range rapid.IntRange(2, 4).Draw(rt, "contacts") {
				id := a.NewContact(field.Patch{field.LastName: fmt.Sprint(i % 2)}).ID
				for range rapid.IntRange(0, 3).Draw(rt, "writes") {
					writeAnything(a, rt, id, props)
				}
				ids = append(ids, id)
			}
			before := states(a, ids...)
			r, err := a.MergeContacts(a.Agent, choosing(a, mergeOf(a, ids...)))
			if err != nil {
				rt.Fatal(err)
			}
			edited := map[string]any{}
			if rapid.Bool().Draw(rt, "edits") {
				merged := contactState(readContact(a, ids[0]))
				if rapid.Bool().Draw(rt, "retypes") {
					retypeLogins(a, rt, ids[0])
				}
				writeAnything(a, rt, ids[0], props)
				for path, v := range contactState(readContact(a, ids[0])) {
					if !cmp.Equal(v, merged[path]) {
						edited[path] = v
					}
				}
			}
			all := states(a, ids...)
			undone, err := a.UnmergeContacts(a.Agent, changeID(r.Survivor.Change))
			after := states(a, ids...)
			if err != nil {
				refused++
				if errs, ok := errors.AsType[usererror.Errors](err); !ok || len(edited) == 0 {
					rt.Fatalf("unmerging failed with %v", errs)
				}
				if diff := cmp.Diff(all, after); diff != "" {
					rt.Fatalf("unmerging failed, but changed something\n%s", diff)
				}
				continue
			}
			separated++
			if diff := cmp.Diff(before[1:], after[1:]); diff != "" {
				rt.Fatalf("the others (-before +after)\n%s", diff)
			}
			checkEdits(rt, before[0], after[0], edited, undone)
		}
	})
	mustVerify(t, f)
	t.Logf("%d merges undone, %d undos refused", separated, refused)
	if separated == 0 || refused == 0 {
		t.Error("one of the two never happened")
	}
}

// writeAnything writes something random to a contact.
func writeAnything(a *contacttest.Tenant, rt *rapid.T, id int, props []int) {
	var err error
	switch some := rapid.SampledFrom([]string{"x", "y"}); rapid.IntRange(0, 2).Draw(rt, "kind") {
	case 0:
		set := field.Patch{field.LimitPermanently: rapid.Bool().Draw(rt, "limited"), field.PreferredStore: rapid.SampledFrom(a.StoreIDs).Draw(rt, "store")}
		set[rapid.SampledFrom([]*field.Field{field.Email, field.FirstName, field.Phone}).Draw(rt, "field")] = fmt.Sprint(some.Draw(rt, "text"), id)
		err = contacttest.ErrOf(a.OverwriteFields(a.Agent, id, set))
	case 1:
		d := contact.Details{Membership: new(rapid.SliceOfNDistinct(rapid.SampledFrom(a.SegmentIDs), 0, 2, rapid.ID).Draw(rt, "segments"))}
		d.Properties = []contact.PropertyPatch{
			contacttest.SetProperty(props[0], some.Draw(rt, "p")), contacttest.SetProperty(props[1], rapid.SliceOfN(some, 0, 2).Draw(rt, "q")...),
		}
		err = contacttest.ErrOf(a.OverwriteDetails(a.Agent, id, d))
	default:
		var d contact.Details
		kind := rapid.SampledFrom([]login.Kind{login.KindBlank, login.KindEmail}).Draw(rt, "type")
		d.Add.Logins = []field.Login{{Name: fmt.Sprint(some.Draw(rt, "login"), id), Kind: kind}}
		d.Add.ExternalIDs = []field.ExternalID{{System: some.Draw(rt, "system"), Value: fmt.Sprint(id)}}
		err = contacttest.ErrOf(a.OverwriteDetails(a.Agent, id, d))
	}
	if err != nil {
		rt.Fatal(err)
	}
}

// retypeLogins changes the type of all logins of a contact.
func retypeLogins(a *contacttest.Tenant, rt *rapid.T, id int) {
	logins := field.LoginsOf(readContact(a, id).Edges.Logins)
	for i := range logins {
		logins[i].Kind = login.KindBounced
	}
	if err := contacttest.ErrOf(a.OverwriteDetails(a.Agent, id, contact.Details{Logins: &logins})); err != nil {
		rt.Fatal(err)
	}
}

// checkEdits checks that the survivor is as before the merge, apart from what was edited since.
func checkEdits(rt *rapid.T, before, after, edited map[string]any, undone *contact.Merging) {
	kept := map[string]bool{}
	for _, c := range undone.Kept {
		kept[c.Path] = true
	}
	for path, v := range before {
		switch e, isEdited := edited[path]; {
		case !isEdited && !cmp.Equal(v, after[path]):
			rt.Fatalf("%s was %v before the merge, and is %v", path, v, after[path])
		case !isEdited:
		case !slices.Contains([]string{"membership", "logins", "externalIds", "properties"}, path):
			if !cmp.Equal(e, after[path]) {
				rt.Fatalf("%s was edited to %v, and is %v", path, e, after[path])
			}
			if !cmp.Equal(e, v) && !kept[path] && wasMerged(undone, path) {
				rt.Fatalf("%s was edited, which is not reported", path)
			}
		}
	}
}

// wasMerged reports whether the undo of a merge has anything to do with a path.
func wasMerged(undone *contact.Merging, path string) bool {
	return slices.ContainsFunc(undone.Fields, func(c revision.FieldChange) bool { return c.Path == path })
}

// What refers to a contact that is merged: its sessions end, writes to it name the survivor, and
// erasing the survivor erases it.
func TestAfterAMerge(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	survivor, other := a.NewContact(field.Patch{field.FirstName: "S"}), a.NewContact(field.Patch{field.Email: "canary@example.com"})
	signIn(a, other.ID)
	r := contacttest.Must(a.MergeContacts(a.Agent, mergeOf(a, survivor.ID, other.ID)))
	if n := f.DB.Client().Session.Query().Where(session.ContactID(other.ID)).CountX(a.Admin); n != 0 {
		t.Errorf("the merged contact has %d sessions", n)
	}
	for name, do := range map[string]func() error{
		"get": func() error { return contacttest.ErrOf(f.Get(a.Agent, other.ID)) },
		"update": func() error {
			return contacttest.ErrOf(a.OverwriteFields(a.Agent, other.ID, field.Patch{field.FirstName: "x"}))
		},
		"delete": func() error {
			return contacttest.ErrOf(a.Delete(a.Agent, contact.Delete{ID: other.ID, Lock: contacttest.Overwrite}))
		},
		"merge": func() error {
			return contacttest.ErrOf(a.MergeContacts(a.Agent, contact.MergeContacts{
				Into: contact.Member{ID: survivor.ID, Lock: contacttest.Overwrite}, From: []contact.Member{{ID: other.ID, Lock: contacttest.Overwrite}},
			}))
		},
	} {
		errs := f.WantErrors(name, do, "MERGED")
		if len(errs) > 0 && errs[0].MergedInto != survivor.ID {
			t.Errorf("%s: the error names %d", name, errs[0].MergedInto)
		}
	}
	for _, row := range []*ent.Change{r.Survivor.Change, r.Others[0].Change} {
		f.WantErrors("undo", func() error { return contacttest.ErrOf(a.Undo(a.Agent, changeID(row))) }, "INVALID")
	}
	third := a.NewContact(field.Patch{field.FirstName: "T"})
	contacttest.Must(a.MergeContacts(a.Agent, mergeOf(a, third.ID, survivor.ID)))
	errs := f.WantErrors("two steps", func() error { return contacttest.ErrOf(f.Get(a.Agent, other.ID)) }, "MERGED")
	if errs[0].MergedInto != third.ID {
		t.Errorf("the error names %d", errs[0].MergedInto)
	}
	contacttest.Must(a.Erase(a.Admin, third.ID))
	for _, row := range a.Log() {
		for _, c := range row.Fields {
			if c.Old != nil || c.New != nil {
				t.Errorf("contact %d still has %v", row.ContactID, c)
			}
		}
	}
	f.WantErrors("erased", func() error { return contacttest.ErrOf(f.Get(a.Agent, other.ID)) }, "NOT_FOUND")
	mustVerify(t, f)
}

// Merges are rejected without a choice where there must be one, of stale versions, and by those who
// may not merge.
func TestRejectedMerges(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	s, x := a.NewContact(nil), a.NewContact(field.Patch{field.FirstName: "X"})
	y := a.NewContact(field.Patch{field.FirstName: "Y", field.LastName: "same"})
	merge := func(ctx context.Context, change func(*contact.MergeContacts)) func() error {
		m := mergeOf(a, s.ID, x.ID, y.ID)
		m.Choose = []contact.Choice{{Path: "firstName", Contact: x.ID}}
		change(&m)
		return func() error { return contacttest.ErrOf(a.MergeContacts(ctx, m)) }
	}
	f.WantErrors("ambiguous", merge(a.Agent, func(m *contact.MergeContacts) { m.Choose = nil }), "REQUIRED firstName")
	f.WantErrors("stale", merge(a.Agent, func(m *contact.MergeContacts) { m.From[0].Lock = contacttest.ExpectVersion(99) }), "VERSION_CONFLICT")
	f.WantErrors("twice", merge(a.Agent, func(m *contact.MergeContacts) { m.From[0] = m.From[1] }), "DUPLICATE from", "INVALID choose")
	f.WantErrors("itself", merge(a.Agent, func(m *contact.MergeContacts) { m.From[1] = m.Into }), "DUPLICATE from")
	f.WantErrors("none", merge(a.Agent, func(m *contact.MergeContacts) { m.From, m.Choose = nil, nil }), "REQUIRED from")
	f.WantErrors("a list", merge(a.Agent, func(m *contact.MergeContacts) { m.Choose[0].Path = "logins" }), "INVALID choose")
	f.WantErrors("a stranger", merge(a.Agent, func(m *contact.MergeContacts) { m.Choose[0].Contact = 99 }), "INVALID choose")
	f.WantErrors("another account", merge(f.Other.Agent, func(*contact.MergeContacts) {}), "NOT_FOUND")
	f.WantErrors("a customer", merge(a.AsCustomer(s), func(*contact.MergeContacts) {}), "FORBIDDEN")
	f.WantErrors("a key of a segment", merge(a.AsSegmentKey(3), func(*contact.MergeContacts) {}), "NOT_FOUND")
}
