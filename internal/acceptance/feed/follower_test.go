package feed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"contactgraph/internal/acceptance/harness"
	"contactgraph/internal/revision"
)

// change is a change as a consumer receives it, over GraphQL or REST.
type change struct {
	Cursor    string
	ContactID int
	Version   string
	Kind      string
	Fields    []revision.FieldChange
}

// page is a page of the log, over GraphQL or REST.
type page struct {
	Changes               []change
	EndCursor, LastCursor string
	HasMore               bool
}

// seqOf returns the sequence number in a cursor.
func seqOf(t *testing.T, cursor string) int64 {
	t.Helper()
	c, err := revision.ParseCursor(cursor)
	if err != nil {
		t.Errorf("%q: %v", cursor, err)
	}
	return int64(c)
}

// session receives at most limit changes over one connection.
type session func(ctx context.Context, s *harness.Server, limit int) error

// follower is a consumer of the log. It loses its connection again and again, and resumes from the
// cursor of the last change that it has received.
type follower struct {
	*feedTest

	name    string
	contact int // whose changes it follows; 0 for all
	session session

	received []change
	after    string       // the cursor to resume from; "" for the beginning
	last     atomic.Int64 // the sequence number of the last change

	disconnects, lost, refused int   // connections: closed by itself, broken, refused
	backlog                    int64 // the most changes that it had to catch up with
}

func newFollowers(f *feedTest) (all []*follower) {
	add := func(name string, contact int, newSession func(*follower) session) {
		c := &follower{feedTest: f, name: name, contact: contact}
		c.session = newSession(c)
		all = append(all, c)
	}
	events := func(c *follower) session { return c.events }
	socket := func(c *follower) session { return c.socket }
	query := func(c *follower) session { return c.poll(c.query) }
	rest := func(c *follower) session { return c.poll(c.rest) }
	eventSource := func(c *follower) session { return c.eventSource }
	add("SSE", 0, events)
	add("EventSource", 0, eventSource)
	add("WebSocket", 0, socket)
	add("GraphQL queries", 0, query)
	add("REST", 0, rest)
	add("SSE for one contact", quietContact, events)
	add("WebSocket for one contact", lockedContact, socket)
	add("REST for one contact", lockedContact, rest)
	return all
}

// errRefused is the error of a request to a server that cannot reach its database.
var errRefused = errors.New("the server reports that it is unavailable")

// violation is an error that must not happen to a follower.
type violation struct{ error }

func violated(format string, args ...any) error { return violation{fmt.Errorf(format, args...)} }

// follow receives changes until ctx ends, or until the server breaks a promise.
func (c *follower) follow(ctx context.Context) {
	for ctx.Err() == nil {
		connected, disconnect := context.WithTimeout(ctx, rand.N(2*time.Second))
		err := c.session(connected, c.servers[rand.IntN(len(c.servers))], rand.IntN(150))
		byItself := err == nil || connected.Err() != nil
		disconnect()
		if _, ok := errors.AsType[violation](err); ok && ctx.Err() == nil {
			c.t.Errorf("%s: after change %d: %v", c.name, c.last.Load(), err)
			return
		}
		switch {
		case byItself:
			c.disconnects++
		case errors.Is(err, errRefused):
			c.refused++
		default:
			c.lost++
		}
		c.pause(ctx)
	}
}

// pause waits before the next connection: from time to time for so long that the server no longer
// has the missed changes in memory and reads them from the database.
func (c *follower) pause(ctx context.Context) {
	pause := rand.N(50 * time.Millisecond)
	if rand.IntN(30) == 0 {
		pause = rand.N(4 * time.Second)
	}
	select {
	case <-time.After(pause):
	case <-ctx.Done():
	}
	c.backlog = max(c.backlog, c.feedTest.last.Load()-c.last.Load())
}

// receive takes the next change. Its sequence number shows whether one is missing or comes twice.
func (c *follower) receive(s change) error {
	seq, last := seqOf(c.t, s.Cursor), c.last.Load()
	if seq <= last || c.contact == 0 && seq != last+1 {
		return violated("change %d comes after %d", seq, last)
	}
	c.received, c.after = append(c.received, s), s.Cursor
	c.last.Store(seq)
	return nil
}

// follows reports whether the follower should receive the change.
func (c *follower) follows(row logRow) bool { return c.contact == 0 || row.contact == c.contact }

// check compares the changes that it has received with the log.
func (c *follower) check(t *testing.T, log []logRow) {
	t.Helper()
	want := slices.DeleteFunc(slices.Clone(log), func(row logRow) bool { return !c.follows(row) })
	if len(c.received) != len(want) {
		t.Errorf("%s: received %d changes of %d", c.name, len(c.received), len(want))
		return
	}
	for i, s := range c.received {
		got := logRow{seqOf(t, s.Cursor), changeKey{s.ContactID, harness.VersionNumber(t, s.Version)}, s.Kind, s.Fields}
		if !reflect.DeepEqual(got, want[i]) {
			t.Errorf("%s: received %+v, the log has %+v", c.name, got, want[i])
			return
		}
	}
}

const (
	changeFields  = `cursor contactId version kind fields { path old new }`
	followChanges = `subscription($after: String, $contact: ID) { contactChanges(after: $after, contactId: $contact) { ` + changeFields + ` } }`
	pageOfChanges = `query($after: String, $contact: ID, $first: Int!) { contactChanges(after: $after, contactId: $contact, first: $first) {
		changes { ` + changeFields + ` } endCursor lastCursor hasMore } }`
)

// variables select the changes after its cursor.
func (c *follower) variables() harness.Variables {
	v := harness.Variables{}
	if c.after != "" {
		v["after"] = c.after
	}
	if c.contact != 0 {
		v["contact"] = fmt.Sprint(c.contact)
	}
	return v
}

// receiveResult takes the result of a subscription: a change, or the error with which it ends.
func (c *follower) receiveResult(g harness.Result) error {
	if len(g.Errors) > 0 {
		e := g.Errors[0].Extensions
		if e.Code != "SERVICE_UNAVAILABLE" || e.Cursor != "" && e.Cursor != c.after {
			return violated("at %q: %+v", c.after, g.Errors)
		}
		return errRefused
	}
	var s change
	if err := json.Unmarshal(g.Data["contactChanges"], &s); err != nil {
		return violated("%v", err)
	}
	return c.receive(s)
}

// poll returns a session that requests one page after the other.
func (c *follower) poll(request func(ctx context.Context, s *harness.Server, first int) (page, error)) session {
	return func(ctx context.Context, s *harness.Server, limit int) error {
		for limit > 0 {
			first := rand.IntN(200)
			got, err := request(ctx, s, first)
			if err != nil {
				return err
			}
			if err := c.receivePage(got, first); err != nil {
				return err
			}
			limit -= len(got.Changes)
			if !got.HasMore {
				select {
				case <-time.After(rand.N(20 * time.Millisecond)):
				case <-ctx.Done():
					return nil
				}
			}
		}
		return nil
	}
}

// receivePage takes a page of at most first changes, and moves on to its end.
func (c *follower) receivePage(got page, first int) error {
	for _, s := range got.Changes {
		if err := c.receive(s); err != nil {
			return err
		}
	}
	end, last := seqOf(c.t, got.EndCursor), seqOf(c.t, got.LastCursor)
	switch n := len(got.Changes); {
	case n > first, got.HasMore && n != first, !got.HasMore && end < last, end < c.last.Load(), c.contact == 0 && end != c.last.Load():
		return violated("requested %d changes, got %d up to change %d, and %+v", first, n, c.last.Load(), page{nil, fmt.Sprint(end), fmt.Sprint(last), got.HasMore})
	}
	c.after = got.EndCursor
	return nil
}

// query reads a page over GraphQL.
func (c *follower) query(ctx context.Context, s *harness.Server, first int) (page, error) {
	v := c.variables()
	v["first"] = first
	body, err := json.Marshal(map[string]any{"query": pageOfChanges, "variables": v})
	if err != nil {
		return page{}, violated("%v", err)
	}
	a, err := s.TrySendContext(ctx, harness.APIKey("demo-agent"), http.MethodPost, "/graphql", "application/json", string(body))
	if err != nil {
		return page{}, err
	}
	var g harness.Result
	if err := json.Unmarshal([]byte(a.Body), &g); err != nil {
		return page{}, violated("%d %s: %v", a.Status, a.Body, err)
	}
	if len(g.Errors) > 0 {
		return page{}, c.receiveResult(g)
	}
	var got page
	if err := json.Unmarshal(g.Data["contactChanges"], &got); err != nil {
		return page{}, violated("%v", err)
	}
	return got, nil
}

// rest reads a page over REST.
func (c *follower) rest(ctx context.Context, s *harness.Server, first int) (page, error) {
	query := url.Values{"first": {fmt.Sprint(first)}, "after": {c.after}}
	if c.contact != 0 {
		query.Set("contactId", fmt.Sprint(c.contact))
	}
	a, err := s.TrySendContext(ctx, harness.APIKey("demo-agent"), http.MethodGet, "/api/v1/Changes?"+query.Encode(), "", "")
	if err != nil {
		return page{}, err
	}
	var got page
	switch {
	case a.Status == http.StatusServiceUnavailable:
		return got, errRefused
	case a.Status != http.StatusOK:
		return got, violated("%d %s", a.Status, a.Body)
	}
	if err := json.Unmarshal([]byte(a.Body), &got); err != nil {
		return got, violated("%s: %v", a.Body, err)
	}
	return got, nil
}
