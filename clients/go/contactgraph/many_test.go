package contactgraph_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"testing"

	"contactgraph/clients/go/contactgraph"
)

func agent() *contactgraph.Client {
	return contactgraph.New(serverURL, contactgraph.WithAPIKey("demo-agent"))
}

func newEmail() string { return rand.Text() + "@example.com" }

// items returns one item for each of a number.
func items[T any](n int, item func(i int) T) []T {
	list := make([]T, n)
	for i := range list {
		list[i] = item(i)
	}
	return list
}

// TestWritesOfMany sends as many items as a call may have, which must not cost too much.
func TestWritesOfMany(t *testing.T) {
	t.Parallel()
	const most = 100
	ctx, client := t.Context(), agent()
	emails := items(most, func(int) string { return newEmail() })
	results := func(written *contactgraph.WrittenContacts, err error) []contactgraph.ItemResult {
		t.Helper()
		if err != nil || len(written.Results) != most || written.Results[most-1].ChangeID == "" {
			t.Fatalf("got %+v, %v", written, err)
		}
		return written.Results
	}
	created := results(client.CreateContacts(ctx, contactgraph.CreateContactsInput{Items: items(most, func(i int) contactgraph.CreateContactInput {
		return contactgraph.CreateContactInput{RegistrationSource: "test", Set: contactgraph.ContactPatch{Email: contactgraph.Set(emails[i])}}
	})}))
	upserted := results(client.UpsertContacts(ctx, contactgraph.UpsertContactsInput{Items: items(most, func(i int) contactgraph.UpsertContactInput {
		return contactgraph.UpsertContactInput{RegistrationSource: "test", Match: contactgraph.ContactMatch{Email: emails[i]}, Set: contactgraph.ContactPatch{LastName: contactgraph.Set("Ek")}}
	})}))
	updates := contactgraph.UpdateContactsInput{Items: items(most, func(i int) contactgraph.UpdateContactInput {
		return contactgraph.UpdateContactInput{ID: created[i].Contact.ID, ExpectedVersion: upserted[i].Contact.Version, Set: contactgraph.ContactPatch{FirstName: contactgraph.Set(fmt.Sprint("Nora ", i))}}
	})}
	results(client.UpdateContacts(ctx, updates))
	results(client.SetContactsDetails(ctx, contactgraph.SetContactsDetailsInput{Items: items(most, func(i int) contactgraph.SetContactDetailsInput {
		return contactgraph.SetContactDetailsInput{ID: created[i].Contact.ID, OnConflict: contactgraph.ConflictPolicyOverwrite, AddToMembership: []string{"1"}}
	})}))
	contact, err := client.ReadContactByEmail(ctx, emails[most-1])
	if err != nil || contact.FirstName != "Nora 99" || contact.LastName != "Ek" || len(contact.Segments) != 1 || upserted[0].Created {
		t.Errorf("the last contact is %+v, %v", contact, err)
	}

	for i := range updates.Items { // now each of them is a conflict
		updates.Items[i].Set.FirstName = contactgraph.Set("Ana")
	}
	_, err = client.UpdateContacts(ctx, updates)
	var rejected *contactgraph.RejectedError
	if !errors.As(err, &rejected) || len(rejected.Items) != most || rejected.Errors[most-1].Conflict.Latest.Version != contact.Version {
		t.Errorf("conflicts of all items are %v", err)
	}

	deletions := items(most, func(i int) contactgraph.DeleteContactInput {
		return contactgraph.DeleteContactInput{ID: created[i].Contact.ID, OnConflict: contactgraph.ConflictPolicyOverwrite}
	})
	results(client.DeleteContacts(ctx, contactgraph.DeleteContactsInput{Items: deletions}))
	written, err := client.DeleteContacts(ctx, contactgraph.DeleteContactsInput{Items: append(deletions, deletions[0])})
	if !errors.As(err, &rejected) || written != nil || len(rejected.Items) != 0 || !errors.Is(err, contactgraph.UserErrorCodeTooMany) {
		t.Errorf("a deletion of too many: %+v, %v", written, err)
	}
}

// TestErrorPolicies: one of two items is rejected, and the other one is applied or not.
func TestErrorPolicies(t *testing.T) {
	t.Parallel()
	client := agent()
	taken := newEmail()
	owner, err := client.CreateContact(t.Context(), contactgraph.CreateContactInput{RegistrationSource: "test", Set: contactgraph.ContactPatch{Email: contactgraph.Set(taken)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		policy contactgraph.BatchErrorPolicy
		other  error
	}{
		{"", contactgraph.UserErrorCodeNotApplied},
		{contactgraph.BatchErrorPolicyAllOrNothing, contactgraph.UserErrorCodeNotApplied},
		{contactgraph.BatchErrorPolicyPerItem, nil},
	} {
		emails := []string{newEmail(), taken}
		written, err := client.CreateContacts(t.Context(), contactgraph.CreateContactsInput{ErrorPolicy: tt.policy, Items: items(2, func(i int) contactgraph.CreateContactInput {
			return contactgraph.CreateContactInput{RegistrationSource: "test", Set: contactgraph.ContactPatch{Email: contactgraph.Set(emails[i])}}
		})})
		var rejected *contactgraph.RejectedError
		if !errors.As(err, &rejected) || len(rejected.Items) != 1 || rejected.Items[0].Index != 1 || rejected.Errors[0].Existing.ID != owner.Contact.ID {
			t.Fatalf("%q: %v", tt.policy, err)
		}
		if result := written.Results[0]; !errors.Is(result.Err, tt.other) || (result.Contact == nil) != (tt.other != nil) {
			t.Errorf("%q: the other item is %+v", tt.policy, result)
		}
		if !errors.Is(written.Results[1].Err, contactgraph.UserErrorCodeEmailTaken) {
			t.Errorf("%q: the rejected item is %+v", tt.policy, written.Results[1])
		}
	}
}

// TestWriteOfManyIsAppliedOnce loses the connection after the write was committed.
func TestWriteOfManyIsAppliedOnce(t *testing.T) {
	t.Parallel()
	var cut atomic.Bool
	client := proxy(t, func(*http.Response) error {
		if cut.CompareAndSwap(false, true) {
			return io.ErrUnexpectedEOF
		}
		return nil
	})
	written, err := client.UpsertContacts(t.Context(), contactgraph.UpsertContactsInput{Items: []contactgraph.UpsertContactInput{
		{RegistrationSource: "test", Match: contactgraph.ContactMatch{Email: newEmail()}},
	}})
	if err != nil || !written.Replayed || !written.Results[0].Created {
		t.Errorf("got %+v, %v", written, err)
	}
}
