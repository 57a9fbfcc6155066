package contact_test

import (
	"strconv"
	"strings"
	"testing"

	"contactgraph/ent/change"
	"contactgraph/ent/login"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"

	"github.com/google/go-cmp/cmp"
)

func TestDeleteRemovesEverything(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	note := a.NewProperty(catalog.NewProperty{Name: "Note"})
	belongings := func(name string) contact.Details {
		return contact.Details{
			Properties: []contact.PropertyPatch{contacttest.SetProperty(note, "hi")}, Logins: &[]field.Login{{Name: name, Kind: login.KindEmail}}, Membership: &a.SegmentIDs,
		}
	}
	kept := a.NewContact(field.Patch{field.Email: "kept@example.com"}, belongings("kept"))
	deleted, _ := createWithSessions(a, "pw", 2)
	if _, err := f.OverwriteFields(a.Agent, deleted.ID, everyField(a)); err != nil {
		t.Fatal(err)
	}
	if _, err := f.OverwriteDetails(a.Agent, deleted.ID, belongings("deleted")); err != nil {
		t.Fatal(err)
	}
	deleted = a.MustGet(deleted.ID)

	r, err := f.Delete(a.Agent, contact.Delete{ID: deleted.ID, Lock: contacttest.ExpectVersionOf(deleted)})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(fieldsOf(deleted), fieldsOf(r.Contact), showPaths); diff != "" || r.Contact.Version != deleted.Version {
		t.Errorf("the result is not the contact as it was (-want +got)\n%s", diff)
	}
	c := a.DB.Client()
	for table, n := range map[string]int{
		"contacts": c.Contact.Query().CountX(a.Agent), "logins": c.Login.Query().CountX(a.Agent),
		"values": c.PropertyValue.Query().CountX(a.Agent), "memberships": c.Membership.Query().CountX(a.Agent) - 2,
		"sessions": c.Session.Query().CountX(a.Agent) + 1,
	} {
		if n != 1 {
			t.Errorf("%d %s are left, want those of the other contact", n, table)
		}
	}
	for _, term := range c.SearchTerm.Query().AllX(a.Agent) {
		if term.ContactID != kept.ID {
			t.Errorf("it is still found by %q", term.Term)
		}
	}
	f.WantErrors("again", func() error {
		return contacttest.ErrOf(f.Delete(a.Agent, contact.Delete{ID: deleted.ID, Lock: contacttest.Overwrite}))
	}, "NOT_FOUND")
}

func TestLogOfADeletionHasEverything(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	second := a.NewProperty(catalog.NewProperty{Name: "Second", Multiple: true})
	third := a.NewProperty(catalog.NewProperty{Name: "Third"})
	c := contacttest.Must(f.Create(a.Agent, contact.Create{
		RegistrationSource: "form", RegistrationIP: "192.0.2.1", RegistrationStore: &a.StoreIDs[1], Set: everyField(a),
		Password: &contact.PasswordChange{New: new("pw")},
		Details: contact.Details{
			Properties: []contact.PropertyPatch{contacttest.SetProperty(third, "z"), contacttest.SetProperty(second, "x", "y")},
			Logins:     &[]field.Login{{Name: "b", Kind: login.KindBlank}, {Name: "a", Kind: login.KindEmail}}, Membership: new(a.SegmentIDs[:2]),
		},
	})).Contact
	r, err := f.Delete(a.Agent, contact.Delete{ID: c.ID, Lock: contacttest.Overwrite})
	if err != nil {
		t.Fatal(err)
	}
	row := a.DB.Client().Change.Query().Where(change.Seq(r.Change.Seq)).OnlyX(a.Agent)
	value := func(text string) map[string]any { return map[string]any{"value": text, "description": nil} }
	want := []revision.FieldChange{}
	for _, f := range field.Fields {
		logged := contacttest.Must(field.Decode[any](field.EncodeValue(everyField(a)[f])))
		want = append(want, revision.FieldChange{Path: f.Path, Old: logged})
	}
	want = append(want, []revision.FieldChange{
		{Path: "secret", Old: c.Secret}, {Path: "registrationDateTime", Old: revision.FormatTime(c.RegisteredAt)},
		{Path: "registrationSource", Old: "form"}, {Path: "registrationIp", Old: "192.0.2.1"},
		{Path: "registrationStoreId", Old: float64(a.StoreIDs[1])}, {Path: "password"},
		{Path: "properties." + strconv.Itoa(second), Old: []any{value("x"), value("y")}}, {Path: "properties." + strconv.Itoa(third), Old: []any{value("z")}},
		{Path: "logins", Old: []any{map[string]any{"name": "a", "type": "EMAIL"}, map[string]any{"name": "b", "type": "BLANK"}}},
		{Path: "membership", Old: []any{float64(a.SegmentIDs[0]), float64(a.SegmentIDs[1])}},
	}...)
	if diff := cmp.Diff(want, row.Fields); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if row.Kind != change.KindDELETE || row.Version != c.Version+1 || row.ContactID != c.ID {
		t.Errorf("logged %v", row)
	}
}

func TestDeleteFails(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	c := a.NewContact(nil)
	theirs := f.Other.NewContact(nil)
	now := contacttest.Must(f.OverwriteFields(a.Agent, c.ID, nil)).Contact
	tests := []struct {
		name string
		id   int
		lock contact.Lock
		want string
	}{
		{"a contact that is not there", 999, contacttest.Overwrite, "NOT_FOUND"},
		{"another account's", theirs.ID, contacttest.ExpectVersionOf(theirs), "NOT_FOUND"},
		{"without a version", c.ID, contact.Lock{}, "REQUIRED expectedVersion"},
		{"with an invalid version", c.ID, contact.Lock{Malformed: true, OnConflict: contact.Overwrite}, "INVALID expectedVersion"},
		{"with an old version", c.ID, contacttest.ExpectVersionOf(c), "VERSION_CONFLICT"},
	}
	for _, tt := range tests {
		errs := f.WantErrors(tt.name, func() error { return contacttest.ErrOf(f.Delete(a.Agent, contact.Delete{ID: tt.id, Lock: tt.lock})) }, tt.want)
		if e := errs.First(usererror.VersionConflict); e != nil && e.Latest.Version != now.Version {
			t.Errorf("%s: the latest is %v", tt.name, e.Latest)
		}
	}
	as := f.WantErrors("by the customer itself", func() error {
		return contacttest.ErrOf(f.Delete(a.AsCustomer(c), contact.Delete{ID: c.ID, Lock: contacttest.Overwrite}))
	}, "FORBIDDEN")
	if !strings.Contains(as[0].Message, "do not have permission") {
		t.Errorf("got %q", as[0].Message)
	}
}
