package graph_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// TestSignedOutSocketIsRejected: after signing out, a connection that is still open can do nothing
// more.
func TestSignedOutSocketIsRejected(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	anna, token := f.customer(f.demo, "anna")
	s := f.socket(token)
	rename := object{"in": object{"id": anna.ID, "onConflict": "OVERWRITE", "set": object{"firstName": "Eva"}}}
	if got := s.subscribe(update, rename).last(); len(got.Errors) > 0 {
		t.Fatalf("signed in: %v", got.Errors)
	}
	f.get(token, `mutation { signOut { errors { code } } }`, nil)
	for name, s := range map[string]*stream{
		"a mutation": s.subscribe(update, rename), "a query": s.subscribe(`{ viewer { contact { email } } }`, nil), "a subscription": s.subscribe(follow, nil),
	} {
		if got := s.next(); !slices.Equal(got.codes(), []string{"UNAUTHENTICATED"}) || len(got.Data) > 0 {
			t.Errorf("%s: got %v, %v", name, got.Data, got.Errors)
		}
	}
	if got := f.socket("").subscribe(`{ viewer { role } }`, nil).last(); len(got.Errors) > 0 {
		t.Errorf("an anonymous connection: %v", got.Errors)
	}
}

// TestIDOfCompletedOperationCanBeReused: an id is free again once the client has completed its
// operation.
func TestIDOfCompletedOperationCanBeReused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(f.demo, "anna", nil)
	s := f.socket(f.demo.agent)
	payload := must(json.Marshal(object{"query": `{ contacts { nodes { changes { nodes { id } } lastChanges { path } } } }`}))
	for range 20 {
		s.send(message{ID: "again", Type: "subscribe", Payload: payload})
		s.send(message{ID: "again", Type: "complete"})
	}
	s.send(message{ID: "again", Type: "subscribe", Payload: payload})
	for {
		m, err := s.nextMessage("again")
		if err != nil {
			t.Fatal(err)
		}
		if m.Type == "complete" {
			return
		}
	}
}

func TestLongOperationIDIsRejected(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	s := f.socket(f.demo.agent)
	s.send(message{ID: strings.Repeat("x", 256), Type: "subscribe", Payload: json.RawMessage(`{"query": "{ __typename }"}`)})
	if m, err := s.receive(); err == nil || !strings.Contains(err.Error(), "4400") {
		t.Errorf("got %v, %v", m, err)
	}
}

func TestSubscriptionNeedsExactlyOneField(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, document := range []string{
		`subscription { contactChanges { id } again: contactChanges { id } }`, `subscription { contactChanges @skip(if: true) { id } }`,
	} {
		if got := f.socket(f.demo.agent).subscribe(document, nil).next(); !slices.Equal(got.codes(), []string{"BAD_USER_INPUT"}) {
			t.Errorf("%s: %v", document, got.Errors)
		}
	}
}
