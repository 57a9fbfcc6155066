package graph_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"contactgraph/ent"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/revision"

	"github.com/coder/websocket"
)

const follow = `subscription($after: String, $contact: ID) {
	contactChanges(after: $after, contactId: $contact) { cursor contactId kind actor { name } fields { path new } }
}`

// rename changes the first name of the contact.
func (f *fixture) rename(a *tenant, c *ent.Contact, name string) {
	f.t.Helper()
	must(f.Contacts.Update(a.ctx, contact.Update{ID: c.ID, Lock: contact.Lock{OnConflict: contact.Overwrite}, Set: field.Patch{field.FirstName: name}}))
}

// onEachTransport runs a test once for each streaming transport, each with its own fixture.
func onEachTransport(t *testing.T, test func(f *fixture, open func(token string, variables object) *stream)) {
	t.Helper()
	for _, transport := range streamTransports {
		t.Run(transport.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			test(f, func(token string, variables object) *stream {
				t.Helper()
				return transport.open(f, token, follow, variables)
			})
		})
	}
}

func TestSubscriptionReplaysThenContinues(t *testing.T) {
	t.Parallel()
	onEachTransport(t, func(f *fixture, open func(string, object) *stream) {
		a := f.demo
		anna, berta := f.create(a, "anna", nil), f.create(a, "berta", nil)
		f.create(f.other, "of another account", nil)
		f.rename(a, anna, "Eva")
		last := f.get(a.agent, `{ contactChanges(first: 0) { lastCursor } }`, nil, "contactChanges", "lastCursor")
		all, live, one := open(a.agent, nil), open(a.agent, object{"after": last}), open(a.agent, object{"contact": berta.GlobalID()})
		ids := func(contacts ...*ent.Contact) (ids []any) {
			for _, c := range contacts {
				ids = append(ids, float64(c.ID))
			}
			return ids
		}
		want := func(name string, got, want []any) {
			f.t.Helper()
			if !slices.Equal(got, want) {
				f.t.Errorf("%s: changes of %v, want %v", name, got, want)
			}
		}
		want("from the beginning", all.changes(3, "contactId"), ids(anna, berta, anna))
		want("of one contact", one.changes(1, "contactId"), ids(berta))
		f.rename(a, anna, "Ida")
		f.rename(a, berta, "Bo")
		f.rename(a, anna, "Ulla")
		want("from the beginning, live", all.changes(3, "contactId"), ids(anna, berta, anna))
		want("from the end", live.changes(3, "contactId"), ids(anna, berta, anna))
		want("of one contact, live", one.changes(1, "contactId"), ids(berta))
		between := open(a.agent, nil).changes(4, "cursor")[3]
		want("from a cursor in between", open(a.agent, object{"after": between}).changes(2, "contactId"), ids(berta, anna))
	})
}

func TestSubscriptionFails(t *testing.T) {
	t.Parallel()
	onEachTransport(t, func(f *fixture, open func(string, object) *stream) {
		anna := f.create(f.demo, "anna", nil)
		_, customer := f.customer(f.demo, "berta")
		tests := []struct {
			name, token string
			variables   object
			code        string
		}{
			{"anonymous", "", nil, "UNAUTHENTICATED"},
			{"another contact", customer, object{"contact": anna.GlobalID()}, "FORBIDDEN"},
			{"an invalid cursor", f.demo.agent, object{"after": "?"}, "BAD_USER_INPUT"},
			{"an invalid contact id", customer, object{"contact": "?"}, "FORBIDDEN"},
			{"beyond the end", f.demo.agent, object{"after": revision.Cursor(1000).String()}, "CURSOR_EXPIRED"},
		}
		for _, tt := range tests {
			if got := open(tt.token, tt.variables).last(); !slices.Equal(got.codes(), []string{tt.code}) {
				f.t.Errorf("%s: got %v, want %s", tt.name, got.Errors, tt.code)
			}
		}
	})
}

// TestCursorBeyondTheEndIsRejectedWithOtherStreams: a cursor beyond the end is rejected also when
// other streams have filled the buffer of recent changes, which does not know where the log ends.
func TestCursorBeyondTheEndIsRejectedWithOtherStreams(t *testing.T) {
	t.Parallel()
	onEachTransport(t, func(f *fixture, open func(string, object) *stream) {
		anna := f.create(f.demo, "anna", nil)
		other := open(f.demo.agent, nil)
		other.changes(1, "cursor")
		f.rename(f.demo, anna, "Eva")
		other.changes(1, "cursor")
		if got := open(f.demo.agent, object{"after": revision.Cursor(1000).String()}).last(); !slices.Equal(got.codes(), []string{"CURSOR_EXPIRED"}) {
			f.t.Errorf("got %v", got.Errors)
		}
	})
}

func TestCustomerFollowsItsOwnContact(t *testing.T) {
	t.Parallel()
	onEachTransport(t, func(f *fixture, open func(string, object) *stream) {
		f.create(f.demo, "anna", nil)
		berta, token := f.customer(f.demo, "berta")
		s := open(token, nil)
		created := s.next().Data["contactChanges"].(object)
		f.want("the actor is hidden", pick(created, "kind", "actor"), `{"kind": "CREATE", "actor": null}`)
		if created["contactId"] != float64(berta.ID) {
			f.t.Errorf("got a change of contact %v, want %d", created["contactId"], berta.ID)
		}
		f.create(f.demo, "cilla", nil)
		f.rename(f.demo, berta, "Bo")
		if got := s.changes(1, "contactId"); got[0] != float64(berta.ID) {
			f.t.Errorf("got a change of contact %v, want %d", got[0], berta.ID)
		}
	})
}

func TestClosedStreamsReturnTheirCursor(t *testing.T) {
	t.Parallel()
	onEachTransport(t, func(f *fixture, open func(string, object) *stream) {
		f.create(f.demo, "anna", nil)
		f.create(f.demo, "berta", nil)
		s := open(f.demo.agent, nil)
		cursors := s.changes(2, "cursor")
		idle := open(f.demo.agent, object{"after": cursors[0], "contact": "1"})
		for f.Hub.Streams() < 2 {
			time.Sleep(time.Millisecond)
		}
		f.Hub.Close()
		f.closeConns()
		for name, tt := range map[string]struct {
			s    *stream
			want any
		}{"after changes": {s, cursors[1]}, "before any": {idle, cursors[0]}} {
			if got := tt.s.last(); !slices.Equal(got.codes(), []string{"SERVICE_UNAVAILABLE"}) || got.Errors[0].Extensions["cursor"] != tt.want {
				f.t.Errorf("%s: the stream ends with %v, want the cursor %v", name, got.Errors, tt.want)
			}
		}
	})
}

// TestSignedOutSessionEndsItsStream: a stream does not outlast the credentials of its client.
func TestSignedOutSessionEndsItsStream(t *testing.T) {
	t.Parallel()
	onEachTransport(t, func(f *fixture, open func(string, object) *stream) {
		f.Hub.Recheck = 50 * time.Millisecond
		_, token := f.customer(f.demo, "anna")
		s := open(token, nil)
		cursors := s.changes(1, "cursor")
		time.Sleep(3 * f.Hub.Recheck)
		f.get(token, `mutation { signOut { errors { code } } }`, nil)
		if got := s.last(); !slices.Equal(got.codes(), []string{"UNAUTHENTICATED"}) || got.Errors[0].Extensions["cursor"] != cursors[0] {
			f.t.Errorf("the stream ends with %v", got.Errors)
		}
	})
}

func TestConnectionInitOfWebSocket(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	s := f.dial(nil)
	s.send(message{Type: "connection_init", Payload: initPayload("forged")})
	if m, err := s.receive(); websocket.CloseStatus(err) != 4403 {
		t.Errorf("forged credentials: got %v, %v, want it closed with 4403", m, err)
	}
	must(f.db.Raw().Exec("ALTER TABLE api_keys RENAME TO lost"))
	s = f.dial(nil)
	s.send(message{Type: "connection_init", Payload: initPayload("unknown")})
	if m, err := s.receive(); websocket.CloseStatus(err) != websocket.StatusTryAgainLater {
		t.Errorf("credentials that cannot be looked up: got %v, %v, want it closed with 1013", m, err)
	}
	if !strings.Contains(f.log.String(), "the credentials could not be checked") {
		t.Errorf("the log lacks the failure: %s", f.log)
	}
	s = f.dial(nil)
	s.send(message{ID: "1", Type: "subscribe", Payload: []byte(`{"query": "{ __typename }"}`)})
	if m, err := s.receive(); websocket.CloseStatus(err) < 0 {
		t.Errorf("an operation before connection_init: got %v, %v, want it closed", m, err)
	}
}

func TestWebSocketRunsAllOperations(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	anna := f.create(f.demo, "anna", nil)
	s := f.socket(f.demo.agent)
	following := s.subscribe(follow, nil)
	following.changes(1, "cursor")
	query := s.subscribe(`query($id: ID!) { contact(id: $id) { firstName } }`, object{"id": anna.ID})
	f.want("a query", query.last().Data, `{"contact": {"firstName": "anna"}}`)
	mutation := s.subscribe(update, object{"in": object{"id": anna.ID, "onConflict": "OVERWRITE", "set": object{"firstName": "Eva"}}})
	if got := mutation.last(); len(got.Errors) > 0 {
		t.Errorf("a mutation: %v", got.Errors)
	}
	following.changes(1, "cursor")
	following.stop()
	again := s.subscribe(follow, nil)
	again.changes(2, "cursor")
}

func TestWebSocketOfAnotherOriginIsRejected(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	address := f.url()
	own := must(url.Parse(address))
	for origin, want := range map[string]int{
		"https://example.com": http.StatusForbidden, "http://" + own.Hostname(): http.StatusForbidden, "null": http.StatusForbidden,
		"http://" + own.Host: http.StatusSwitchingProtocols,
	} {
		conn, resp, _ := websocket.Dial(t.Context(), address, &websocket.DialOptions{ //nolint:bodyclose // it has been read
			Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: http.Header{"Origin": {origin}},
		})
		if conn != nil {
			defer conn.CloseNow()
		}
		if resp.StatusCode != want {
			t.Errorf("Origin %s: status %d, want %d", origin, resp.StatusCode, want)
		}
	}
}

func TestQueryOverEventStreamReturnsOneResponse(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	anna := f.create(f.demo, "anna", nil)
	got := f.events(f.demo.agent, `query($id: ID!) { contact(id: $id) { firstName } }`, object{"id": anna.ID}).last()
	f.want("a query", got.Data, `{"contact": {"firstName": "anna"}}`)
	mutation := f.events(f.demo.agent, update, object{"in": object{"id": anna.ID, "onConflict": "OVERWRITE", "set": object{"firstName": "Eva"}}})
	if got := mutation.last(); len(got.Errors) > 0 {
		t.Errorf("a mutation: %v", got.Errors)
	}
}

func TestOperationsThatCannotBeStreamed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(f.demo, "anna", nil)
	before := f.db.Dump()
	document := url.QueryEscape(`mutation { createStore(input: {name: "x"}) { errors { code } } }`)
	resp := f.send(http.MethodGet, f.url()+"?query="+document, f.demo.admin, "text/event-stream", nil) //nolint:bodyclose // send does
	if resp.StatusCode != http.StatusMethodNotAllowed || resp.Header.Get("Allow") != http.MethodPost {
		t.Errorf("a mutation by GET: %s", resp.Status)
	}
	got := f.query(f.demo.agent, follow, nil)
	if !slices.Equal(got.codes(), []string{"BAD_USER_INPUT"}) || !strings.Contains(got.Errors[0].Message, "stream") {
		t.Errorf("a subscription by plain POST: %v", got.Errors)
	}
	got = f.events(f.demo.agent, `{ contacts { totalCount ... @defer { nodes { id } } } }`, nil).last()
	if !slices.Equal(got.codes(), []string{"GRAPHQL_VALIDATION_FAILED"}) {
		t.Errorf("an incremental response: %v", got)
	}
	if f.db.Dump() != before {
		t.Error("the database has changed")
	}
}

func TestTooManyOperationsOnASocket(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(f.demo, "anna", nil)
	s := f.socket(f.demo.agent)
	var streams []*stream
	for range 100 {
		streams = append(streams, s.subscribe(follow, nil))
	}
	for _, s := range streams {
		s.changes(1, "cursor")
	}
	if got := s.subscribe(follow, nil).last(); !slices.Equal(got.codes(), []string{"BAD_USER_INPUT"}) {
		t.Errorf("the 101st operation: got %v", got)
	}
	streams[0].stop()
	for end := time.Now().Add(patience); ; {
		if got := s.subscribe(follow, nil).next(); len(got.Errors) == 0 {
			break
		}
		if time.Now().After(end) {
			t.Fatal("an operation that has ended still counts")
		}
	}
}
