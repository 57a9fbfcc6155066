package graph_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"contactgraph/internal/revision"
)

// eventSource is an event stream that was opened by GET, as the EventSource of a browser does.
type eventSource struct {
	status int
	media  string
	body   io.Reader
}

// eventSource opens an event stream. lastEventID is "" for a new one.
func (f *fixture) eventSource(ctx context.Context, address, token, document, lastEventID string) eventSource {
	f.t.Helper()
	r := must(http.NewRequestWithContext(ctx, http.MethodGet, address+"?query="+url.QueryEscape(document), nil))
	r.Header.Set("Accept", "text/event-stream")
	if token != "" {
		r.Header.Set("X-ApiKey", token)
	}
	if lastEventID != "" {
		r.Header.Set("Last-Event-ID", lastEventID)
	}
	resp := must(http.DefaultClient.Do(r)) //nolint:bodyclose // it is closed when the test ends
	f.t.Cleanup(func() { resp.Body.Close() })
	return eventSource{resp.StatusCode, resp.Header.Get("Content-Type"), resp.Body}
}

// ids reads the ids of n events.
func (f *fixture) ids(stream eventSource, n int) (ids []string) {
	f.t.Helper()
	for lines := bufio.NewScanner(stream.body); len(ids) < n && lines.Scan(); {
		if id, ok := strings.CutPrefix(lines.Text(), "id: "); ok {
			ids = append(ids, id)
		}
	}
	if len(ids) < n {
		f.t.Fatalf("the stream ends after %d events", len(ids))
	}
	return ids
}

// TestEventStreamIsResumed: a client that loses its connection in the middle, and sends the id of
// the last event with the same request, gets each change once, whatever the argument after says.
func TestEventStreamIsResumed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	address := f.url()
	anna := f.create(f.demo, "anna", nil)
	var want []string
	for i := range 60 {
		f.rename(f.demo, anna, strings.Repeat("x", i%50+1))
	}
	for seq := 2; seq <= 61; seq++ {
		want = append(want, revision.Cursor(seq).String())
	}
	document := `subscription { contactChanges(after: "` + revision.Cursor(1).String() + `") { kind } }`
	var got []string
	last := ""
	for _, n := range []int{1, 2, 27, 30} { // more than one batch, and less
		ctx, disconnect := context.WithTimeout(t.Context(), patience)
		got = append(got, f.ids(f.eventSource(ctx, address, f.demo.agent, document, last), n)...)
		disconnect() // more events were sent than were read
		last = got[len(got)-1]
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	ctx, disconnect := context.WithTimeout(t.Context(), patience)
	defer disconnect()
	live := f.eventSource(ctx, address, f.demo.agent, document, last)
	f.rename(f.demo, anna, "Ida")
	if next := f.ids(live, 1); next[0] != revision.Cursor(62).String() {
		t.Errorf("the next event is %v", next)
	}
}

// TestEventStreamIsNotOpened: an event stream that cannot be resumed, or not be read at all, is
// answered with a status that ends an EventSource. It would connect again and again otherwise.
func TestEventStreamIsNotOpened(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	address := f.url()
	anna := f.create(f.demo, "anna", nil)
	_, customer := f.customer(f.demo, "berta")
	const all = `subscription { contactChanges { cursor } }`
	for name, tt := range map[string]struct {
		token, document, lastEventID string
		status                       int
		code                         string
	}{
		"a malformed id":     {f.demo.agent, all, "?", 422, "BAD_USER_INPUT"},
		"an id of no change": {f.demo.agent, all, revision.Cursor(1000).String(), 410, "CURSOR_EXPIRED"},
		"an expired cursor":  {f.demo.agent, `subscription { contactChanges(after: "` + revision.Cursor(1000).String() + `") { cursor } }`, "", 410, "CURSOR_EXPIRED"},
		"a malformed cursor": {f.demo.agent, `subscription { contactChanges(after: "?") { cursor } }`, "", 422, "BAD_USER_INPUT"},
		"another contact":    {customer, `subscription { contactChanges(contactId: "` + anna.GlobalID() + `") { cursor } }`, "", 403, "FORBIDDEN"},
		"no credentials":     {"", all, "", 401, "UNAUTHENTICATED"},
		"an unknown field":   {f.demo.agent, `subscription { contactChanges { none } }`, "", 422, "GRAPHQL_VALIDATION_FAILED"},
	} {
		resp := f.eventSource(t.Context(), address, tt.token, tt.document, tt.lastEventID)
		got, _, err := single(resp.body)()
		if err != nil || resp.status != tt.status || !slices.Equal(got.codes(), []string{tt.code}) ||
			!strings.HasPrefix(resp.media, "application/graphql-response+json") {
			t.Errorf("%s: got %d %s %v, %v, want %d %s", name, resp.status, resp.media, got.Errors, err, tt.status, tt.code)
		}
	}
}

// TestEventsOfOneContactAreResumed: the ids are those of the whole log, so a stream of one contact
// resumes from them too.
func TestEventsOfOneContactAreResumed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	address := f.url()
	anna, berta := f.create(f.demo, "anna", nil), f.create(f.demo, "berta", nil)
	f.rename(f.demo, berta, "Bo")
	f.rename(f.demo, anna, "Ida")
	ctx, disconnect := context.WithTimeout(t.Context(), patience)
	defer disconnect()
	document := `subscription { contactChanges(contactId: "` + anna.GlobalID() + `") { contactId } }`
	first := f.ids(f.eventSource(ctx, address, f.demo.agent, document, ""), 1)
	rest := f.ids(f.eventSource(ctx, address, f.demo.agent, document, first[0]), 1)
	if want := []string{revision.Cursor(1).String(), revision.Cursor(4).String()}; !slices.Equal(append(first, rest...), want) {
		t.Errorf("got %v and %v, want %v", first, rest, want)
	}
}
