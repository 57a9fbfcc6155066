package contactgraph_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"contactgraph/clients/go/contactgraph"

	"github.com/Khan/genqlient/graphql"
)

// TestReadsByKey finds a contact by each of its unique keys, and no other.
func TestReadsByKey(t *testing.T) {
	t.Parallel()
	ctx, client := t.Context(), agent()
	email, name := newEmail(), newEmail()
	phone := fmt.Sprintf("07%08d", rand.IntN(1e8))
	written, err := client.CreateContact(ctx, contactgraph.CreateContactInput{
		RegistrationSource: "test",
		Set: contactgraph.ContactPatch{
			Email: contactgraph.Set(email), Phone: contactgraph.Set(phone), PhoneCountryCode: contactgraph.Set("+46"),
		},
		Logins:      []contactgraph.LoginInput{{Name: name}},
		ExternalIDs: []contactgraph.ExternalIDInput{{System: "test", Value: email}},
	})
	if err != nil {
		t.Fatal(err)
	}
	type read = func() (*contactgraph.Contact, error)
	for key, reads := range map[string][2]read{
		"id": {
			func() (*contactgraph.Contact, error) { return client.ReadContact(ctx, written.Contact.ID) },
			func() (*contactgraph.Contact, error) { return client.ReadContact(ctx, "999999") },
		},
		"email": {
			func() (*contactgraph.Contact, error) { return client.ReadContactByEmail(ctx, email) },
			func() (*contactgraph.Contact, error) { return client.ReadContactByEmail(ctx, "x"+email) },
		},
		"phone": {
			func() (*contactgraph.Contact, error) { return client.ReadContactByPhone(ctx, phone, "46") },
			func() (*contactgraph.Contact, error) { return client.ReadContactByPhone(ctx, phone, "47") },
		},
		"whole phone": {
			func() (*contactgraph.Contact, error) { return client.ReadContactByPhone(ctx, "+46"+phone[1:], "") },
			func() (*contactgraph.Contact, error) { return client.ReadContactByPhone(ctx, "+47"+phone[1:], "") },
		},
		"login": {
			func() (*contactgraph.Contact, error) { return client.ReadContactByLogin(ctx, name) },
			func() (*contactgraph.Contact, error) { return client.ReadContactByLogin(ctx, email+"x") },
		},
		"external id": {
			func() (*contactgraph.Contact, error) { return client.ReadContactByExternalID(ctx, "test", email) },
			func() (*contactgraph.Contact, error) { return client.ReadContactByExternalID(ctx, "other", email) },
		},
	} {
		if contact, err := reads[0](); err != nil || contact.ID != written.Contact.ID {
			t.Errorf("by %s: %+v, %v", key, contact, err)
		}
		if contact, err := reads[1](); contact != nil || !errors.Is(err, contactgraph.UserErrorCodeNotFound) {
			t.Errorf("by an unknown %s: %+v, %v", key, contact, err)
		}
	}
	var data struct{ Contact struct{ Secret string } }
	query := &graphql.Request{Query: `query($id: ID!) { contact(id: $id) { secret } }`, Variables: map[string]string{"id": written.Contact.ID}}
	if err := client.MakeRequest(ctx, query, &graphql.Response{Data: &data}); err != nil {
		t.Fatal(err)
	}
	if contact, err := client.ReadContactBySecret(ctx, data.Contact.Secret); err != nil || contact.ID != written.Contact.ID {
		t.Errorf("by secret: %+v, %v", contact, err)
	}
}

// TestAllPages reads lists page by page, from their beginning and each time the loop runs.
func TestAllPages(t *testing.T) {
	t.Parallel()
	client := agent()
	contact := create(t, client)
	for range 3 {
		if _, err := client.UpdateContact(t.Context(), contactgraph.UpdateContactInput{ID: contact.ID, OnConflict: contactgraph.ConflictPolicyOverwrite, Set: contactgraph.ContactPatch{FirstName: contactgraph.Set(newEmail())}}); err != nil {
			t.Fatal(err)
		}
	}
	changes := client.AllContactChanges(t.Context(), contact.ID, contactgraph.HistoryOptions{First: 3})
	for range 2 {
		var kinds []contactgraph.ChangeKind
		for change, err := range changes {
			if err != nil {
				t.Fatal(err)
			}
			kinds = append(kinds, change.Kind)
		}
		if len(kinds) != 4 || kinds[3] != contactgraph.ChangeKindCreate {
			t.Errorf("the changes are %v", kinds)
		}
	}
	for change, err := range client.AllContactChanges(t.Context(), "999999", contactgraph.HistoryOptions{}) {
		if change != nil || !errors.Is(err, contactgraph.UserErrorCodeNotFound) {
			t.Errorf("the changes of no contact are %+v, %v", change, err)
		}
	}
}

// TestReadsOfACatalog: customers may read a part of it.
func TestReadsOfACatalog(t *testing.T) {
	t.Parallel()
	client := agent()
	catalog, err := client.ReadCatalog(t.Context())
	if err != nil || len(catalog.Properties) == 0 || len(catalog.Stores) == 0 || len(catalog.Companies) == 0 || len(catalog.Segments) == 0 {
		t.Errorf("the catalog is %+v, %v", catalog, err)
	}
	ofCustomers, err := client.ReadCustomerCatalog(t.Context())
	if err != nil || len(ofCustomers.Properties) != len(catalog.Properties) || len(ofCustomers.Stores) == 0 || len(ofCustomers.Companies)+len(ofCustomers.Segments) > 0 {
		t.Errorf("the catalog of customers is %+v, %v", ofCustomers, err)
	}
	contact := create(t, client)
	custom, err := client.ReadCustomProperties(t.Context(), contact.ID)
	if err != nil || custom.Version != contact.Version || custom.Custom == nil {
		t.Errorf("the properties by their API names are %+v, %v", custom, err)
	}
}
