package contact_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"contactgraph/ent"
	"contactgraph/internal/authz"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"

	"github.com/google/go-cmp/cmp"
)

// fieldsOf returns the values of all fields of a contact.
func fieldsOf(c *ent.Contact) field.Patch {
	p := field.Patch{}
	for _, f := range field.Fields {
		p[f] = f.Get(c)
	}
	return p
}

// everyField returns a patch that sets every field.
func everyField(a *contacttest.Tenant) field.Patch {
	p := field.Patch{}
	for _, f := range contacttest.TextFields() {
		p[f] = "x"
	}
	maps.Copy(p, field.Patch{
		field.Email: "Anna@Example.com", field.PhoneCountryCode: "46", field.Phone: "070-174 06 05", field.FirstName: "Anna",
		field.LastName: "Ek", field.LimitPermanently: true, field.LimitUntil: contacttest.Start, field.PreferredStore: a.StoreIDs[0],
		field.Company: a.CompanyIDs[0], field.PermissionSource: "form",
	})
	return p
}

func TestUpdateWritesWhatIsGiven(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	full := fieldsOf(a.NewContact(everyField(a)))
	with := func(field *field.Field, v any) field.Patch {
		p := maps.Clone(full)
		p[field] = v
		return p
	}
	tests := []struct {
		name string
		set  field.Patch
		want field.Patch
	}{
		{"nothing", field.Patch{}, full},
		{"what is there", full, full},
		{"one field", field.Patch{field.FirstName: "Eva"}, with(field.FirstName, "Eva")},
		{"null clears", field.Patch{field.LastName: nil}, with(field.LastName, nil)},
		{"empty text is stored unchanged", field.Patch{field.LastName: ""}, with(field.LastName, "")},
		{"blanks are stored unchanged", field.Patch{field.Email: " a@b.c "}, with(field.Email, " a@b.c ")},
		{"a boolean", field.Patch{field.LimitPermanently: false}, with(field.LimitPermanently, false)},
		{"a time is brought to UTC and microseconds", field.Patch{field.LimitUntil: contacttest.Start.Add(999).In(time.FixedZone("", 3600))}, full},
		{"no time", field.Patch{field.LimitUntil: nil}, with(field.LimitUntil, nil)},
		{"a store", field.Patch{field.PreferredStore: a.StoreIDs[1]}, with(field.PreferredStore, a.StoreIDs[1])},
		{"no company", field.Patch{field.Company: nil}, with(field.Company, nil)},
		{"the longest texts, counted in UTF-16", field.Patch{field.FirstName: strings.Repeat("😀", 25)}, with(field.FirstName, strings.Repeat("😀", 25))},
	}
	for _, tt := range tests {
		restored, err := f.OverwriteFields(a.Agent, 1, full)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		before := restored.Contact
		r, err := f.Update(a.Agent, contact.Update{ID: 1, Lock: contacttest.ExpectVersionOf(before), Set: tt.set})
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if diff := cmp.Diff(tt.want, fieldsOf(r.Contact), showPaths); diff != "" {
			t.Errorf("%s: the result (-want +got)\n%s", tt.name, diff)
		}
		after := a.MustGet(1)
		if diff := cmp.Diff(tt.want, fieldsOf(after), showPaths); diff != "" {
			t.Errorf("%s: what is stored (-want +got)\n%s", tt.name, diff)
		}
		if after.Version != before.Version+1 || r.Contact.Version != after.Version {
			t.Errorf("%s: the version went from %d to %d, and is given as %d", tt.name, before.Version, after.Version, r.Contact.Version)
		}
		if !after.LastModified.After(before.LastModified) || !r.Contact.LastModified.Equal(after.LastModified) {
			t.Errorf("%s: last modified %s, before %s", tt.name, after.LastModified, before.LastModified)
		}
	}
}

// showPaths compares patches by the paths of their fields.
var showPaths = cmp.Transformer("fields", func(p field.Patch) map[string]any {
	m := map[string]any{}
	for f, v := range p {
		if at, ok := v.(time.Time); ok {
			v = revision.FormatTime(at)
		}
		m[f.Path] = v
	}
	return m
})

func TestUpdateFails(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a, b := f.Demo, f.Other
	c := a.NewContact(everyField(a))
	a.NewContact(field.Patch{field.Email: "taken@example.com"})
	a.NewContact(field.Patch{field.PhoneCountryCode: "46", field.Phone: "0701740606"})
	theirs := b.NewContact(nil)
	old := c.Version
	c = contacttest.Must(f.OverwriteFields(a.Agent, c.ID, nil)).Contact
	long := func(n int) string { return strings.Repeat("x", n) }
	tests := []struct {
		name string
		id   int
		lock contact.Lock
		set  field.Patch
		want []string
	}{
		{"a contact that is not there", 999, contacttest.ExpectVersionOf(c), nil, []string{"NOT_FOUND"}},
		{"another account's contact", theirs.ID, contacttest.ExpectVersionOf(theirs), nil, []string{"NOT_FOUND"}},
		{"an invalid id", 0, contacttest.ExpectVersionOf(c), nil, []string{"NOT_FOUND"}},
		{"not found goes before all else", 999, contact.Lock{}, field.Patch{field.Email: long(251)}, []string{"NOT_FOUND"}},
		{"no version", c.ID, contact.Lock{}, nil, []string{"REQUIRED expectedVersion"}},
		{"an invalid version", c.ID, contact.Lock{Malformed: true}, nil, []string{"INVALID expectedVersion"}},
		{"an invalid version, with a number", c.ID, contact.Lock{Malformed: true, Expected: new(revision.Version(-1))}, nil, []string{"INVALID expectedVersion"}},
		{"an invalid version, with overwrite", c.ID, contact.Lock{Malformed: true, OnConflict: contact.Overwrite}, nil, []string{"INVALID expectedVersion"}},
		{"an old version", c.ID, contacttest.ExpectVersion(old), nil, []string{"VERSION_CONFLICT"}},
		{"a version to come", c.ID, contacttest.ExpectVersion(c.Version + 1), nil, []string{"VERSION_CONFLICT"}},
		{"a stale version", c.ID, contacttest.ExpectVersion(revision.Stale), nil, []string{"VERSION_CONFLICT"}},
		{"texts that are too long", c.ID, contacttest.ExpectVersionOf(c), field.Patch{
			field.Email: long(251), field.PhoneCountryCode: long(11), field.Phone: long(21), field.FirstName: long(51), field.LastName: long(51),
		}, []string{"TOO_LONG email", "TOO_LONG phoneCountryCode", "TOO_LONG phone", "TOO_LONG firstName", "TOO_LONG lastName"}},
		{"a text that is too long in UTF-16", c.ID, contacttest.ExpectVersionOf(c), field.Patch{field.FirstName: strings.Repeat("😀", 26)}, []string{"TOO_LONG firstName"}},
		{"a NUL character", c.ID, contacttest.ExpectVersionOf(c), field.Patch{field.PermissionSource: "a\x00b"}, []string{"INVALID latestPermissionSource"}},
		{"what is not UTF-8", c.ID, contacttest.ExpectVersionOf(c), field.Patch{field.LastName: "\xff"}, []string{"INVALID lastName"}},
		{"null for a boolean", c.ID, contacttest.ExpectVersionOf(c), field.Patch{field.LimitPermanently: nil}, []string{"REQUIRED limitMailsPermanently"}},
		{"a year beyond four digits", c.ID, contacttest.ExpectVersionOf(c), field.Patch{field.LimitUntil: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}, []string{"INVALID limitMailsTemporarilyUntil"}},
		{"a year before the first", c.ID, contacttest.ExpectVersionOf(c), field.Patch{field.LimitUntil: time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)}, []string{"INVALID limitMailsTemporarilyUntil"}},
		{"references to nothing", c.ID, contacttest.ExpectVersionOf(c), field.Patch{field.PreferredStore: 999, field.Company: 999}, []string{"STORE_NOT_FOUND preferredStoreId", "COMPANY_NOT_FOUND companyId"}},
		{"references to another account's", c.ID, contacttest.ExpectVersionOf(c), field.Patch{field.PreferredStore: b.StoreIDs[0], field.Company: b.CompanyIDs[0]}, []string{"STORE_NOT_FOUND preferredStoreId", "COMPANY_NOT_FOUND companyId"}},
		{"email and phone that others have", c.ID, contacttest.ExpectVersionOf(c), field.Patch{field.Email: " TAKEN@example.com", field.Phone: "+46 70 174 06 06"}, []string{"EMAIL_TAKEN email", "PHONE_TAKEN phone"}},
		{"all at once, in the order of the fields", c.ID, contacttest.ExpectVersion(old), field.Patch{
			field.Company: 999, field.PreferredStore: 999, field.Email: "taken@example.com", field.FirstName: long(51), field.LimitPermanently: nil,
		}, []string{
			"VERSION_CONFLICT", "EMAIL_TAKEN email", "TOO_LONG firstName", "REQUIRED limitMailsPermanently", "STORE_NOT_FOUND preferredStoreId",
			"COMPANY_NOT_FOUND companyId",
		}},
		{"a missing version with other errors", c.ID, contact.Lock{}, field.Patch{field.Phone: "+46 701740606", field.LastName: long(51)},
			[]string{"REQUIRED expectedVersion", "PHONE_TAKEN phone", "TOO_LONG lastName"}},
	}
	for _, tt := range tests {
		f.WantErrors(tt.name, func() error {
			return contacttest.ErrOf(f.Update(a.Agent, contact.Update{ID: tt.id, Lock: tt.lock, Set: tt.set}))
		}, tt.want...)
	}
}

func TestUpdateWithoutAViewerIsUnauthenticated(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	c := f.Demo.NewContact(nil)
	if _, err := f.OverwriteFields(t.Context(), c.ID, nil); err != authz.ErrUnauthenticated { //nolint:errorlint // nothing wrapped round it
		t.Errorf("got %v", err)
	}
}

func TestVersionConflictHasTheLatestContact(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	c := a.NewContact(field.Patch{field.FirstName: "Anna"})
	now := contacttest.Must(f.OverwriteFields(a.Agent, c.ID, field.Patch{field.FirstName: "Eva"})).Contact
	errs := f.WantErrors("stale", func() error {
		return contacttest.ErrOf(f.Update(a.Agent, contact.Update{ID: c.ID, Lock: contacttest.ExpectVersionOf(c), Set: field.Patch{field.FirstName: "Ida"}}))
	}, "VERSION_CONFLICT")
	latest := errs.First(usererror.VersionConflict).Latest
	if latest == nil || latest.Version != now.Version || *latest.FirstName != "Eva" {
		t.Errorf("got %v, want version %d", latest, now.Version)
	}
}

func TestOverwriteIgnoresTheVersion(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	c := a.NewContact(nil)
	for i, lock := range []contact.Lock{contacttest.Overwrite, {OnConflict: contact.Overwrite, Expected: &c.Version}, {OnConflict: contact.Overwrite, Expected: new(revision.Stale)}} {
		r, err := f.Update(a.Agent, contact.Update{ID: c.ID, Lock: lock})
		if err != nil || r.Contact.Version != c.Version+revision.Version(i)+1 {
			t.Errorf("write %d: got %v, %v", i, r, err)
		}
	}
}

func TestMissingReferenceNamesTheID(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	c := f.Demo.NewContact(nil)
	for _, id := range []int{999, f.Other.StoreIDs[0]} {
		errs := f.WantErrors("a store", func() error {
			return contacttest.ErrOf(f.OverwriteFields(f.Demo.Agent, c.ID, field.Patch{field.PreferredStore: id}))
		}, "STORE_NOT_FOUND preferredStoreId")
		if got, want := strings.ReplaceAll(errs[0].Message, errs[0].Subject, "N"), "Store with id N does not exist."; got != want {
			t.Errorf("%d: got %q, want %q", id, got, want)
		}
	}
}

// TestTheTimeOfAContactDoesNotGoBack writes with a clock that is behind that of an earlier write,
// as another machine's may be.
func TestTheTimeOfAContactDoesNotGoBack(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	c := a.NewContact(nil)
	f.SetClock(c.LastModified.Add(-time.Hour))
	r := contacttest.Must(f.OverwriteFields(a.Agent, c.ID, field.Patch{field.FirstName: "Eva"}))
	if !r.Contact.LastModified.Equal(c.LastModified) || !r.Change.At.Equal(c.LastModified) || !a.MustGet(c.ID).LastModified.Equal(c.LastModified) {
		t.Errorf("modified %s, logged %s, want %s", r.Contact.LastModified, r.Change.At, c.LastModified)
	}
	r = contacttest.Must(f.Delete(a.Agent, contact.Delete{ID: c.ID, Lock: contacttest.Overwrite}))
	if !r.Change.At.Equal(c.LastModified) {
		t.Errorf("deleted %s, want %s", r.Change.At, c.LastModified)
	}
}
