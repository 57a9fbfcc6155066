package people_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"contactgraph/internal/database"
	"contactgraph/internal/people"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"

	"github.com/google/go-cmp/cmp"
)

// callers are a user and a contact with two sessions each, and contexts in which they use the first
// ones.
type callers struct {
	user, contact       int
	userCtx, contactCtx context.Context
	ofUser, ofContact   []int
	admin, other        int // sessions of an admin and of another contact
}

func newCallers(f *fixture) *callers {
	c := &callers{user: f.user("uma", viewer.Agent).ID, contact: f.contact()}
	for range 2 {
		c.ofUser = append(c.ofUser, f.session(c.user, 0))
		c.ofContact = append(c.ofContact, f.session(0, c.contact))
	}
	c.admin, c.other = f.session(f.user("boss", viewer.Admin).ID, 0), f.session(0, f.contact())
	c.userCtx = viewer.NewContext(f.t.Context(), viewer.Viewer{
		Account: f.account, Role: viewer.Agent, Session: c.ofUser[0], Actor: viewer.Actor{Kind: viewer.ActorUser, ID: c.user, Name: "uma"},
	})
	c.contactCtx = viewer.NewContext(f.t.Context(), viewer.Viewer{
		Account: f.account, Role: viewer.Customer, Contact: c.contact, Session: c.ofContact[0], Actor: viewer.Actor{Kind: viewer.ActorContact, ID: c.contact},
	})
	return c
}

func ids(list []*people.Session) (ids []int) {
	for _, s := range list {
		ids = append(ids, s.ID)
	}
	slices.Sort(ids)
	return ids
}

// TestIdleSessionsDoNotFillTheList: those that have ended because they were not used do not count.
func TestIdleSessionsDoNotFillTheList(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	uma := f.user("uma", viewer.Agent).ID
	var active []int
	for _, s := range []struct {
		idle   *int          // minutes
		unused time.Duration // -1 for a session that is older than the column
		ended  bool
	}{
		{nil, 50 * time.Minute, false},
		{new(10), 10 * time.Minute, true},
		{new(10), 10*time.Minute - time.Microsecond, false},
		{new(30), 10 * time.Minute, false},
		{new(30), 30 * time.Minute, true},
		{new(30), -1, false},
		{new(10), 20 * time.Minute, true},
		{new(10), 0, false},
	} {
		id := f.usedSession(uma, s.idle, s.unused)
		if !s.ended {
			active = append(active, id)
		}
	}
	for first := 1; first <= len(active)+1; first++ {
		want := active[max(0, len(active)-first):]
		if got := ids(must(f.Sessions(f.admin, first))); !slices.Equal(got, want) {
			t.Errorf("the first %d are %v, want %v", first, got, want)
		}
	}
}

// usedSession opens a session of a user that ends after some idle minutes, and was used last some
// time ago.
func (f *fixture) usedSession(user int, idle *int, unused time.Duration) (id int) {
	f.t.Helper()
	f.tokens++
	f.write(func(ctx context.Context, tx *database.Tx) error {
		create := tx.Ent.Session.Create().SetTokenHash(fmt.Appendf(nil, "%032d", f.tokens)).SetExpiresAt(start.Add(time.Hour)).
			SetUserID(user).SetNillableIdleMinutes(idle)
		if unused >= 0 {
			create.SetLastUsedAt(start.Add(-unused))
		}
		row, err := create.Save(ctx)
		if err == nil {
			id = row.ID
		}
		return err
	})
	return id
}

func TestListSessions(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c := newCallers(f)
	if got := ids(must(f.OwnSessions(c.userCtx, 100))); !slices.Equal(got, c.ofUser) {
		t.Errorf("the user has %v, want %v", got, c.ofUser)
	}
	if got := ids(must(f.OwnSessions(c.contactCtx, 100))); !slices.Equal(got, c.ofContact) {
		t.Errorf("the contact has %v, want %v", got, c.ofContact)
	}
	if got := must(f.OwnSessions(f.agent, 100)); len(got) != 0 {
		t.Errorf("an API key has %v", got)
	}
	all := must(f.Sessions(f.admin, 100))
	if got := ids(all); !slices.Equal(got, f.sessions()) {
		t.Errorf("the account has %v, want %v", got, f.sessions())
	}
	if got := must(f.Sessions(f.foreign, 100)); len(got) != 0 {
		t.Errorf("another account has %v", got)
	}
	if got := must(f.Sessions(f.admin, 1)); len(got) != 1 || got[0].ID != c.other {
		t.Errorf("the newest is %v, want %d", ids(got), c.other)
	}
	first := must(f.OwnSessions(c.userCtx, 100))[1]
	want := &people.Session{
		ID: c.ofUser[0], User: must(f.UserByLogin(f.admin, "uma")), CreatedAt: &start, ExpiresAt: start.Add(time.Hour),
		Address: new("192.0.2.9"), Agent: new("Firefox"), Current: true,
	}
	if diff := cmp.Diff(want, first); diff != "" {
		t.Errorf("the current session (-want +got)\n%s", diff)
	}
	if own := must(f.OwnSessions(c.contactCtx, 100)); *own[0].ContactID != c.contact || own[0].User != nil || own[0].Current || !own[1].Current {
		t.Errorf("of the contact: %+v", own)
	}
	for _, n := range []int{-1, people.MaxSessions + 1} {
		if _, err := f.Sessions(f.admin, n); !errors.Is(err, usererror.ErrArguments) {
			t.Errorf("first %d: got %v", n, err)
		}
	}
	f.advance(time.Hour)
	if got := must(f.Sessions(f.admin, 100)); len(got) != 0 {
		t.Errorf("sessions that have expired are listed: %v", ids(got))
	}
}

func TestRevokeSession(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c := newCallers(f)
	revoke := func(ctx context.Context, id int) func() error {
		return func() error { return f.RevokeSession(ctx, id) }
	}
	for name, do := range map[string]func() error{
		"one of an admin, by a user":        revoke(c.userCtx, c.admin),
		"one of a contact, by a user":       revoke(c.userCtx, c.ofContact[0]),
		"one of a user, by a contact":       revoke(c.contactCtx, c.ofUser[0]),
		"one of a contact, by another":      revoke(c.contactCtx, c.other),
		"one by an API key of an agent":     revoke(f.agent, c.ofUser[0]),
		"one by an admin of another one":    revoke(f.foreign, c.ofUser[0]),
		"one that does not exist, by a key": revoke(f.admin, 999),
		"one that does not exist":           revoke(c.userCtx, 999),
	} {
		f.wantErrors(name, do, "NOT_FOUND")
	}
	f.wantAudited(func() {
		for _, err := range []error{
			f.RevokeSession(c.userCtx, c.ofUser[1]), f.RevokeSession(c.contactCtx, c.ofContact[0]), f.RevokeSession(f.admin, c.other), f.RevokeSession(f.admin, c.admin),
		} {
			if err != nil {
				t.Error(err)
			}
		}
	},
		`SESSION_REVOKED by "uma": "uma" map[userId:1]`, `SESSION_REVOKED by "": "" map[contactId:1]`,
		`SESSION_REVOKED by "admin key": "" map[contactId:2]`, `SESSION_REVOKED by "admin key": "boss" map[userId:2]`)
	if got, want := f.sessions(), []int{c.ofUser[0], c.ofContact[1]}; !slices.Equal(got, want) {
		t.Errorf("%v remain, want %v", got, want)
	}
}
