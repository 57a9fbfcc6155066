package contact_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"contactgraph/ent"
	"contactgraph/ent/login"
	"contactgraph/ent/property"
	"contactgraph/internal/authz"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/usererror"

	"github.com/google/go-cmp/cmp"
)

func TestWritablePathsAreInOrder(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	for i := range 11 { // so that ids have one and two digits
		a.NewProperty(catalog.NewProperty{Name: fmt.Sprint(i), ReadOnly: i == 1})
	}
	f.Other.NewProperty(catalog.NewProperty{Name: "theirs"})
	fields := []string{"email", "phoneCountryCode", "phone", "firstName", "lastName", "limitMailsPermanently", "limitMailsTemporarilyUntil", "preferredStoreId"}
	staff := []string{"companyId", "latestPermissionSource"}
	customer, all := append(slices.Clone(fields), "password"), append(append(slices.Clone(fields), staff...), "password")
	for i := range 11 {
		if i != 1 {
			customer = append(customer, fmt.Sprint("properties.", i+1))
		}
		all = append(all, fmt.Sprint("properties.", i+1))
	}
	customer, all = append(customer, "logins"), append(all, "logins", "externalIds", "membership")
	for name, tt := range map[string]struct {
		ctx  context.Context
		want []string
	}{"customer": {a.AsCustomer(a.NewContact(nil)), customer}, "agent": {a.Agent, all}, "admin": {a.Admin, all}} {
		if diff := cmp.Diff(tt.want, contacttest.Must(f.WritablePaths(tt.ctx))); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
	if _, err := f.WritablePaths(t.Context()); !errors.Is(err, authz.ErrUnauthenticated) {
		t.Errorf("without a viewer: %v", err)
	}
}

// TestWritablePathsAreAccepted tries each path as a customer and as an agent: writes to listed
// paths succeed, and all others fail.
func TestWritablePathsAreAccepted(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	properties := map[string]int{
		"open":      a.NewProperty(catalog.NewProperty{Name: "Open"}),
		"read-only": a.NewProperty(catalog.NewProperty{Name: "Locked", ReadOnly: true}),
		"required":  a.NewProperty(catalog.NewProperty{Name: "Language", Required: true}),
		"bound":     a.NewProperty(catalog.NewProperty{Name: "First Name", Bound: new(property.BoundFirstName)}),
	}
	values := everyField(a)
	type try func(ctx context.Context, c *ent.Contact) error
	details := func(d contact.Details) try {
		return func(ctx context.Context, c *ent.Contact) error {
			return contacttest.ErrOf(f.OverwriteDetails(ctx, c.ID, d))
		}
	}
	trials := map[string]try{
		"password": func(ctx context.Context, c *ent.Contact) error {
			return contacttest.ErrOf(f.Update(ctx, contact.Update{ID: c.ID, Lock: contacttest.Overwrite, Password: &contact.PasswordChange{New: new("new"), Current: new("old")}}))
		},
		"logins":      details(contact.Details{Logins: &[]field.Login{{Name: "eva", Kind: login.KindBlank}}}),
		"externalIds": details(contact.Details{ExternalIDs: &[]field.ExternalID{{System: "crm", Value: "1"}}}),
		"membership":  details(contact.Details{Membership: &a.SegmentIDs}),
	}
	for _, changed := range field.Fields {
		value, ok := values[changed]
		if !ok {
			t.Fatalf("everyField has no value for %s", changed.Path)
		}
		trials[changed.Path] = func(ctx context.Context, c *ent.Contact) error {
			return contacttest.ErrOf(f.OverwriteFields(ctx, c.ID, field.Patch{changed: value}))
		}
	}
	for _, id := range properties {
		trials[fmt.Sprint("properties.", id)] = details(contact.Details{Properties: []contact.PropertyPatch{{Property: id, Values: []field.Value{{Value: "x"}}}}})
	}
	for _, role := range []string{"customer", "agent"} {
		for path, try := range trials {
			c := contacttest.Must(a.Create(a.Agent, contact.Create{RegistrationSource: "test", Password: &contact.PasswordChange{New: new("old")}})).Contact
			ctx := a.Agent
			if role == "customer" {
				ctx = a.AsCustomer(c)
			}
			listed := slices.Contains(contacttest.Must(f.WritablePaths(ctx)), path)
			err := try(ctx, c)
			var errs usererror.Errors
			switch {
			case listed && err != nil:
				t.Errorf("%s is listed for a %s, but fails: %v", path, role, err)
			case listed && a.MustGet(c.ID).Version == c.Version:
				t.Errorf("%s by a %s: nothing was written", path, role)
			case !listed && (!errors.As(err, &errs) || len(errs) != 1 || errs[0].Path != path || errs[0].Code != usererror.Forbidden && errs[0].Code != usererror.ReadOnly):
				t.Errorf("%s is not listed for a %s: %v", path, role, err)
			}
			contacttest.Must(a.Delete(a.Admin, contact.Delete{ID: c.ID, Lock: contacttest.Overwrite})) // frees its keys for the next contact
		}
		for _, path := range contacttest.Must(f.WritablePaths(a.Agent)) {
			if trials[path] == nil {
				t.Errorf("%s is listed, but not tried", path)
			}
		}
	}
}
