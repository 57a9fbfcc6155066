package contactgraph_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"slices"

	"contactgraph/clients/go/contactgraph"

	"github.com/Khan/genqlient/graphql"
)

func ExampleClient_UpdateContact() {
	ctx := context.Background()
	client := contactgraph.New(serverURL, contactgraph.WithAPIKey("demo-agent"))
	created, err := client.CreateContact(ctx, contactgraph.CreateContactInput{
		RegistrationSource: "web",
		Set: contactgraph.ContactPatch{
			FirstName: contactgraph.Set("Nora"),
			LastName:  contactgraph.Set("Ek"),
			Phone:     contactgraph.Set("n/a"),
		},
	})
	if err != nil {
		log.Fatal(err)
	}

	updated, err := client.UpdateContact(ctx, contactgraph.UpdateContactInput{
		ID:              created.Contact.ID,
		ExpectedVersion: created.Contact.Version,
		Set: contactgraph.ContactPatch{
			LastName: contactgraph.Set("Doe"),
			Phone:    contactgraph.Clear[string](),
		}, // the first name stays as it is
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s %s, phone %q\n", updated.Contact.FirstName, updated.Contact.LastName, updated.Contact.Phone)
	// Output: Nora Doe, phone ""
}

// A program that writes a whole patch, but lets the last name that others have entered stand.
func ExampleVersionConflict() {
	ctx := context.Background()
	client := contactgraph.New(serverURL, contactgraph.WithAPIKey("demo-agent"))
	created, err := client.CreateContact(ctx, contactgraph.CreateContactInput{
		RegistrationSource: "web",
		Set:                contactgraph.ContactPatch{FirstName: contactgraph.Set("Nora"), LastName: contactgraph.Set("Ek")},
	})
	if err != nil {
		log.Fatal(err)
	}
	input := contactgraph.UpdateContactInput{
		ID:              created.Contact.ID,
		ExpectedVersion: created.Contact.Version,
		OnConflict:      contactgraph.ConflictPolicyMerge,
		Set:             contactgraph.ContactPatch{FirstName: contactgraph.Set("Eleonora"), LastName: contactgraph.Set("Doe")},
	}

	// Another user is faster.
	other := contactgraph.New(serverURL, contactgraph.WithAPIKey("demo-admin"))
	if _, err := other.UpdateContact(ctx, contactgraph.UpdateContactInput{
		ID:              created.Contact.ID,
		ExpectedVersion: created.Contact.Version,
		Set:             contactgraph.ContactPatch{LastName: contactgraph.Set("Alm"), Phone: contactgraph.Set("n/a")},
	}); err != nil {
		log.Fatal(err)
	}

	for {
		written, err := client.UpdateContact(ctx, input)
		var conflict *contactgraph.VersionConflict
		if errors.As(err, &conflict) {
			for _, field := range conflict.Overlaps() {
				fmt.Printf("%s: before %s, theirs %s by %s, yours %s\n", field.Path, field.Base, field.Latest, field.ChangedBy.Name, field.Yours)
				if field.Path == "lastName" { // keep theirs
					input.Set.LastName = contactgraph.Opt[string]{}
				}
			}
			input.ExpectedVersion = conflict.Latest.Version
			continue
		}
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(written.Contact.FirstName, written.Contact.LastName)
		return
	}
	// Output:
	// lastName: before "Ek", theirs "Alm" by demo-admin, yours "Doe"
	// Eleonora Alm
}

// A job that is started again after a crash repeats its write with the same key.
func ExampleClient_WithIdempotencyKey() {
	ctx := context.Background()
	client := contactgraph.New(serverURL, contactgraph.WithAPIKey("demo-agent"))
	input := contactgraph.CreateContactInput{RegistrationSource: "import", Set: contactgraph.ContactPatch{FirstName: contactgraph.Set("Ida")}}
	job := client.WithIdempotencyKey("import-2026-11-29-row-17")
	first, err := job.CreateContact(ctx, input)
	if err != nil {
		log.Fatal(err)
	}
	second, err := job.CreateContact(ctx, input)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(second.Replayed, second.Contact.ID == first.Contact.ID)
	// Output: true true
}

// A list of any length, in writes of at most 100 contacts. Each call is applied once, however often
// it is repeated.
func ExampleClient_UpsertContacts() {
	ctx := context.Background()
	client := contactgraph.New(serverURL, contactgraph.WithAPIKey("demo-agent"))
	var items []contactgraph.UpsertContactInput
	for _, row := range [][2]string{{"ana@example.com", "Lind"}, {"tim@example.com", ""}, {"Ana@Example.com", "Alm"}} {
		items = append(items, contactgraph.UpsertContactInput{
			Match:              contactgraph.ContactMatch{Email: row[0]},
			Set:                contactgraph.ContactPatch{LastName: contactgraph.Set(row[1])},
			AddToMembership:    []string{"1"},
			RegistrationSource: "import",
		})
	}
	for chunk := range slices.Chunk(items, 100) {
		written, err := client.UpsertContacts(ctx, contactgraph.UpsertContactsInput{
			Items:       chunk,
			ErrorPolicy: contactgraph.BatchErrorPolicyPerItem, // apply the others if one is rejected
		})
		var rejected *contactgraph.RejectedError
		if errors.As(err, &rejected) {
			for _, item := range rejected.Items {
				fmt.Println("rejected:", chunk[item.Index].Match.Email, "empty:", errors.Is(item, contactgraph.UserErrorCodeEmpty))
			}
		}
		if written == nil { // nothing is known to be applied
			log.Fatal(err)
		}
		for i, result := range written.Results {
			if result.Err == nil {
				fmt.Println("written:", chunk[i].Match.Email)
			}
		}
	}
	// Output:
	// rejected: tim@example.com empty: true
	// written: ana@example.com
	// written: Ana@Example.com
}

// A program that acts as the person who signs in.
func ExampleClient_SignIn() {
	ctx := context.Background()
	session, err := contactgraph.New(serverURL).SignIn(ctx, contactgraph.SignInInput{
		Account: "Demo", Login: "agent@example.com", Password: "demo-password",
	})
	if err != nil {
		log.Fatal(err)
	}
	client := contactgraph.New(serverURL, contactgraph.WithToken(session.Token))
	viewer, err := client.Viewer(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(viewer.Account, viewer.Role)
	if err := client.SignOut(ctx, contactgraph.SignOutInput{}); err != nil {
		log.Fatal(err)
	}
	// Output: Demo AGENT
}

// An operation of your own, without a generator. The client repeats it like those of this package.
func ExampleClient_MakeRequest() {
	client := contactgraph.New(serverURL, contactgraph.WithAPIKey("demo-agent"))
	var data struct {
		Contacts struct{ TotalCount int }
	}
	err := client.MakeRequest(context.Background(), &graphql.Request{
		Query:     `query($filter: ContactFilter) { contacts(filter: $filter) { totalCount } }`,
		Variables: map[string]any{"filter": contactgraph.ContactFilter{Email: "jon.deere@example.com"}},
	}, &graphql.Response{Data: &data})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(data.Contacts.TotalCount)
	// Output: 1
}

func ExampleClient_AllContacts() {
	client := contactgraph.New(serverURL, contactgraph.WithAPIKey("demo-agent"))
	options := contactgraph.ListOptions{First: 100, Filter: &contactgraph.ContactFilter{Email: "jon.deere@example.com"}}
	for contact, err := range client.AllContacts(context.Background(), options) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(contact.ContactID, contact.Email)
	}
	// Output: 466 jon.deere@example.com
}

// A mirror of the first names of all contacts. This one ends when it is up to date; leave out
// OnCaughtUp to follow forever.
func ExampleClient_FollowChanges() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	client := contactgraph.New(serverURL, contactgraph.WithAPIKey("demo-agent"))
	var mirror struct { // stored as a whole
		cursor string
		names  map[int]string
	}

	// The end of the log is read first, so that no change is missed.
	var err error
	if mirror.cursor, err = client.FeedEnd(ctx, ""); err != nil {
		log.Fatal(err)
	}
	mirror.names = map[int]string{}
	for contact, err := range client.AllContacts(ctx, contactgraph.ListOptions{First: 100}) {
		if err != nil {
			log.Fatal(err)
		}
		mirror.names[contact.ContactID] = contact.FirstName
	}

	options := contactgraph.FeedOptions{After: mirror.cursor, OnCaughtUp: func(string) { cancel() }}
	for change, err := range client.FollowChanges(ctx, options) {
		switch {
		case errors.Is(err, context.Canceled):
			fmt.Println("up to date:", len(mirror.names) > 0)
			return
		case errors.Is(err, contactgraph.CodeCursorExpired):
			log.Fatal("read all contacts again, and follow from a new FeedEnd")
		case err != nil:
			log.Fatal(err)
		case change.Kind == contactgraph.ChangeKindDelete, change.Kind == contactgraph.ChangeKindErase, change.Kind == contactgraph.ChangeKindMerged:
			delete(mirror.names, change.ContactID)
		default:
			for _, field := range change.Fields {
				var name string // stays empty for null
				if field.Path == "firstName" && json.Unmarshal(field.New, &name) == nil {
					mirror.names[change.ContactID] = name
				}
			}
		}
		mirror.cursor = change.Cursor
	}
	// Output: up to date: true
}
