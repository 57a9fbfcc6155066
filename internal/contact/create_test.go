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
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/revision"

	"github.com/google/go-cmp/cmp"
)

func TestCreateStoresWhatIsGiven(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	note := a.property(catalog.NewProperty{Name: "Note"})
	first := a.property(catalog.NewProperty{Name: "First Name", Bound: new(property.BoundFirstName)})
	full := a.everything()
	r, err := f.Create(a.agent, contact.Create{
		RegistrationSource: "form", RegistrationIP: "192.0.2.1", RegistrationStore: &a.stores[2], Set: full,
		Password: &contact.PasswordChange{New: new("pw")},
		Details: contact.Details{
			Properties: []contact.PropertyPatch{set(note, "hi"), set(first, "Eva")},
			Logins:     &[]field.Login{{Name: "Eva", Kind: login.KindEmail}}, Membership: &a.segments,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	full[field.FirstName] = "Eva" // the property is given last
	got := a.get(r.Contact.ID)
	if diff := cmp.Diff(full, values(got), byPath); diff != "" {
		t.Errorf("what is stored (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(full, values(r.Contact), byPath); diff != "" {
		t.Errorf("the result (-want +got)\n%s", diff)
	}
	if got.RegistrationSource != "form" || got.RegistrationIP != "192.0.2.1" || *got.RegistrationStoreID != a.stores[2] {
		t.Errorf("the registration is %q, %q, %v", got.RegistrationSource, got.RegistrationIP, *got.RegistrationStoreID)
	}
	if got.Version != 1 || !got.RegisteredAt.Equal(got.LastModified) || *got.PasswordHash != "hash of pw" || len(got.Secret) < 22 {
		t.Errorf("stored %v", got)
	}
	if diff := cmp.Diff([]string{"hi"}, a.stored(got, note)); diff != "" {
		t.Errorf("the property (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{"Eva EMAIL"}, a.storedLogins(got)); diff != "" {
		t.Errorf("the logins (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(a.segments, a.storedSegments(got)); diff != "" {
		t.Errorf("the segments (-want +got)\n%s", diff)
	}
}

func TestCreateStoresNothingWhereNothingIsGiven(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	a.property(catalog.NewProperty{Name: "Required", Required: true}) // may be given later
	c := a.create(nil)
	want := field.Patch{}
	for _, f := range field.Fields {
		want[f] = nil
	}
	want[field.LimitPermanently] = false
	got := a.get(c.ID)
	if diff := cmp.Diff(want, values(got), byPath); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got.EmailKey != nil || got.PhoneKey != nil || got.NameKey != "" || got.PasswordHash != nil {
		t.Errorf("stored %v", got)
	}
}

func TestCreateTakesTheIDThatIsChosen(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, want := range []int{466, 3, 1_000_001} {
		r, err := f.Create(f.demo.agent, contact.Create{ID: want})
		if err != nil || r.Contact.ID != want {
			t.Errorf("got %v, %v, want contact %d", r, err, want)
		}
	}
}

func TestCreateIsRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	a.create(field.Patch{field.Email: "anna@example.com", field.Phone: "+46701740605"}, contact.Details{Logins: &[]field.Login{{Name: "anna", Kind: login.KindBlank}}})
	note := a.property(catalog.NewProperty{Name: "Note"})
	long := strings.Repeat("x", 251)
	tests := []struct {
		name string
		c    contact.Create
		want []string
	}{
		{"a long registration", contact.Create{RegistrationSource: long[:51], RegistrationIP: long[:17]}, []string{"TOO_LONG registrationSource", "TOO_LONG registrationIp"}},
		{"another account's store", contact.Create{RegistrationStore: &f.other.stores[0]}, []string{"STORE_NOT_FOUND registrationStoreId"}},
		{"null for a boolean", contact.Create{Set: field.Patch{field.LimitPermanently: nil}}, []string{"REQUIRED limitMailsPermanently"}},
		{"no password where one is set", contact.Create{Password: &contact.PasswordChange{}}, []string{"REQUIRED password"}},
		{"all at once, in a stable order", contact.Create{
			RegistrationSource: long, RegistrationStore: new(999), Password: &contact.PasswordChange{New: new("")},
			Set: field.Patch{field.Email: "ANNA@example.com", field.Phone: "+46701740605", field.LastName: long, field.Company: 999, field.PreferredStore: f.other.stores[0]},
			Details: contact.Details{
				Properties: []contact.PropertyPatch{set(note, "a", "b")}, Logins: &[]field.Login{{Name: "Anna", Kind: login.KindBlank}}, Membership: &[]int{999},
			},
		}, []string{
			"TOO_LONG registrationSource", "STORE_NOT_FOUND registrationStoreId", "EMAIL_TAKEN email", "PHONE_TAKEN phone", "TOO_LONG lastName",
			"STORE_NOT_FOUND preferredStoreId", "COMPANY_NOT_FOUND companyId", "REQUIRED password", fmt.Sprintf("TOO_MANY properties.%d", note),
			"LOGIN_TAKEN logins", "SEGMENT_NOT_FOUND membership",
		}},
	}
	for _, tt := range tests {
		f.refused(tt.name, func() error { return errOf(f.Create(a.agent, tt.c)) }, tt.want...)
	}
}

func TestCreateAllMakesAllInOrder(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	note := a.property(catalog.NewProperty{Name: "Note"})
	all := make([]contact.Create, 500)
	for i := range all {
		name := fmt.Sprint("number ", i)
		all[i] = contact.Create{Set: field.Patch{field.Email: fmt.Sprintf("%d@example.com", i), field.FirstName: name}, Details: contact.Details{
			Properties: []contact.PropertyPatch{set(note, name)}, Logins: &[]field.Login{{Name: name, Kind: login.KindBlank}}, Membership: &a.segments,
		}}
	}
	results, err := f.CreateAll(a.agent, all)
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
	if got := must(f.ByLogin(a.agent, "NUMBER 499")); got == nil || got.ID != last.ID || a.stored(last, note)[0] != "number 499" {
		t.Errorf("the last one's login is that of %v, its property %q", got, a.stored(last, note))
	}
	if found := must(f.Queries.Page(a.agent, query.Filter{Search: new("499@exam")}, query.Order{}, query.PageArgs{})); len(found.Contacts) != 1 {
		t.Errorf("a search finds %d of them, want the last", len(found.Contacts))
	}
	if len(secrets) != 500 {
		t.Errorf("%d secrets among 500 contacts", len(secrets))
	}
}

func TestCreateAllMakesAllOrNone(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	long := field.Patch{field.FirstName: strings.Repeat("x", 51)}
	f.refused("the last one wrong", func() error { return errOf(f.CreateAll(a.agent, []contact.Create{{}, {}, {Set: long}})) }, "TOO_LONG firstName")
	f.refused("two wrong", func() error { return errOf(f.CreateAll(a.agent, []contact.Create{{Set: long}, {}, {Set: long}})) }, "TOO_LONG firstName", "TOO_LONG firstName")
	same := contact.Create{Details: contact.Details{Logins: &[]field.Login{{Name: "anna", Kind: login.KindBlank}}}}
	f.refused("two of the same login", func() error { return errOf(f.CreateAll(a.agent, []contact.Create{same, same})) }, "LOGIN_TAKEN logins")
	before := f.db.Dump()
	if _, err := f.CreateAll(a.agent, make([]contact.Create, 501)); err == nil {
		t.Error("501 at once are accepted")
	}
	if r, err := f.CreateAll(a.agent, nil); len(r) != 0 || err != nil {
		t.Errorf("of none: got %v, %v", r, err)
	}
	if f.db.Dump() != before {
		t.Error("it changed the database")
	}
}

func TestTimesAreKeptToTheMicrosecond(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.clock = time.Date(2026, 3, 1, 14, 0, 0, 123_456_789, time.FixedZone("", 7200))
	c := f.demo.create(field.Patch{field.LimitUntil: f.clock})
	got := f.demo.get(c.ID)
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
