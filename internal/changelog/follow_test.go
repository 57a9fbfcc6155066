package changelog_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"contactgraph/ent"
	"contactgraph/internal/changelog"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/revision"
)

// welcome is the answer to whether a viewer may still follow.
func allow(context.Context) error { return nil }

// TestClosingEndsALongReplay: who reads the whole log does not keep the server from stopping.
func TestClosingEndsALongReplay(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	c := f.Demo.NewContact(field.Patch{field.FirstName: "Anna"})
	const changes = 2*query.MaxPage + 50
	for i := range changes - 1 {
		contacttest.Must(f.OverwriteFields(f.Demo.Agent, c.ID, field.Patch{field.FirstName: fmt.Sprint(i)}))
	}
	h := f.Hub
	n := 0
	err := f.Follow(f.Demo.Agent, changelog.PageArgs{}, allow, func(*ent.Change) error {
		n++
		h.Close()
		return nil
	})
	if !errors.Is(err, changelog.ErrClosed) || n > query.MaxPage {
		t.Errorf("it ends behind %d changes with %v", n, err)
	}
}

// TestCursorThatTheLogDoesNotHave is refused also while what others follow is in memory.
func TestCursorThatTheLogDoesNotHave(t *testing.T) {
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
		err := f.Follow(ctx, changelog.PageArgs{After: &after}, allow, func(*ent.Change) error { return nil })
		if !errors.Is(err, want) {
			t.Errorf("behind %d: it ends with %v, want %v", after, err, want)
		}
	}
}
