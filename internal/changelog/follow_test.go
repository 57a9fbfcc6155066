package changelog_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"contactgraph/ent"
	"contactgraph/internal/changelog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// allow lets every viewer follow.
func allow(context.Context) error { return nil }

// follow sends the changes after a cursor until the feed ends.
func follow(ctx context.Context, s *changelog.Service, a changelog.PageArgs, send func(*ent.Change) error) error {
	feed, err := s.Feed(ctx, a)
	if err != nil {
		return err
	}
	return feed.Follow(ctx, allow, send)
}

// A follower that reads the whole log does not keep the server from stopping.
func TestCloseEndsALongReplay(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	c := f.Demo.NewContact(field.Patch{field.FirstName: "Anna"})
	const changes = 2*query.MaxPage + 50
	for i := range changes - 1 {
		contacttest.Must(f.OverwriteFields(f.Demo.Agent, c.ID, field.Patch{field.FirstName: fmt.Sprint(i)}))
	}
	h := f.Hub
	n := 0
	err := follow(f.Demo.Agent, f.Changes, changelog.PageArgs{}, func(*ent.Change) error {
		n++
		h.Close()
		return nil
	})
	if !errors.Is(err, changelog.ErrClosed) || n > query.MaxPage {
		t.Errorf("it ends after %d changes with %v", n, err)
	}
}

// A cursor after the end of the log fails, also while other followers have the log in memory.
func TestFollowFromAnInvalidCursor(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	f.Demo.NewContact(field.Patch{field.FirstName: "Anna"})
	h := f.Hub
	other := h.Follow(f.Demo.Account, 0)
	defer other.Close()
	for _, _, covered := other.Since(1); !covered; _, _, covered = other.Since(1) {
		time.Sleep(time.Millisecond)
	}
	for after, want := range map[revision.Cursor]error{0: context.DeadlineExceeded, 1: context.DeadlineExceeded, 2: changelog.ErrCursorExpired} {
		ctx, cancel := context.WithTimeout(f.Demo.Agent, 300*time.Millisecond)
		defer cancel()
		err := follow(ctx, f.Changes, changelog.PageArgs{After: &after}, func(*ent.Change) error { return nil })
		if !errors.Is(err, want) {
			t.Errorf("after %d: it ends with %v, want %v", after, err, want)
		}
	}
}

// An API key that is limited to a segment follows a contact until it leaves the segment.
func TestFollowEndsWhenTheContactLeavesTheSegment(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	f.Hub.Recheck = 10 * time.Millisecond
	segment := f.Demo.SegmentIDs[0]
	c := f.Demo.NewContact(field.Patch{field.FirstName: "Anna"})
	set := func(ids ...int) {
		contacttest.Must(f.SetDetails(f.Demo.Agent, contact.SetDetails{ID: c.ID, Lock: contact.Lock{OnConflict: contact.Overwrite}, Details: contact.Details{Membership: &ids}}))
	}
	set(segment)
	v, _ := viewer.FromContext(f.Demo.Agent)
	v.Segment = segment
	ctx, cancel := context.WithTimeout(viewer.NewContext(f.Demo.Agent, v), time.Minute)
	defer cancel()
	seen := 0
	err := follow(ctx, f.Changes, changelog.PageArgs{Contact: &c.ID}, func(*ent.Change) error {
		if seen++; seen == 2 {
			set()
		}
		return nil
	})
	if errs, ok := errors.AsType[usererror.Errors](err); !ok || !errs.Has(usererror.Forbidden) || seen < 2 {
		t.Errorf("it ends after %d changes with %v", seen, err)
	}
	if err := follow(ctx, f.Changes, changelog.PageArgs{}, nil); err == nil {
		t.Error("it may follow all contacts")
	}
}
