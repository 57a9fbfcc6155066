package contact_test

import (
	"fmt"
	"strings"
	"testing"

	"contactgraph/ent/login"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
)

func TestKeysAreUniqueInEveryForm(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	owner := a.NewContact(field.Patch{field.Email: "Björn@Example.com", field.PhoneCountryCode: "46", field.Phone: "070-174 06 05"},
		contact.Details{Logins: &[]field.Login{{Name: "Björn", Kind: login.KindBlank}}})
	c := a.NewContact(nil)
	tests := []struct {
		name string
		set  field.Patch
		want string
	}{
		{"an address in another case", field.Patch{field.Email: "BJÖRN@EXAMPLE.COM"}, "EMAIL_TAKEN email"},
		{"an address with decomposed letters and blanks", field.Patch{field.Email: " bjo\u0308rn@example.com\t"}, "EMAIL_TAKEN email"},
		{"a number with its code apart", field.Patch{field.PhoneCountryCode: "0046", field.Phone: "701740605"}, "PHONE_TAKEN phone"},
		{"a number that stands alone", field.Patch{field.Phone: "+46 (0)70 174 06 05"}, "PHONE_TAKEN phone"},
		{"a number with its code included as well", field.Patch{field.PhoneCountryCode: "46", field.Phone: "+46701740605"}, "PHONE_TAKEN phone"},
	}
	for _, tt := range tests {
		errs := f.WantErrors(tt.name, func() error { return contacttest.ErrOf(f.OverwriteFields(a.Agent, c.ID, tt.set)) }, tt.want)
		if e := errs[0].Existing; e == nil || e.ID != owner.ID {
			t.Errorf("%s: the conflict is with %v, want contact %d", tt.name, e, owner.ID)
		}
		errs = f.WantErrors(tt.name+", in a new contact", func() error {
			return contacttest.ErrOf(f.Create(a.Agent, contact.Create{Set: tt.set}))
		}, tt.want)
		if e := errs[0].Existing; e == nil || e.ID != owner.ID {
			t.Errorf("%s, in a new contact: the conflict is with %v, want contact %d", tt.name, e, owner.ID)
		}
		r, err := f.Create(f.Other.Agent, contact.Create{Set: tt.set})
		if err != nil {
			t.Errorf("%s, in another account: %v", tt.name, err)
			continue
		}
		if _, err := f.Delete(f.Other.Agent, contact.Delete{ID: r.Contact.ID, Lock: contacttest.Overwrite}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestBlankKeysNeverCollide(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	for i, set := range []field.Patch{
		nil, nil, {field.Email: "", field.Phone: ""}, {field.Email: "", field.Phone: ""}, {field.Email: " \u00a0", field.Phone: "\t"},
		{field.PhoneCountryCode: "46"}, {field.PhoneCountryCode: "46"},
	} {
		if _, err := f.Create(f.Demo.Agent, contact.Create{Set: set}); err != nil {
			t.Errorf("contact %d: %v", i, err)
		}
	}
}

func TestContactKeepsItsOwnKeys(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	c := a.NewContact(field.Patch{field.Email: "anna@example.com", field.PhoneCountryCode: "46", field.Phone: "0701740605"})
	for _, set := range []field.Patch{
		{field.Email: "ANNA@example.com"}, {field.Phone: "+46 70 174 06 05"}, {field.PhoneCountryCode: nil}, {field.Email: nil},
		{field.Email: "anna@example.com"},
	} {
		if _, err := f.OverwriteFields(a.Agent, c.ID, set); err != nil {
			t.Errorf("%v: %v", set, err)
		}
	}
}

func TestReleasedKeyIsFree(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	set := field.Patch{field.Email: "anna@example.com", field.Phone: "+46701740605"}
	first, second, third := a.NewContact(set), a.NewContact(nil), a.NewContact(nil)
	if _, err := f.OverwriteFields(a.Agent, first.ID, field.Patch{field.Email: nil, field.Phone: nil}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.OverwriteFields(a.Agent, second.ID, set); err != nil {
		t.Errorf("after it was cleared: %v", err)
	}
	if _, err := f.Delete(a.Agent, contact.Delete{ID: second.ID, Lock: contacttest.Overwrite}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.OverwriteFields(a.Agent, third.ID, set); err != nil {
		t.Errorf("after the contact was deleted: %v", err)
	}
}

func TestTakingEmailAndPhoneReportsBoth(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	byEmail := a.NewContact(field.Patch{field.Email: "anna@example.com"})
	byPhone := a.NewContact(field.Patch{field.Phone: "+46701740605"})
	both := a.NewContact(field.Patch{field.Email: "eva@example.com", field.Phone: "+46701740606"})
	c := a.NewContact(nil)
	for _, tt := range []struct {
		name         string
		set          field.Patch
		email, phone int
	}{
		{"of two contacts", field.Patch{field.Email: "anna@example.com", field.Phone: "+46701740605"}, byEmail.ID, byPhone.ID},
		{"of one contact", field.Patch{field.Email: "eva@example.com", field.Phone: "+46701740606"}, both.ID, both.ID},
	} {
		errs := f.WantErrors(tt.name, func() error { return contacttest.ErrOf(f.OverwriteFields(a.Agent, c.ID, tt.set)) }, "EMAIL_TAKEN email", "PHONE_TAKEN phone")
		if errs[0].Existing.ID != tt.email || errs[1].Existing.ID != tt.phone {
			t.Errorf("%s: the conflicts are with %v and %v", tt.name, errs[0].Existing, errs[1].Existing)
		}
	}
}

func TestCustomerDoesNotLearnWhoHasAKey(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	a.NewContact(field.Patch{field.Email: "anna@example.com", field.Phone: "+46701740605"},
		contact.Details{Logins: &[]field.Login{{Name: "anna", Kind: login.KindBlank}}})
	me := a.NewContact(nil)
	errs := f.WantErrors("fields", func() error {
		return contacttest.ErrOf(f.OverwriteFields(a.AsCustomer(me), me.ID, field.Patch{field.Email: "ANNA@example.com", field.Phone: "+46701740605"}))
	}, "EMAIL_TAKEN email")
	errs = append(errs, f.WantErrors("a phone number", func() error {
		return contacttest.ErrOf(f.OverwriteFields(a.AsCustomer(me), me.ID, field.Patch{field.Phone: "+46701740605"}))
	}, "PHONE_TAKEN phone")...)
	errs = append(errs, f.WantErrors("a login", func() error {
		return contacttest.ErrOf(f.OverwriteDetails(a.AsCustomer(me), me.ID, contact.Details{Logins: &[]field.Login{{Name: "ANNA", Kind: login.KindBlank}}}))
	}, "LOGIN_TAKEN logins")...)
	for i, want := range []string{"This email address cannot be used.", "This phone number cannot be used.", "This login cannot be used."} {
		if errs[i].Existing != nil || errs[i].Message != want {
			t.Errorf("got %q with %v, want %q without a contact", errs[i].Message, errs[i].Existing, want)
		}
	}
}

func TestManyKeysAreCheckedInOneCall(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	a.NewContact(field.Patch{field.Email: "7@example.com"})
	var all []contact.Create
	for i := range 10 {
		all = append(all, contact.Create{Set: field.Patch{field.Email: fmt.Sprintf("%d@example.com", i)}})
	}
	all[3].Set = field.Patch{field.Email: "2@EXAMPLE.com", field.FirstName: "\xff"}
	errs := f.WantErrors("one that is stored and one of the same call", func() error { return contacttest.ErrOf(f.CreateAll(a.Agent, all)) },
		"EMAIL_TAKEN email", "INVALID firstName", "EMAIL_TAKEN email")
	if errs[0].Existing != nil || errs[2].Existing == nil {
		t.Errorf("the conflicts are with %v and %v, want none, and the stored contact", errs[0].Existing, errs[2].Existing)
	}
}

// A write looks up only the keys that it takes, and finds them by the unique indexes, however many
// contacts there are.
func TestKeysAreLookedUpByTheirIndexes(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	c := a.NewContact(nil)
	email, phone := field.Patch{field.Email: "anna@example.com"}, field.Patch{field.Phone: "+46701740605"}
	both := field.Patch{field.Email: "eva@example.com", field.Phone: "+46701740606"}
	for name, tt := range map[string]struct {
		set     field.Patch
		indexes []string
	}{
		"an address":              {email, []string{"contact_account_id_email_key"}},
		"a number":                {phone, []string{"contact_account_id_phone_key"}},
		"an address and a number": {both, []string{"contact_account_id_email_key", "contact_account_id_phone_key"}},
		"neither":                 {field.Patch{field.FirstName: "Anna"}, nil},
	} {
		plans := lookupPlans(f, func() { contacttest.Must(f.OverwriteFields(a.Agent, c.ID, tt.set)) })
		if len(plans) != min(len(tt.indexes), 1) {
			t.Errorf("%s: %d lookups", name, len(plans))
			continue
		}
		for _, index := range tt.indexes {
			if !strings.Contains(plans[0], "USING INDEX "+index+" (account_id=? AND ") {
				t.Errorf("%s: %s is not used:\n%s", name, index, plans[0])
			}
		}
	}
}

// Nor do many writes in one transaction read all contacts of the account.
func TestManyKeysAreLookedUpByTheirIndexes(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	var all []contact.Create
	for i := range 100 {
		all = append(all, contact.Create{Set: field.Patch{field.Email: fmt.Sprintf("%d@example.com", i), field.Phone: fmt.Sprint("+4670174", 1000+i)}})
	}
	plans := lookupPlans(f, func() { contacttest.Must(f.CreateAll(f.Demo.Agent, all)) })
	if len(plans) != 2 {
		t.Fatalf("%d lookups", len(plans))
	}
	for i, index := range []string{"contact_account_id_email_key", "contact_account_id_phone_key"} {
		if !strings.Contains(plans[i], "USING INDEX "+index+" (account_id=? AND ") {
			t.Errorf("%s is not used:\n%s", index, plans[i])
		}
	}
}

// lookupPlans returns the plans of the statements that look up keys while do runs.
func lookupPlans(f *contacttest.Fixture, do func()) (plans []string) {
	for _, s := range f.DB.Statements(do) {
		if strings.Contains(s, "_key` IN") {
			plans = append(plans, f.DB.Plan(s))
		}
	}
	return plans
}
