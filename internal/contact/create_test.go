package contact_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"contactgraph/ent/login"
	"contactgraph/ent/property"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/revision"

	"github.com/google/go-cmp/cmp"
)

func TestCreateStoresWhatIsGiven(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	note := a.NewProperty(catalog.NewProperty{Name: "Note"})
	first := a.NewProperty(catalog.NewProperty{Name: "First Name", Bound: new(property.BoundFirstName)})
	full := everyField(a)
	r, err := f.Create(a.Agent, contact.Create{
		RegistrationSource: "form", RegistrationIP: "192.0.2.1", RegistrationStore: &a.StoreIDs[2], Set: full,
		Password: &contact.PasswordChange{New: new("pw")},
		Details: contact.Details{
			Properties: []contact.PropertyPatch{contacttest.SetProperty(note, "hi"), contacttest.SetProperty(first, "Eva")},
			Logins:     &[]field.Login{{Name: "Eva", Kind: login.KindEmail}}, Membership: &a.SegmentIDs,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	full[field.FirstName] = "Eva" // the property overrides the field
	got := a.MustGet(r.Contact.ID)
	if diff := cmp.Diff(full, fieldsOf(got), showPaths); diff != "" {
		t.Errorf("what is stored (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(full, fieldsOf(r.Contact), showPaths); diff != "" {
		t.Errorf("the result (-want +got)\n%s", diff)
	}
	if got.RegistrationSource != "form" || got.RegistrationIP != "192.0.2.1" || *got.RegistrationStoreID != a.StoreIDs[2] {
		t.Errorf("the registration is %q, %q, %v", got.RegistrationSource, got.RegistrationIP, *got.RegistrationStoreID)
	}
	if got.Version != 1 || !got.RegisteredAt.Equal(got.LastModified) || *got.PasswordHash != "hash of pw" || len(got.Secret) < 22 {
		t.Errorf("stored %v", got)
	}
	if diff := cmp.Diff([]string{"hi"}, storedValues(a, got, note)); diff != "" {
		t.Errorf("the property (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{"Eva EMAIL"}, storedLogins(a, got)); diff != "" {
		t.Errorf("the logins (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(a.SegmentIDs, storedSegments(a, got)); diff != "" {
		t.Errorf("the segments (-want +got)\n%s", diff)
	}
}

func TestCreateWithoutValues(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	a.NewProperty(catalog.NewProperty{Name: "Required", Required: true}) // may be set later
	c := a.NewContact(nil)
	want := field.Patch{}
	for _, f := range field.Fields {
		want[f] = nil
	}
	want[field.LimitPermanently] = false
	got := a.MustGet(c.ID)
	if diff := cmp.Diff(want, fieldsOf(got), showPaths); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got.EmailKey != nil || got.PhoneKey != nil || got.NameKey != "" || got.PasswordHash != nil {
		t.Errorf("stored %v", got)
	}
}

func TestCreateWithAChosenID(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	for _, want := range []int{466, 3, 1_000_001} {
		r, err := f.Create(f.Demo.Admin, contact.Create{ID: want})
		if err != nil || r.Contact.ID != want {
			t.Errorf("got %v, %v, want contact %d", r, err, want)
		}
	}
}

func TestCreateFails(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	a.NewContact(field.Patch{field.Email: "anna@example.com", field.Phone: "+46701740605"}, contact.Details{Logins: &[]field.Login{{Name: "anna", Kind: login.KindBlank}}})
	note := a.NewProperty(catalog.NewProperty{Name: "Note"})
	long := strings.Repeat("x", 251)
	tests := []struct {
		name string
		c    contact.Create
		want []string
	}{
		{"a long registration", contact.Create{RegistrationSource: long[:51], RegistrationIP: long[:17]}, []string{"TOO_LONG registrationSource", "TOO_LONG registrationIp"}},
		{"another account's store", contact.Create{RegistrationStore: &f.Other.StoreIDs[0]}, []string{"STORE_NOT_FOUND registrationStoreId"}},
		{"null for a boolean", contact.Create{Set: field.Patch{field.LimitPermanently: nil}}, []string{"REQUIRED limitMailsPermanently"}},
		{"no password where one is set", contact.Create{Password: &contact.PasswordChange{}}, []string{"REQUIRED password"}},
		{"all at once, in a stable order", contact.Create{
			RegistrationSource: long, RegistrationStore: new(999), Password: &contact.PasswordChange{New: new("")},
			Set: field.Patch{field.Email: "ANNA@example.com", field.Phone: "+46701740605", field.LastName: long, field.Company: 999, field.PreferredStore: f.Other.StoreIDs[0]},
			Details: contact.Details{
				Properties: []contact.PropertyPatch{contacttest.SetProperty(note, "a", "b")}, Logins: &[]field.Login{{Name: "Anna", Kind: login.KindBlank}}, Membership: &[]int{999},
			},
		}, []string{
			"TOO_LONG registrationSource", "STORE_NOT_FOUND registrationStoreId", "EMAIL_TAKEN email", "PHONE_TAKEN phone", "TOO_LONG lastName",
			"STORE_NOT_FOUND preferredStoreId", "COMPANY_NOT_FOUND companyId", "REQUIRED password", fmt.Sprintf("TOO_MANY properties.%d", note),
			"LOGIN_TAKEN logins", "SEGMENT_NOT_FOUND membership",
		}},
	}
	for _, tt := range tests {
		f.WantErrors(tt.name, func() error { return contacttest.ErrOf(f.Create(a.Agent, tt.c)) }, tt.want...)
	}
}

func TestCreateAllCreatesInOrder(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	note := a.NewProperty(catalog.NewProperty{Name: "Note"})
	all := make([]contact.Create, 500)
	for i := range all {
		name := fmt.Sprint("number ", i)
		all[i] = contact.Create{Set: field.Patch{field.Email: fmt.Sprintf("%d@example.com", i), field.FirstName: name}, Details: contact.Details{
			Properties: []contact.PropertyPatch{contacttest.SetProperty(note, name)}, Logins: &[]field.Login{{Name: name, Kind: login.KindBlank}}, Membership: &a.SegmentIDs,
		}}
	}
	results, err := f.CreateAll(a.Agent, all)
	if err != nil {
		t.Fatal(err)
	}
	secrets := map[string]bool{}
	for i, r := range results {
		name := fmt.Sprint("number ", i)
		if *r.Contact.FirstName != name || r.Contact.ID != results[0].Contact.ID+i || r.Change.Seq != int64(i+1) || r.Change.ContactID != r.Contact.ID {
			t.Fatalf("contact %d is %v, logged as %v", i, r.Contact, r.Change)
		}
		secrets[r.Contact.Secret] = true
	}
	last := results[499].Contact
	if got := contacttest.Must(f.ByLogin(a.Agent, "NUMBER 499")); got == nil || got.ID != last.ID || storedValues(a, last, note)[0] != "number 499" {
		t.Errorf("the last one's login is that of %v, its property %q", got, storedValues(a, last, note))
	}
	if found := contacttest.Must(f.Queries.Page(a.Agent, query.Filter{Search: new("499@exam")}, query.Order{}, query.PageArgs{})); len(found.Contacts) != 1 {
		t.Errorf("a search finds %d of them, want the last", len(found.Contacts))
	}
	if len(secrets) != 500 {
		t.Errorf("%d secrets among 500 contacts", len(secrets))
	}
}

func TestCreateAllIsAllOrNothing(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	long := field.Patch{field.FirstName: strings.Repeat("x", 51)}
	f.WantErrors("the last one wrong", func() error { return contacttest.ErrOf(f.CreateAll(a.Agent, []contact.Create{{}, {}, {Set: long}})) }, "TOO_LONG firstName")
	f.WantErrors("two wrong", func() error {
		return contacttest.ErrOf(f.CreateAll(a.Agent, []contact.Create{{Set: long}, {}, {Set: long}}))
	}, "TOO_LONG firstName", "TOO_LONG firstName")
	same := contact.Create{Details: contact.Details{Logins: &[]field.Login{{Name: "anna", Kind: login.KindBlank}}}}
	f.WantErrors("two of the same login", func() error { return contacttest.ErrOf(f.CreateAll(a.Agent, []contact.Create{same, same})) }, "LOGIN_TAKEN logins")
	before := f.DB.Dump()
	if _, err := f.CreateAll(a.Agent, make([]contact.Create, 501)); err == nil {
		t.Error("501 at once are accepted")
	}
	if r, err := f.CreateAll(a.Agent, nil); len(r) != 0 || err != nil {
		t.Errorf("of none: got %v, %v", r, err)
	}
	if f.DB.Dump() != before {
		t.Error("it changed the database")
	}
}

func TestTimesHaveMicroseconds(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	start := time.Date(2026, 3, 1, 14, 0, 0, 123_456_789, time.FixedZone("", 7200))
	f.SetClock(start)
	c := f.Demo.NewContact(field.Patch{field.LimitUntil: start})
	got := f.Demo.MustGet(c.ID)
	want := "2026-03-01T12:00:01.123456Z"
	for name, at := range map[string]time.Time{"registered": got.RegisteredAt, "last modified": got.LastModified, "the result": c.LastModified} {
		if revision.FormatTime(at) != want || at.Nanosecond() != 123_456_000 {
			t.Errorf("%s: got %s, want %s", name, at, want)
		}
	}
	if got := *got.LimitMailsTemporarilyUntil; got.Nanosecond() != 123_456_000 {
		t.Errorf("a time that was given: got %s", got)
	}
}
