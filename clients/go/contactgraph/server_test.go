package contactgraph_test

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"contactgraph/clients/go/contactgraph"
)

// serverURL is the GraphQL API of the server with demo data that the tests use.
var serverURL = cmp.Or(os.Getenv("CONTACTGRAPH_URL"), "http://127.0.0.1:8080") + "/graphql"

// proxy starts a proxy of the server, which changes or fails responses, and returns a client of it.
func proxy(t *testing.T, modify func(*http.Response) error, options ...contactgraph.Option) *contactgraph.Client {
	t.Helper()
	target, err := url.Parse(serverURL)
	if err != nil {
		t.Fatal(err)
	}
	reverse := &httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.Out.URL, r.Out.Host = target, target.Host },
		ModifyResponse: modify,
		ErrorHandler:   func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }, // cuts the connection
		FlushInterval:  -1,
	}
	server := httptest.NewServer(reverse)
	t.Cleanup(server.Close)
	return contactgraph.New(server.URL, append(options, contactgraph.WithAPIKey("demo-agent"))...)
}

func create(t *testing.T, client *contactgraph.Client) *contactgraph.Contact {
	t.Helper()
	written, err := client.CreateContact(t.Context(), contactgraph.CreateContactInput{RegistrationSource: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return written.Contact
}

// TestWriteIsAppliedOnce loses the connection after the write was committed. The caller gets its
// result.
func TestWriteIsAppliedOnce(t *testing.T) {
	t.Parallel()
	var cuts atomic.Int32
	client := proxy(t, func(*http.Response) error {
		if cuts.Add(-1) >= 0 {
			return io.ErrUnexpectedEOF
		}
		return nil
	})
	contact := create(t, client)
	cuts.Store(1)
	written, err := client.UpdateContact(t.Context(), contactgraph.UpdateContactInput{
		ID: contact.ID, OnConflict: contactgraph.ConflictPolicyOverwrite, Set: contactgraph.ContactPatch{FirstName: contactgraph.Set("Ida")},
	})
	if err != nil || !written.Replayed || written.Contact.FirstName != "Ida" {
		t.Fatalf("got %+v, %v", written, err)
	}
	history, err := client.ContactHistory(t.Context(), contact.ID, contactgraph.HistoryOptions{})
	if err != nil || len(history.Changes) != 2 || history.Changes[0].ID != written.ChangeID {
		t.Errorf("the history is %+v, %v", history, err)
	}
}

// TestOutcomeIsFoundLater: all attempts fail after the write was committed. Repeated with its key,
// it returns its result; another write with the key is rejected.
func TestOutcomeIsFoundLater(t *testing.T) {
	t.Parallel()
	client := contactgraph.New(serverURL, contactgraph.WithAPIKey("demo-agent"))
	contact := create(t, client)
	broken := proxy(t, func(*http.Response) error { return io.ErrUnexpectedEOF }, contactgraph.WithAttempts(1))
	input := contactgraph.UpdateContactInput{ID: contact.ID, ExpectedVersion: contact.Version, Set: contactgraph.ContactPatch{FirstName: contactgraph.Set("Ida")}}
	_, err := broken.UpdateContact(t.Context(), input)
	var failed *contactgraph.Error
	if !errors.As(err, &failed) || !contactgraph.IsOutcomeUnknown(err) {
		t.Fatal(err)
	}
	repeated := client.WithIdempotencyKey(failed.IdempotencyKey)
	written, err := repeated.UpdateContact(t.Context(), input)
	if err != nil || !written.Replayed || written.Contact.FirstName != "Ida" {
		t.Fatalf("got %+v, %v", written, err)
	}
	input.Set.FirstName = contactgraph.Set("Eva")
	if _, err := repeated.UpdateContact(t.Context(), input); !errors.Is(err, contactgraph.UserErrorCodeIdempotencyKeyReused) {
		t.Errorf("another write with the key returned %v", err)
	}
}

// TestFeedOfAServer follows a contact through a proxy that cuts each stream after some bytes.
func TestFeedOfAServer(t *testing.T) {
	t.Parallel()
	const writes = 8
	var streams atomic.Int32
	client := proxy(t, func(response *http.Response) error {
		if strings.HasPrefix(response.Header.Get("Content-Type"), "text/event-stream") {
			streams.Add(1)
			response.Body = struct {
				io.Reader
				io.Closer
			}{io.LimitReader(response.Body, 1500), response.Body}
		}
		return nil
	})
	after, err := client.FeedEnd(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	contact := create(t, client)
	update := func(i int) {
		if _, err := client.UpdateContact(t.Context(), contactgraph.UpdateContactInput{
			ID: contact.ID, OnConflict: contactgraph.ConflictPolicyOverwrite, Set: contactgraph.ContactPatch{FirstName: contactgraph.Set(fmt.Sprint(i))},
		}); err != nil {
			t.Fatal(err)
		}
	}
	changes, next := 0, 1
	for change, err := range client.FollowChanges(t.Context(), contactgraph.FeedOptions{After: after, ContactID: contact.ID}) {
		if err != nil {
			t.Fatal(err)
		}
		switch changes++; {
		case changes == 1: // the creation
		case len(change.Fields) != 1 || string(change.Fields[0].New) != fmt.Sprintf("%q", fmt.Sprint(next-1)):
			t.Fatalf("change %d is %+v", changes, change)
		}
		if next > writes {
			break
		}
		update(next)
		next++
	}
	if changes != writes+1 || streams.Load() < 2 {
		t.Errorf("received %d changes by %d streams", changes, streams.Load())
	}
}

func TestErrorsOfAServer(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	client := contactgraph.New(serverURL, contactgraph.WithAPIKey("demo-agent"))
	contact := create(t, client)
	_, noContact := client.ReadContact(ctx, "999999")
	_, noKey := contactgraph.New(serverURL, contactgraph.WithAPIKey("unknown")).ReadContact(ctx, contact.ID)
	_, noToken := contactgraph.New(serverURL, contactgraph.WithToken("unknown")).ReadContact(ctx, contact.ID)
	_, noVersion := client.ContactSnapshot(ctx, contact.ID, "AAAAAAAAA+c=")
	_, empty := client.UpdateContact(ctx, contactgraph.UpdateContactInput{ID: contact.ID, ExpectedVersion: contact.Version, Set: contactgraph.ContactPatch{Email: contactgraph.Set("")}})
	_, noAPI := contactgraph.New(strings.TrimSuffix(serverURL, "graphql")+"healthz", contactgraph.WithAPIKey("demo-agent")).Viewer(ctx)
	for _, tt := range []struct{ err, want error }{
		{noContact, contactgraph.UserErrorCodeNotFound},
		{noKey, contactgraph.CodeUnauthenticated},
		{noToken, contactgraph.CodeUnauthenticated},
		{noVersion, contactgraph.CodeNoSuchVersion},
		{empty, contactgraph.UserErrorCodeEmpty},
		{noAPI, contactgraph.CodeBadResponse},
	} {
		if !errors.Is(tt.err, tt.want) {
			t.Errorf("got %v, want %v", tt.err, tt.want)
		}
	}
	var failed *contactgraph.Error
	if !errors.As(noKey, &failed) || failed.RequestID == "" {
		t.Errorf("the error has no id of its request: %+v", failed)
	}
	const unknown = "TG9nOjk5OTk5OTk"
	for name, changes := range map[string]func(func(*contactgraph.Change, error) bool){
		"reading":   client.ReadChanges(ctx, contactgraph.FeedOptions{After: unknown}),
		"following": client.FollowChanges(ctx, contactgraph.FeedOptions{After: unknown}),
	} {
		for change, err := range changes {
			if change != nil || !errors.Is(err, contactgraph.CodeCursorExpired) {
				t.Errorf("%s after an unknown cursor: %+v, %v", name, change, err)
			}
		}
	}
	if viewer, err := contactgraph.New(serverURL).Viewer(ctx); viewer != nil || err != nil {
		t.Errorf("without credentials the viewer is %+v, %v", viewer, err)
	}
}

// TestEachOperation runs the operations that the other tests and the examples do not.
func TestEachOperation(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	client := contactgraph.New(serverURL, contactgraph.WithAPIKey("demo-agent"), contactgraph.WithUserAgent("test"))
	viewer, err := client.Viewer(ctx)
	if err != nil || viewer.Name != "demo-agent" || viewer.Role != contactgraph.ViewerRoleAgent || viewer.Contact != nil {
		t.Fatalf("the viewer is %+v, %v", viewer, err)
	}
	contact := create(t, client)
	detailed, err := client.SetContactDetails(ctx, contactgraph.SetContactDetailsInput{
		ID: contact.ID, ExpectedVersion: contact.Version, Membership: []string{"2"},
		Properties:  []contactgraph.ContactPropertyInput{{PropertyID: "9", Values: []contactgraph.PropertyValueInput{{Value: "books", Description: "many"}}}},
		ExternalIDs: []contactgraph.ExternalIDInput{{System: "test", Value: contact.ID}},
	})
	if err != nil || len(detailed.Contact.Segments) != 1 || len(detailed.Contact.ExternalIDs) != 1 {
		t.Fatalf("the details are %+v, %v", detailed, err)
	}
	page, err := client.ListContacts(ctx, contactgraph.ListOptions{Filter: &contactgraph.ContactFilter{ExternalID: &contactgraph.ExternalIDInput{System: "test", Value: contact.ID}}})
	if err != nil || len(page.Contacts) != 1 || page.Contacts[0].ID != contact.ID || page.PageInfo.HasNextPage {
		t.Errorf("the page is %+v, %v", page, err)
	}
	if _, err := client.UndoChange(ctx, contactgraph.UndoChangeInput{ID: detailed.ChangeID}); err != nil {
		t.Error(err)
	}
	snapshot, err := client.ContactSnapshot(ctx, contact.ID, detailed.Contact.Version)
	if err != nil || len(snapshot.Segments) != 1 {
		t.Errorf("the snapshot is %+v, %v", snapshot, err)
	}
	at, err := client.ContactSnapshotAt(ctx, contact.ID, snapshot.At)
	if err != nil || at.Version != snapshot.Version {
		t.Errorf("the snapshot at its time is %+v, %v", at, err)
	}
	_, err = client.DeleteContact(ctx, contactgraph.DeleteContactInput{ID: contact.ID, ExpectedVersion: contact.Version})
	var conflict *contactgraph.VersionConflict
	if !errors.As(err, &conflict) {
		t.Fatalf("the deletion returned %v", err)
	}
	deleted, err := client.DeleteContact(ctx, contactgraph.DeleteContactInput{ID: contact.ID, ExpectedVersion: conflict.Latest.Version})
	if err != nil || deleted.Contact.ID != contact.ID {
		t.Errorf("the deletion returned %+v, %v", deleted, err)
	}
	admin := contactgraph.New(serverURL, contactgraph.WithAPIKey("demo-admin"))
	erased, err := admin.EraseContact(ctx, contactgraph.EraseContactInput{ID: contact.ID})
	if err != nil || erased.Contact != nil || erased.ChangeID == "" {
		t.Errorf("the erasure returned %+v, %v", erased, err)
	}
}
