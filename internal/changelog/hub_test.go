package changelog_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/internal/changelog"
	"contactgraph/internal/revision"

	"github.com/google/go-cmp/cmp"
)

const (
	account = 3
	// backlog is how many changes the hub keeps.
	backlog = 1024
	// readTime is long enough for the hub to read the log.
	readTime = 200 * time.Millisecond
)

// fakeLog is the log of one account.
type fakeLog struct {
	mu    sync.Mutex
	last  int64
	rows  []*ent.Change
	err   error // of every read
	reads int
}

// write appends a change of each contact.
func (l *fakeLog) write(contacts ...int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, contact := range contacts {
		l.last++
		l.rows = append(l.rows, &ent.Change{Seq: l.last, AccountID: account, ContactID: contact, Kind: change.KindUPDATE,
			Fields: []revision.FieldChange{{Path: "email", Old: "a@example.com", New: "b@example.com"}}})
	}
}

// erase appends the erasure of a contact, and blanks its changes.
func (l *fakeLog) erase(contact int) {
	l.write(contact)
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, row := range l.rows {
		if row.ContactID == contact {
			blank := *row
			blank.Fields = revision.Blank(row.Fields)
			l.rows[i] = &blank
		}
	}
	l.rows[len(l.rows)-1].Kind = change.KindERASE
}

// cut removes all but the last n changes.
func (l *fakeLog) cut(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rows = l.rows[len(l.rows)-n:]
}

func (l *fakeLog) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.err = err
}

// readCount returns how often the log was read.
func (l *fakeLog) readCount() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reads
}

// LogEnd returns the end of the account's log.
func (l *fakeLog) LogEnd(context.Context, int) (last, cut int64, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.reads++
	return l.last, 0, l.err
}

// ReadLog reads the account's log.
func (l *fakeLog) ReadLog(_ context.Context, _ int, after int64, limit int) ([]*ent.Change, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.reads++
	if l.err != nil {
		return nil, l.err
	}
	begin, _ := slices.BinarySearchFunc(l.rows, after+1, func(row *ent.Change, seq int64) int { return int(row.Seq - seq) })
	return slices.Clone(l.rows[begin:min(begin+limit, len(l.rows))]), nil
}

// runWithHub runs a test in a bubble with a clock of its own, and a hub that must have no goroutine
// left at the end.
func runWithHub(t *testing.T, test func(t *testing.T, l *fakeLog, h *changelog.Hub)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := &fakeLog{}
		test(t, l, changelog.NewHub(l, slog.New(slog.DiscardHandler)))
	})
}

// settle waits until the hub has read the log.
func settle() {
	time.Sleep(readTime)
	synctest.Wait()
}

// seqs returns the sequence numbers of the changes.
func seqs(rows []*ent.Change) (numbers []int64) {
	for _, row := range rows {
		numbers = append(numbers, row.Seq)
	}
	return numbers
}

// awake reports whether the follower is woken within d.
func awake(t *testing.T, f *changelog.Follower, d time.Duration) bool {
	t.Helper()
	start := time.Now()
	if err := f.Wait(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	return time.Since(start) < d
}

func TestSince(t *testing.T) {
	t.Parallel()
	runWithHub(t, func(t *testing.T, l *fakeLog, h *changelog.Hub) {
		l.write(1, 2)
		l.fail(errors.New("not yet"))
		all, one, other := h.Follow(account, 0), h.Follow(account, 1), h.Follow(account, 9)
		defer all.Close()
		defer one.Close()
		defer other.Close()
		settle()
		if _, _, covered := all.Since(2); covered {
			t.Error("covered before the hub has read the log")
		}
		l.fail(nil)
		time.Sleep(time.Minute)
		l.write(1, 2, 1)
		settle()
		tests := []struct {
			name     string
			follower *changelog.Follower
			after    int64
			want     []int64
			upTo     int64
			covered  bool
		}{
			{"from where the follower started", all, 2, []int64{3, 4, 5}, 5, true},
			{"from the middle", all, 3, []int64{4, 5}, 5, true},
			{"from the end", all, 5, nil, 5, true},
			{"from after the end", all, 7, nil, 7, true},
			{"from before", all, 1, nil, 1, false},
			{"of one contact", one, 2, []int64{3, 5}, 5, true},
			{"of a contact without changes", other, 2, nil, 5, true},
			{"of one contact from before", one, 0, nil, 0, false},
		}
		for _, tt := range tests {
			rows, upTo, covered := tt.follower.Since(tt.after)
			if diff := cmp.Diff(tt.want, seqs(rows)); diff != "" || upTo != tt.upTo || covered != tt.covered {
				t.Errorf("%s: up to %d, covered %v, want %d, %v (-want +got)\n%s", tt.name, upTo, covered, tt.upTo, tt.covered, diff)
			}
		}
	})
}

func TestFollowerFarBehindIsNotCovered(t *testing.T) {
	t.Parallel()
	runWithHub(t, func(t *testing.T, l *fakeLog, h *changelog.Hub) {
		f := h.Follow(account, 0)
		defer f.Close()
		settle()
		const more = 300
		l.write(make([]int, backlog+more)...)
		settle()
		if _, _, covered := f.Since(more - 1); covered {
			t.Error("covered although a change has left memory")
		}
		rows, upTo, covered := f.Since(more)
		if len(rows) != backlog || rows[0].Seq != more+1 || upTo != backlog+more || !covered {
			t.Errorf("%d changes up to %d, covered %v; want the %d that are kept", len(rows), upTo, covered, backlog)
		}
	})
}

// TestGap removes changes from the log before the hub has read them.
func TestGap(t *testing.T) {
	t.Parallel()
	runWithHub(t, func(t *testing.T, l *fakeLog, h *changelog.Hub) {
		f, of := h.Follow(account, 0), h.Follow(account, 9)
		defer f.Close()
		defer of.Close()
		l.write(1)
		settle()
		awake(t, f, readTime)
		awake(t, of, readTime)
		l.write(1, 1, 1, 1)
		l.cut(2)
		if !awake(t, f, readTime) || !awake(t, of, readTime) {
			t.Error("a follower was not woken although the log was cut")
		}
		if rows, _, covered := f.Since(1); covered {
			t.Errorf("covered with %d changes after the gap", len(rows))
		}
		l.write(1)
		settle()
		if rows, upTo, covered := f.Since(5); len(rows) != 1 || upTo != 6 || !covered {
			t.Errorf("after the gap there are %d changes up to %d, covered %v", len(rows), upTo, covered)
		}
	})
}

func TestOnlyConcernedFollowersAreWoken(t *testing.T) {
	t.Parallel()
	runWithHub(t, func(t *testing.T, l *fakeLog, h *changelog.Hub) {
		all, one, two := h.Follow(account, 0), h.Follow(account, 1), h.Follow(account, 2)
		for _, f := range []*changelog.Follower{all, one, two} {
			defer f.Close()
			awake(t, f, readTime) // it is woken once at the start
		}
		l.write(1)
		if !awake(t, all, time.Minute) || !awake(t, one, time.Minute) {
			t.Error("a follower of the contact is not woken")
		}
		if awake(t, two, time.Minute) {
			t.Error("a follower of another contact is woken")
		}
		if awake(t, all, time.Minute) {
			t.Error("a follower is woken without a change")
		}
	})
}

func TestErasureBlanksTheBacklog(t *testing.T) {
	t.Parallel()
	runWithHub(t, func(t *testing.T, l *fakeLog, h *changelog.Hub) {
		f := h.Follow(account, 0)
		defer f.Close()
		settle()
		l.write(1, 2)
		settle()
		before, _, _ := f.Since(0)
		l.erase(1)
		settle()
		rows, _, _ := f.Since(0)
		kinds, values := "", []any{}
		for _, row := range rows {
			kinds += string(row.Kind) + " "
			values = append(values, row.Fields[0].New)
		}
		if diff := cmp.Diff([]any{nil, "b@example.com", nil}, values); diff != "" || kinds != "UPDATE UPDATE ERASE " {
			t.Errorf("kinds %s(-want +got)\n%s", kinds, diff)
		}
		if before[0].Fields[0].New != "b@example.com" {
			t.Error("a row that a reader has was changed")
		}
	})
}

func TestClose(t *testing.T) {
	t.Parallel()
	runWithHub(t, func(t *testing.T, _ *fakeLog, h *changelog.Hub) {
		f := h.Follow(account, 0)
		defer f.Close()
		awake(t, f, readTime)
		time.AfterFunc(time.Second, h.Close)
		if err := f.Wait(t.Context(), time.Minute); !errors.Is(err, changelog.ErrClosed) {
			t.Errorf("waiting ends with %v, want ErrClosed", err)
		}
		h.Close()
		late := h.Follow(account, 0)
		defer late.Close()
		settle() // so that there are changes to read
		for range 20 {
			if err := late.Wait(t.Context(), 0); !errors.Is(err, changelog.ErrClosed) {
				t.Errorf("waiting on a closed hub ends with %v, want ErrClosed", err)
			}
		}
	})
}

// Close waits until the streams have sent their last message, but not forever.
func TestCloseWaitsForStreams(t *testing.T) {
	t.Parallel()
	runWithHub(t, func(t *testing.T, _ *fakeLog, h *changelog.Hub) {
		closing := func(last time.Duration) time.Duration {
			for _, d := range []time.Duration{0, time.Second, last} {
				ctx, cancel := context.WithTimeout(t.Context(), d)
				defer cancel()
				h.Stream(ctx)
			}
			start := time.Now()
			h.Close()
			return time.Since(start).Round(time.Second)
		}
		if took := closing(2 * time.Second); took != 2*time.Second {
			t.Errorf("closing took %s, and the streams 2 s", took)
		}
		if took := closing(time.Hour); took != 5*time.Second {
			t.Errorf("closing took %s with a stream that does not end, want 5 s", took)
		}
	})
}

func TestWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	runWithHub(t, func(t *testing.T, _ *fakeLog, h *changelog.Hub) {
		f := h.Follow(account, 0)
		defer f.Close()
		awake(t, f, readTime)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := f.Wait(ctx, time.Minute); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("waiting ends with %v", err)
		}
	})
}

// TestReadsOnceForAllFollowers checks that the database is read once for all followers, and not
// without followers.
func TestReadsOnceForAllFollowers(t *testing.T) {
	t.Parallel()
	runWithHub(t, func(t *testing.T, l *fakeLog, h *changelog.Hub) {
		reads := func() int { // in tens, to ignore those at the edges
			before := l.readCount()
			time.Sleep(10 * time.Second)
			return (l.readCount() - before + 5) / 10
		}
		one := h.Follow(account, 0)
		settle()
		alone := reads()
		two := h.Follow(account, 1)
		if together := reads(); together != alone {
			t.Errorf("two followers cause %d0 reads, one causes %d0", together, alone)
		}
		one.Close()
		if left := reads(); left != alone {
			t.Errorf("the remaining follower causes %d0 reads, want %d0", left, alone)
		}
		two.Close()
		if none := reads(); none > 0 {
			t.Errorf("%d0 reads without a follower", none)
		}
		l.write(1)
		again := h.Follow(account, 0)
		defer again.Close()
		settle()
		if _, upTo, covered := again.Since(1); upTo != 1 || !covered {
			t.Errorf("a later follower sees the log up to %d, covered %v", upTo, covered)
		}
	})
}

func TestFailedReadIsRetried(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var text bytes.Buffer
		l := &fakeLog{err: errors.New("the database is unavailable")}
		f := changelog.NewHub(l, slog.New(slog.NewTextHandler(&text, nil))).Follow(account, 0)
		defer f.Close()
		settle()
		if _, _, covered := f.Since(0); covered {
			t.Error("covered although the log could not be read")
		}
		l.fail(nil)
		settle()
		l.write(1)
		settle()
		l.fail(errors.New("the database is unavailable again"))
		l.write(2)
		settle()
		l.fail(nil)
		settle()
		if rows, upTo, covered := f.Since(0); len(rows) != 2 || upTo != 2 || !covered {
			t.Errorf("%d changes up to %d, covered %v", len(rows), upTo, covered)
		}
		if n := strings.Count(text.String(), "the change log cannot be read"); n != 2 {
			t.Errorf("it was logged %d times, want once for each outage:\n%s", n, &text)
		}
	})
}
