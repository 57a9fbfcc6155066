package contact_test

import (
	"strings"
	"testing"

	"contactgraph/ent/change"
	"contactgraph/ent/login"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"

	"github.com/google/go-cmp/cmp"
)

func TestDeleteTakesAllThatBelongsToTheContact(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	note := a.property(catalog.NewProperty{Name: "Note"})
	belongings := func(name string) contact.Details {
		return contact.Details{
			Properties: []contact.PropertyPatch{set(note, "hi")}, Logins: &[]field.Login{{Name: name, Kind: login.KindEmail}}, Membership: &a.segments,
		}
	}
	kept := a.create(field.Patch{field.Email: "kept@example.com"}, belongings("kept"))
	gone, _ := a.withPassword("pw", 2)
	if _, err := f.update(a.agent, gone.ID, a.everything()); err != nil {
		t.Fatal(err)
	}
	if _, err := f.details(a.agent, gone.ID, belongings("gone")); err != nil {
		t.Fatal(err)
	}
	gone = a.get(gone.ID)

	r, err := f.Delete(a.agent, contact.Delete{ID: gone.ID, Lock: at(gone)})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(values(gone), values(r.Contact), byPath); diff != "" || r.Contact.Version != gone.Version {
		t.Errorf("the result is not the contact as it was (-want +got)\n%s", diff)
	}
	c := a.db.Client()
	for table, n := range map[string]int{
		"contacts": c.Contact.Query().CountX(a.agent), "logins": c.Login.Query().CountX(a.agent),
		"values": c.PropertyValue.Query().CountX(a.agent), "memberships": c.Membership.Query().CountX(a.agent) - 2,
		"sessions": c.Session.Query().CountX(a.agent) + 1,
	} {
		if n != 1 {
			t.Errorf("%d %s are left, want those of the other contact", n, table)
		}
	}
	for _, term := range c.SearchTerm.Query().AllX(a.agent) {
		if term.ContactID != kept.ID {
			t.Errorf("it is still found by %q", term.Term)
		}
	}
	f.refused("again", func() error { return errOf(f.Delete(a.agent, contact.Delete{ID: gone.ID, Lock: overwrite})) }, "NOT_FOUND")
}

func TestDeletionIsLoggedWithAllThatTheContactHad(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	second := a.property(catalog.NewProperty{Name: "Second", Multiple: true})
	third := a.property(catalog.NewProperty{Name: "Third"})
	c := must(f.Create(a.agent, contact.Create{
		RegistrationSource: "form", RegistrationIP: "192.0.2.1", RegistrationStore: &a.stores[1], Set: a.everything(),
		Password: &contact.PasswordChange{New: new("pw")},
		Details: contact.Details{
			Properties: []contact.PropertyPatch{set(third, "z"), set(second, "x", "y")},
			Logins:     &[]field.Login{{Name: "b", Kind: login.KindBlank}, {Name: "a", Kind: login.KindEmail}}, Membership: new(a.segments[:2]),
		},
	})).Contact
	r, err := f.Delete(a.agent, contact.Delete{ID: c.ID, Lock: overwrite})
	if err != nil {
		t.Fatal(err)
	}
	row := a.db.Client().Change.Query().Where(change.Seq(r.Change.Seq)).OnlyX(a.agent)
	value := func(text string) map[string]any { return map[string]any{"value": text, "description": nil} }
	want := []revision.FieldChange{
		{Path: "email", Old: "Anna@Example.com"}, {Path: "phoneCountryCode", Old: "46"}, {Path: "phone", Old: "070-174 06 05"},
		{Path: "firstName", Old: "Anna"}, {Path: "lastName", Old: "Ek"}, {Path: "limitMailsPermanently", Old: true},
		{Path: "limitMailsTemporarilyUntil", Old: "2026-03-01T12:00:00.123456Z"}, {Path: "preferredStoreId", Old: float64(a.stores[0])},
		{Path: "companyId", Old: float64(a.companies[0])}, {Path: "latestPermissionSource", Old: "form"},
		{Path: "secret", Old: c.Secret}, {Path: "registrationDateTime", Old: revision.FormatTime(c.RegisteredAt)},
		{Path: "registrationSource", Old: "form"}, {Path: "registrationIp", Old: "192.0.2.1"},
		{Path: "registrationStoreId", Old: float64(a.stores[1])}, {Path: "password"},
		{Path: "properties." + itoa(second), Old: []any{value("x"), value("y")}}, {Path: "properties." + itoa(third), Old: []any{value("z")}},
		{Path: "logins", Old: []any{map[string]any{"name": "a", "type": "EMAIL"}, map[string]any{"name": "b", "type": "BLANK"}}},
		{Path: "membership", Old: []any{float64(a.segments[0]), float64(a.segments[1])}},
	}
	if diff := cmp.Diff(want, row.Fields); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if row.Kind != change.KindDELETE || row.Version != c.Version+1 || row.ContactID != c.ID {
		t.Errorf("logged %v", row)
	}
}

func TestDeleteIsRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	c := a.create(nil)
	theirs := f.other.create(nil)
	now := must(f.update(a.agent, c.ID, nil)).Contact
	tests := []struct {
		name string
		id   int
		lock contact.Lock
		want string
	}{
		{"a contact that is not there", 999, overwrite, "NOT_FOUND"},
		{"another account's", theirs.ID, at(theirs), "NOT_FOUND"},
		{"without a version", c.ID, contact.Lock{}, "REQUIRED expectedVersion"},
		{"with a version that is none", c.ID, contact.Lock{Malformed: true, OnConflict: contact.Overwrite}, "INVALID expectedVersion"},
		{"with an old version", c.ID, at(c), "VERSION_CONFLICT"},
	}
	for _, tt := range tests {
		errs := f.refused(tt.name, func() error { return errOf(f.Delete(a.agent, contact.Delete{ID: tt.id, Lock: tt.lock})) }, tt.want)
		if e := errs.First(usererror.VersionConflict); e != nil && e.Latest.Version != now.Version {
			t.Errorf("%s: the latest is %v", tt.name, e.Latest)
		}
	}
	as := f.refused("by the customer itself", func() error { return errOf(f.Delete(a.as(c), contact.Delete{ID: c.ID, Lock: overwrite})) }, "FORBIDDEN")
	if !strings.Contains(as[0].Message, "may not") {
		t.Errorf("got %q", as[0].Message)
	}
}
