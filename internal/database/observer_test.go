package database

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"contactgraph/ent/change"
	"contactgraph/internal/dberr"

	"github.com/google/go-cmp/cmp"
)

// recorder is an Observer that remembers what it is called with.
type recorder struct {
	mu       sync.Mutex
	outcomes []error
	waited   []time.Duration
	batches  []int
	retries  []int
	causes   []error
	took     []time.Duration
}

func (r *recorder) Wrote(waited time.Duration, outcome error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waited, r.outcomes = append(r.waited, waited), append(r.outcomes, outcome)
}

func (r *recorder) Committed(writes int, took, commit time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.batches, r.took = append(r.batches, writes), append(r.took, took, commit)
}

func (r *recorder) Retried(writes int, cause error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.retries, r.causes = append(r.retries, writes), append(r.causes, cause)
}

func (r *recorder) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.outcomes, r.waited, r.batches, r.retries, r.causes, r.took = nil, nil, nil, nil, nil, nil
}

// observed returns a database with an account, whose observer is empty.
func observed(t *testing.T) (*fixture, context.Context, *recorder) {
	t.Helper()
	r := &recorder{}
	db, err := Open(t.Context(), emptyDatabase(t), Options{Observer: r})
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{DB: db, t: t}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	demo := f.account("Demo")
	r.forget()
	return f, demo, r
}

func TestObserverOfWrites(t *testing.T) {
	t.Parallel()
	f, demo, r := observed(t)
	refused := errors.New("refused")
	if err := f.Write(demo, 0, addShop("a")); err != nil {
		t.Fatal(err)
	}
	if err := f.Write(demo, 0, func(context.Context, *Tx) error { return refused }); !errors.Is(err, refused) {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(demo)
	cancel()
	if err := f.Write(gone, 0, addShop("b")); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	// The server itself may have stored the time meanwhile.
	if len(r.batches) == 0 || slices.ContainsFunc(r.batches, func(n int) bool { return n != 1 }) {
		t.Errorf("transactions of %v writes", r.batches)
	}
	count := func(err error) (n int) {
		for _, outcome := range r.outcomes {
			if errors.Is(outcome, err) {
				n++
			}
		}
		return n
	}
	if count(nil) != len(r.batches) || count(refused) != 1 || count(context.Canceled) != 1 {
		t.Errorf("outcomes %v, transactions of %v writes", r.outcomes, r.batches)
	}
	if len(r.waited) != len(r.outcomes) || slices.Min(r.waited) <= 0 || slices.Max(r.waited) > time.Minute {
		t.Errorf("waited %v", r.waited)
	}
	if took, commit := r.took[0], r.took[1]; commit <= 0 || commit > took || took > time.Minute {
		t.Errorf("a transaction took %s, its commit %s", took, commit)
	}
}

func TestObserverOfRetries(t *testing.T) {
	t.Parallel()
	f, demo, r := observed(t)
	attempts := 0
	err := f.Write(demo, 0, func(context.Context, *Tx) error {
		if attempts++; attempts < 3 {
			return dberr.Raced(errors.New("taken"))
		}
		return nil
	})
	if err != nil || attempts != 3 {
		t.Fatal(err, attempts)
	}
	if diff := cmp.Diff([]int{1, 1}, r.retries); diff != "" {
		t.Errorf("retries (-want +got)\n%s", diff)
	}
	if !dberr.IsRaced(r.causes[0]) || slices.ContainsFunc(r.outcomes, func(err error) bool { return err != nil }) {
		t.Errorf("causes %v, outcomes %v", r.causes, r.outcomes)
	}
}

// TestObserverOfBatches: writes that wait together share a transaction, and their waits are
// measured.
func TestObserverOfBatches(t *testing.T) {
	t.Parallel()
	f, demo, r := observed(t)
	var writes []sharedWrite
	for i, id := range f.contacts(demo, 10) {
		writes = append(writes, f.rename(demo, id, fmt.Sprint("a", i), fmt.Sprint("a", i)))
	}
	r.forget()
	for _, err := range f.together(demo, writes...) {
		if err != nil {
			t.Error(err)
		}
	}
	if !slices.Contains(r.batches, 10) {
		t.Errorf("transactions of %v writes, want one of 10", r.batches)
	}
}

func TestStats(t *testing.T) {
	t.Parallel()
	f, demo, _ := observed(t)
	begun, end := make(chan struct{}), make(chan struct{})
	var writes sync.WaitGroup
	const contact = 7
	write := func(fn func(context.Context, *Tx) error) {
		writes.Go(func() {
			if err := f.Write(demo, contact, fn); err != nil {
				t.Error(err)
			}
		})
	}
	write(func(ctx context.Context, tx *Tx) error {
		_, err := tx.Ent.Store.Query().Count(ctx) // PostgreSQL begins with the first statement
		close(begun)
		<-end
		return err
	})
	<-begun
	write(func(context.Context, *Tx) error { return nil })
	for f.Stats().WaitingWrites == 0 {
		time.Sleep(time.Millisecond)
	}
	s := f.Stats()
	if s.BusyWriters != 1 || s.WaitingWrites != 1 || s.WritingAccounts != 1 || s.Writers < 1 || s.Writer.InUse < 1 {
		t.Errorf("while a write runs: %+v", s)
	}
	close(end)
	writes.Wait()
	if s := f.Stats(); s.BusyWriters != 0 || s.WaitingWrites != 0 || s.WritingAccounts != 0 || s.Reads != 0 {
		t.Errorf("afterwards: %+v", s)
	}
}

func TestLogSizes(t *testing.T) {
	t.Parallel()
	f, demo, _ := observed(t)
	other := f.account("Other")
	for _, id := range f.contacts(other, 2) {
		f.together(other, f.rename(other, id, fmt.Sprint(id), "a"))
	}
	sizes, err := f.LogSizes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []LogSize{{accountOf(other), int64(len(f.seqs(other)))}, {accountOf(demo), 0}}
	if diff := cmp.Diff(want, sizes); diff != "" || want[0].Changes == 0 {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestLogSizesCountChanges: what a log begins with, and the leaps of restores, are no changes. One
// account has seen both restores, another one only the second, and retention has deleted a part of
// the third log.
func TestLogSizesCountChanges(t *testing.T) {
	t.Parallel()
	f, all, _ := observed(t)
	accounts, contacts := []context.Context{all}, map[context.Context][]int{all: f.contacts(all, 3)}
	begin := func(name string) {
		ctx := f.account(name)
		err := f.Write(ctx, 0, func(ctx context.Context, tx *Tx) error {
			start := LogStart()
			if _, err := tx.Ent.Feed.Delete().Exec(ctx); err != nil {
				return err
			}
			return tx.Ent.Feed.Create().SetSeq(start).SetStart(start).Exec(ctx)
		})
		if err != nil {
			t.Fatal(err)
		}
		accounts, contacts[ctx] = append(accounts, ctx), f.contacts(ctx, 3)
	}
	check := func(state string) {
		t.Helper()
		want := map[int]int64{}
		for _, ctx := range accounts {
			want[accountOf(ctx)] = int64(f.Client().Change.Query().CountX(ctx))
		}
		got := map[int]int64{}
		sizes, err := f.LogSizes(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range sizes {
			got[s.Account] = s.Changes
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", state, diff)
		}
	}
	renames := 0
	write := func() {
		for _, ctx := range accounts {
			for _, id := range contacts[ctx] {
				renames++
				name := fmt.Sprint("n", renames)
				for _, err := range f.together(ctx, f.rename(ctx, id, name, name)) {
					if err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
	restore := func() {
		if _, err := f.Restored(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	begin("Pruned")
	write()
	check("before a restore")
	restore()
	check("after a restore")
	begin("Later")
	write()
	restore()
	check("after two restores")
	write()
	check("with changes since")
	err := f.Write(accounts[1], 0, func(ctx context.Context, tx *Tx) error {
		cut := tx.Ent.Change.Query().Order(change.BySeq()).Offset(4).FirstX(ctx).Seq // behind the first leap
		tx.Ent.Change.Delete().Where(change.SeqLTE(cut)).ExecX(ctx)
		return tx.Ent.Feed.Update().SetCut(cut).Exec(ctx)
	})
	if err != nil {
		t.Fatal(err)
	}
	check("after retention")
}
