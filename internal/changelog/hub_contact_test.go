package changelog_test

import (
	"testing"

	"contactgraph/internal/changelog"

	"github.com/google/go-cmp/cmp"
)

// Who follows one contact needs nothing of the database, however much happens to others, as long as it comes for its changes.
func TestWhoFollowsAContactIsCoveredWhateverOthersDo(t *testing.T) {
	t.Parallel()
	runWithHub(t, func(t *testing.T, l *fakeLog, h *changelog.Hub) {
		t.Helper()
		f := h.Follow(account, 7)
		defer f.Close()
		settle()
		after := int64(0)
		for round := range 5 {
			l.write(make([]int, 2*backlog)...)
			l.write(7)
			settle()
			rows, upTo, covered := f.Since(after)
			want := int64(round+1) * (2*backlog + 1)
			if diff := cmp.Diff([]int64{want}, seqs(rows)); diff != "" || !covered || upTo != want {
				t.Errorf("round %d: up to %d, covered %v (-want +got)\n%s", round, upTo, covered, diff)
			}
			after = upTo
		}
		for range 17 { // more than are kept for who does not come
			l.write(7)
		}
		settle()
		if rows, _, covered := f.Since(after); covered {
			t.Errorf("covered with %v", seqs(rows))
		}
		after += 17 // as the database tells
		l.write(1, 7)
		settle()
		if rows, upTo, covered := f.Since(after); !covered || len(rows) != 1 || upTo != after+2 {
			t.Errorf("up to %d, covered %v: %v", upTo, covered, seqs(rows))
		}
	})
}

// What was kept for who follows a contact is not told once it is erased.
func TestErasureDropsWhatIsKeptForWhoFollowsTheContact(t *testing.T) {
	t.Parallel()
	runWithHub(t, func(t *testing.T, l *fakeLog, h *changelog.Hub) {
		t.Helper()
		f := h.Follow(account, 7)
		defer f.Close()
		settle()
		l.write(7, 7)
		settle()
		l.erase(7)
		settle()
		if rows, _, covered := f.Since(0); covered {
			t.Errorf("covered with %v", seqs(rows))
		}
		if rows, _, covered := f.Since(2); !covered || len(rows) != 1 || rows[0].Fields[0].Old != nil {
			t.Errorf("the erasure itself: covered %v, %v", covered, rows)
		}
	})
}
