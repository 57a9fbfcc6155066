package acceptance

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

	"contactgraph/internal/revision"
)

// sighting is a change as a consumer is told it, by GraphQL or REST.
type sighting struct {
	Cursor    string
	ContactID int
	Version   string
	Kind      string
	Fields    []revision.FieldChange
}

// stretch is a stretch of the log, by GraphQL or REST.
type stretch struct {
	Changes               []sighting
	EndCursor, LastCursor string
	HasMore               bool
}

// seqOf is the number in a cursor.
func seqOf(t *testing.T, cursor string) int64 {
	t.Helper()
	c, err := revision.ParseCursor(cursor)
	if err != nil {
		t.Errorf("%q: %v", cursor, err)
	}
	return int64(c)
}

// follower is a consumer of the log. It loses its connection again and again, and goes on from the cursor of the last change that
// it has.
type follower struct {
	*feedTest

	name    string
	contact int // whose changes it follows; 0 for all
	// turn reads at most this many changes over one connection.
	turn func(ctx context.Context, s *process, limit int) error

	seen  []sighting
	after string       // the cursor to go on from; "" for the beginning
	last  atomic.Int64 // the number of the last change

	cuts, lost, refused int
	behind              int64 // the most changes that it had to catch up with
}

func newFollowers(f *feedTest) (all []*follower) {
	add := func(name string, contact int, turn func(*follower) func(context.Context, *process, int) error) {
		c := &follower{feedTest: f, name: name, contact: contact}
		c.turn = turn(c)
		all = append(all, c)
	}
	events := func(c *follower) func(context.Context, *process, int) error { return c.events }
	socket := func(c *follower) func(context.Context, *process, int) error { return c.socket }
	query := func(c *follower) func(context.Context, *process, int) error { return c.polls(c.query) }
	rest := func(c *follower) func(context.Context, *process, int) error { return c.polls(c.rest) }
	add("events", 0, events)
	add("a socket", 0, socket)
	add("queries", 0, query)
	add("REST", 0, rest)
	add("events of a contact", quietContact, events)
	add("a socket of a contact", heldContact, socket)
	add("REST of a contact", heldContact, rest)
	return all
}

// errRefused is the error of a server that cannot reach its database.
var errRefused = errors.New("the server says that it is not available")

// wrongError is what must not happen to a follower.
type wrongError struct{ error }

func wrong(format string, args ...any) error { return wrongError{fmt.Errorf(format, args...)} }

// follow follows until ctx ends, or something is wrong.
func (c *follower) follow(ctx context.Context) {
	for ctx.Err() == nil {
		connected, cut := context.WithTimeout(ctx, rand.N(2*time.Second))
		err := c.turn(connected, c.servers[rand.IntN(len(c.servers))], rand.IntN(150))
		byItself := err == nil || connected.Err() != nil
		cut()
		if _, ok := errors.AsType[wrongError](err); ok && ctx.Err() == nil {
			c.t.Errorf("%s: behind change %d: %v", c.name, c.last.Load(), err)
			return
		}
		switch {
		case byItself:
			c.cuts++
		case errors.Is(err, errRefused):
			c.refused++
		default:
			c.lost++
		}
		c.away(ctx)
	}
}

// away stays away for a while; from time to time for so long that the server has to read the database for it again.
func (c *follower) away(ctx context.Context) {
	pause := rand.N(50 * time.Millisecond)
	if rand.IntN(30) == 0 {
		pause = rand.N(4 * time.Second)
	}
	select {
	case <-time.After(pause):
	case <-ctx.Done():
	}
	c.behind = max(c.behind, c.feedTest.last.Load()-c.last.Load())
}

// take takes the next change. Its number tells whether one is missing or comes twice.
func (c *follower) take(s sighting) error {
	seq, last := seqOf(c.t, s.Cursor), c.last.Load()
	if seq <= last || c.contact == 0 && seq != last+1 {
		return wrong("change %d comes behind %d", seq, last)
	}
	c.seen, c.after = append(c.seen, s), s.Cursor
	c.last.Store(seq)
	return nil
}

// concerned reports whether the row is one of those that it follows.
func (c *follower) concerned(row logRow) bool { return c.contact == 0 || row.contact == c.contact }

// check compares what it has seen with the log.
func (c *follower) check(t *testing.T, log []logRow) {
	t.Helper()
	want := slices.DeleteFunc(slices.Clone(log), func(row logRow) bool { return !c.concerned(row) })
	if len(c.seen) != len(want) {
		t.Errorf("%s: has seen %d changes of %d", c.name, len(c.seen), len(want))
		return
	}
	for i, s := range c.seen {
		got := logRow{seqOf(t, s.Cursor), place{s.ContactID, number(t, s.Version)}, s.Kind, s.Fields}
		if !reflect.DeepEqual(got, want[i]) {
			t.Errorf("%s: has seen %+v, the log has %+v", c.name, got, want[i])
			return
		}
	}
}

const (
	sightingFields = `cursor contactId version kind fields { path old new }`
	followChanges  = `subscription($after: String, $contact: ID) { contactChanges(after: $after, contactId: $contact) { ` + sightingFields + ` } }`
	pageOfChanges  = `query($after: String, $contact: ID, $first: Int!) { contactChanges(after: $after, contactId: $contact, first: $first) {
		changes { ` + sightingFields + ` } endCursor lastCursor hasMore } }`
)

// variables say from where to go on.
func (c *follower) variables() variables {
	v := variables{}
	if c.after != "" {
		v["after"] = c.after
	}
	if c.contact != 0 {
		v["contact"] = fmt.Sprint(c.contact)
	}
	return v
}

// answered takes what a server tells: a change, or why the stream ends.
func (c *follower) answered(g graphql) error {
	if len(g.Errors) > 0 {
		e := g.Errors[0].Extensions
		if e.Code != "SERVICE_UNAVAILABLE" || e.Cursor != "" && e.Cursor != c.after {
			return wrong("at %q: %+v", c.after, g.Errors)
		}
		return errRefused
	}
	var s sighting
	if err := json.Unmarshal(g.Data["contactChanges"], &s); err != nil {
		return wrong("%v", err)
	}
	return c.take(s)
}

// polls is a turn that asks for one stretch after the other.
func (c *follower) polls(ask func(ctx context.Context, s *process, first int) (stretch, error)) func(context.Context, *process, int) error {
	return func(ctx context.Context, s *process, limit int) error {
		for limit > 0 {
			first := rand.IntN(200)
			got, err := ask(ctx, s, first)
			if err != nil {
				return err
			}
			if err := c.stretch(got, first); err != nil {
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

// stretch takes a stretch of at most so many changes, and goes on from its end.
func (c *follower) stretch(got stretch, first int) error {
	for _, s := range got.Changes {
		if err := c.take(s); err != nil {
			return err
		}
	}
	end, last := seqOf(c.t, got.EndCursor), seqOf(c.t, got.LastCursor)
	switch n := len(got.Changes); {
	case n > first, got.HasMore && n != first, !got.HasMore && end < last, end < c.last.Load(), c.contact == 0 && end != c.last.Load():
		return wrong("asked for %d, got %d up to change %d, and %+v", first, n, c.last.Load(), stretch{nil, fmt.Sprint(end), fmt.Sprint(last), got.HasMore})
	}
	c.after = got.EndCursor
	return nil
}

// query reads a stretch over GraphQL.
func (c *follower) query(ctx context.Context, s *process, first int) (stretch, error) {
	v := c.variables()
	v["first"] = first
	body, err := json.Marshal(map[string]any{"query": pageOfChanges, "variables": v})
	if err != nil {
		return stretch{}, wrong("%v", err)
	}
	a, err := s.tryWithin(ctx, key("demo-agent"), http.MethodPost, "/graphql", "application/json", string(body))
	if err != nil {
		return stretch{}, err
	}
	var g graphql
	if err := json.Unmarshal([]byte(a.body), &g); err != nil {
		return stretch{}, wrong("%d %s: %v", a.status, a.body, err)
	}
	if len(g.Errors) > 0 {
		return stretch{}, c.answered(g)
	}
	var got stretch
	if err := json.Unmarshal(g.Data["contactChanges"], &got); err != nil {
		return stretch{}, wrong("%v", err)
	}
	return got, nil
}

// rest reads a stretch over REST.
func (c *follower) rest(ctx context.Context, s *process, first int) (stretch, error) {
	asked := url.Values{"first": {fmt.Sprint(first)}, "after": {c.after}}
	if c.contact != 0 {
		asked.Set("contactId", fmt.Sprint(c.contact))
	}
	a, err := s.tryWithin(ctx, key("demo-agent"), http.MethodGet, "/api/v1/Changes?"+asked.Encode(), "", "")
	if err != nil {
		return stretch{}, err
	}
	var got stretch
	switch {
	case a.status == http.StatusServiceUnavailable:
		return got, errRefused
	case a.status != http.StatusOK:
		return got, wrong("%d %s", a.status, a.body)
	}
	if err := json.Unmarshal([]byte(a.body), &got); err != nil {
		return got, wrong("%s: %v", a.body, err)
	}
	return got, nil
}
