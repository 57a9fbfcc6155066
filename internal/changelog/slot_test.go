package changelog

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"
)

// TestSlots: followers that catch up take turns, and one whose client does not read does not keep
// the others waiting. The time is that of the test's bubble.
func TestSlots(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := NewHub(nil, slog.New(slog.DiscardHandler))
		h.slots = make(chan struct{}, 1)
		f := &Follower{hub: h}
		take := func(wait time.Duration) func() {
			t.Helper()
			begin := time.Now()
			end, err := f.slot(t.Context())
			if took := time.Since(begin); err != nil || took != wait {
				t.Errorf("got a slot after %s, %v; want %s", took, err, wait)
			}
			return end
		}
		end := take(0)
		time.Sleep(10 * time.Millisecond)
		end()
		end()
		time.Sleep(time.Millisecond)
		end = take(0) // nothing waited, so there was no pause
		time.AfterFunc(10*time.Millisecond, end)
		take(50 * time.Millisecond) // the use and a pause of four times that length
		take(5 * slotTimeout)       // the follower before never ends

		ctx, cancel := context.WithCancelCause(t.Context())
		gone := errors.New("the client is gone")
		cancel(gone)
		if _, err := f.slot(ctx); !errors.Is(err, gone) {
			t.Errorf("with a context that has ended: %v", err)
		}
		close(h.closed)
		if _, err := f.slot(t.Context()); !errors.Is(err, ErrClosed) {
			t.Errorf("in a hub that is closed: %v", err)
		}
		time.Sleep(5 * slotTimeout)
	})
}
