package database

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/internal/dberr"
	"contactgraph/internal/revision"

	"github.com/google/go-cmp/cmp"
)

var errTest = errors.New("of the test")

func TestWriteIsVisibleWhenItReturns(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := f.account("Demo")
	if err := f.Write(ctx, 0, addShop("North")); err != nil {
		t.Fatal(err)
	}
	if got, want := f.shops(ctx), []string{"North"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A write that fails, for whatever reason, changes nothing, and the next one runs.
func TestWriteFails(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		fail func(context.Context, *Tx) error
		want string
	}{
		{"by an error", func(context.Context, *Tx) error { return errTest }, errTest.Error()},
		{"by a panic", func(context.Context, *Tx) error { panic("aghast") }, "panic in a write: aghast"},
		{"by a broken rule of the database", addShop(""), "validator failed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			ctx := f.account("Demo")
			err := f.Write(ctx, 7, func(ctx context.Context, tx *Tx) error {
				if err := addShop("North")(ctx, tx); err != nil {
					return err
				}
				tx.AppendChange(logRow(ctx, 7, 1))
				return tt.fail(ctx, tx)
			})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got %v, want %q", err, tt.want)
			}
			if errors.Is(err, dberr.ErrUnknown) {
				t.Errorf("got %v, want a failure that is known", err)
			}
			if err := f.Write(ctx, 0, addShop("South")); err != nil {
				t.Fatal(err)
			}
			if got, want := f.shops(ctx), []string{"South"}; !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
			if got := f.seqs(ctx); got != nil {
				t.Errorf("the log has %v, want nothing", got)
			}
		})
	}
}

func TestWriteReturnsTheErrorItself(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	err := f.Write(f.account("Demo"), 0, func(context.Context, *Tx) error { return errTest })
	if err != errTest { //nolint:errorlint // nothing is wrapped round it
		t.Errorf("got %#v", err)
	}
}

func TestWriteEndsWithItsGoroutine(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := f.account("Demo")
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = f.Write(ctx, 0, func(ctx context.Context, tx *Tx) error {
			defer runtime.Goexit()
			return addShop("North")(ctx, tx)
		})
	}()
	<-done
	if err := f.Write(ctx, 0, addShop("South")); err != nil {
		t.Fatal(err)
	}
	if got, want := f.shops(ctx), []string{"South"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWriteOfACallerWhoHasGoneDoesNotBegin(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx, cancel := context.WithCancelCause(f.account("Demo"))
	cancel(errTest)
	for range 100 { // its turn has come, and it has gone: either could be seen first
		err := f.Write(ctx, 0, func(context.Context, *Tx) error {
			t.Error("the function ran")
			return nil
		})
		if !errors.Is(err, errTest) {
			t.Fatalf("got %v, want the cause", err)
		}
	}
}

func TestWriteOfACallerWhoGoesAwayWhileItWaitsDoesNotBegin(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := f.account("Demo")
	waiting, cancel := context.WithCancelCause(ctx)
	err := f.Write(ctx, 0, func(context.Context, *Tx) error {
		cancel(errTest)
		return f.Write(waiting, 0, addShop("North"))
	})
	if !errors.Is(err, errTest) {
		t.Fatalf("got %v, want the cause", err)
	}
}

func TestWriteThatHasBegunOutlivesItsCaller(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := f.account("Demo")
	leaving, cancel := context.WithCancel(ctx)
	err := f.Write(leaving, 0, func(ctx context.Context, tx *Tx) error {
		cancel()
		if ctx.Err() != nil {
			t.Error("the write's own context is cancelled")
		}
		return addShop("North")(ctx, tx)
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := f.shops(ctx), []string{"North"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestWriteWhoseCommitIsRefusedHasNotHappened breaks a rule that is checked by the commit.
func TestWriteWhoseCommitIsRefusedHasNotHappened(t *testing.T) {
	t.Parallel()
	f := newSQLite(t)
	ctx := f.account("Demo")
	err := f.Write(ctx, 0, func(ctx context.Context, tx *Tx) error {
		if _, err := tx.Ent.ExecContext(ctx, "PRAGMA defer_foreign_keys = ON"); err != nil {
			return err
		}
		_, err := tx.Ent.ExecContext(ctx, "INSERT INTO stores (account_id, name) VALUES (999, 'Nowhere')")
		return err
	})
	if !dberr.IsForeignKey(err) || errors.Is(err, dberr.ErrUnknown) {
		t.Fatalf("got %v, want the broken rule", err)
	}
	if err := f.Write(ctx, 0, addShop("South")); err != nil {
		t.Fatalf("the next write: %v", err)
	}
}

func TestWritesRunOneAfterTheOther(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := f.account("Demo")
	var running, ran atomic.Int32
	var group sync.WaitGroup
	for range 32 {
		group.Go(func() {
			err := f.Write(ctx, 0, func(ctx context.Context, tx *Tx) error {
				if running.Add(1) != 1 {
					t.Error("two writes run at the same time")
				}
				defer running.Add(-1)
				ran.Add(1)
				return addShop("North")(ctx, tx)
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if got := len(f.shops(ctx)); ran.Load() != 32 || got != 32 {
		t.Errorf("%d ran and left %d rows, want 32", ran.Load(), got)
	}
}

func TestLogIsNumberedByAccountWithoutGaps(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo, other := f.account("Demo"), f.account("Other")
	write := func(ctx context.Context, version revision.Version, contacts ...int) error {
		return f.Write(ctx, 0, func(ctx context.Context, tx *Tx) error {
			for _, c := range contacts {
				tx.AppendChange(logRow(ctx, c, version))
			}
			if contacts == nil {
				return errTest
			}
			return addShop("North")(ctx, tx)
		})
	}
	for _, w := range []struct {
		ctx      context.Context
		version  revision.Version
		contacts []int
		err      error
	}{{demo, 1, []int{1}, nil}, {other, 1, []int{9}, nil}, {demo, 2, nil, errTest}, {demo, 2, []int{3, 2, 1}, nil}, {other, 2, []int{9}, nil}} {
		if err := write(w.ctx, w.version, w.contacts...); !errors.Is(err, w.err) {
			t.Fatalf("got %v, want %v", err, w.err)
		}
	}
	for _, tt := range []struct {
		name string
		ctx  context.Context
		want []int
	}{{"Demo", demo, []int{1, 3, 2, 1}}, {"Other", other, []int{9, 9}}} {
		if diff := cmp.Diff(tt.want, f.seqs(tt.ctx)); diff != "" {
			t.Errorf("%s: contacts in the order of seq, from 1 (-want +got)\n%s", tt.name, diff)
		}
	}
}

func TestLogRowKnowsItsNumber(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := f.account("Demo")
	var rows []*ent.Change
	err := f.Write(ctx, 0, func(ctx context.Context, tx *Tx) error {
		for i := range 3 {
			rows = append(rows, logRow(ctx, i+1, 1))
			tx.AppendChange(rows[i])
		}
		rows[2].Undoes = new(revision.Version(1))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range rows {
		if r.Seq != int64(i+1) {
			t.Errorf("row %d has the number %d", i, r.Seq)
		}
	}
	stored := f.Client().Change.Query().Order(change.BySeq()).AllX(ctx)
	if got := stored[2]; got.Undoes == nil || *got.Undoes != 1 {
		t.Errorf("stored %v", got)
	}
	if got := stored[0]; got.Undoes != nil {
		t.Errorf("stored %v, which undoes nothing", got)
	}
}

func TestLogNeedsAFeed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := f.account("Demo")
	err := f.Write(ctx, 0, func(ctx context.Context, tx *Tx) error {
		if _, err := tx.Ent.Feed.Delete().Exec(ctx); err != nil {
			return err
		}
		tx.AppendChange(logRow(ctx, 1, 1))
		return nil
	})
	if err == nil || !strings.Contains(err.Error(), "account 1 has no feed") {
		t.Errorf("got %v, want that the account has no feed", err)
	}
}

// The log is written together with the commit: a row that it refuses is no commit whose outcome is
// unknown.
func TestLogThatRefusesARowIsKnownToFail(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := f.account("Demo")
	logged := func(shop string) error {
		return f.Write(ctx, 7, func(ctx context.Context, tx *Tx) error {
			tx.AppendChange(logRow(ctx, 7, 1))
			return addShop(shop)(ctx, tx)
		})
	}
	if err := logged("North"); err != nil {
		t.Fatal(err)
	}
	if err := logged("South"); !dberr.IsUnique(err) || errors.Is(err, dberr.ErrUnknown) {
		t.Errorf("got %v, want that the version is in the log", err)
	}
	if err := f.Write(ctx, 0, addShop("East")); err != nil {
		t.Errorf("the next write: %v", err)
	}
	if got, want := f.shops(ctx), []string{"North", "East"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// seqs returns the contacts of the account's log in its order, and fails the test if its numbers
// are not 1, 2, 3 …
func (f *fixture) seqs(ctx context.Context) (contacts []int) {
	f.t.Helper()
	for i, r := range f.Client().Change.Query().Order(change.BySeq()).AllX(ctx) {
		if r.Seq != int64(i+1) {
			f.t.Errorf("the log has the number %d in place %d", r.Seq, i+1)
		}
		contacts = append(contacts, r.ContactID)
	}
	return contacts
}
