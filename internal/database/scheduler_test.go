package database

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"contactgraph/internal/dberr"
	"contactgraph/internal/viewer"

	"github.com/google/go-cmp/cmp"
)

// TestAccountsAreServedRoundRobin: a batch has writes of one account, and the accounts whose writes
// wait are served one after the other, however many writes each has.
func TestAccountsAreServedRoundRobin(t *testing.T) {
	t.Parallel()
	in := func(account int) context.Context { return viewer.NewSystemContext(t.Context(), account) }
	s := newScheduler([]*writer{{}}, 2)
	var queued []*request
	enter := func(account, contact, n int) {
		for range n {
			r := newRequest(in(account), nil, contact)
			queued = append(queued, r)
			if err := s.add(r); err != nil {
				t.Fatal(err)
			}
		}
	}
	enter(1, 0, 1)   // runs at once
	enter(1, 0, 180) // wait
	enter(1, 1, 180)
	enter(2, 5, 2)
	enter(3, 4, 1)
	queued[3].claim() // its caller has given up
	var got []string
	again := false
	for {
		var next *batch
		for _, r := range queued {
			select {
			case next = <-r.lead:
			default:
			}
		}
		if next == nil {
			break
		}
		got = append(got, fmt.Sprintf("account %d: %d of lane %d", next.queue.account, len(next.requests), next.lane))
		if next.requests[0].account == 3 && !again {
			again = true
			enter(3, 4, 1) // behind the others
		}
		s.finish(next)
	}
	want := []string{
		"account 1: 1 of lane 0",
		"account 1: 16 of lane 1", "account 2: 2 of lane 1", "account 3: 1 of lane 0",
		"account 1: 16 of lane 0", "account 3: 1 of lane 0",
		"account 1: 16 of lane 1", "account 1: 16 of lane 0", "account 1: 16 of lane 1", "account 1: 16 of lane 0",
		"account 1: 16 of lane 1", "account 1: 16 of lane 0", "account 1: 16 of lane 1", "account 1: 16 of lane 0",
		"account 1: 64 of lane 1", "account 1: 64 of lane 0", "account 1: 36 of lane 1", "account 1: 35 of lane 0", // alone
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if len(s.accounts) != 0 || len(s.free) != 1 || len(s.ready) != 0 {
		t.Errorf("%d accounts, %d free writers and %d ready accounts are left", len(s.accounts), len(s.free), len(s.ready))
	}
}

// TestASlowAccountDelaysNoOther: while all that one account may use is busy, another one writes and
// reads.
func TestASlowAccountDelaysNoOther(t *testing.T) {
	t.Parallel()
	f := openFixture(t, emptyPostgres(t)) // SQLite has one writer
	slow, healthy := f.account("Slow"), f.account("Healthy")
	entered, proceed := make(chan struct{}), make(chan struct{})
	outcomes := make(chan error)
	for contact := range f.conn.AccountWriters {
		go func() {
			outcomes <- f.Write(slow, contact, func(context.Context, *Tx) error {
				entered <- struct{}{}
				<-proceed
				return nil
			})
		}()
		<-entered
	}
	for contact := range 4 {
		if err := f.Write(healthy, contact, addShop("North")); err != nil {
			t.Error(err)
		}
	}
	close(proceed)
	for range f.conn.AccountWriters {
		if err := <-outcomes; err != nil {
			t.Error(err)
		}
	}
}

// TestAnAccountHoldsAShareOfTheReaders: its further reads wait, and those of others do not.
func TestAnAccountHoldsAShareOfTheReaders(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	slow, healthy := f.account("Slow"), f.account("Healthy")
	var ends []func()
	for range f.conn.AccountReaders {
		_, end, err := f.beginRead(slow)
		if err != nil {
			t.Fatal(err)
		}
		ends = append(ends, end)
	}
	impatient, cancel := context.WithTimeout(slow, 50*time.Millisecond)
	defer cancel()
	if _, err := f.Client().Store.Query().All(impatient); !errors.Is(err, dberr.ErrUnavailable) && !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("one read more: %v", err)
	}
	if _, err := f.ReadContact(impatient, accountOf(slow), 1); err == nil {
		t.Error("one read more of a contact does not wait")
	}
	if f.conn.AccountReaders > f.conn.Readers.Stats().MaxOpenConnections/2 {
		t.Errorf("an account may hold %d of %d readers", f.conn.AccountReaders, f.conn.Readers.Stats().MaxOpenConnections)
	}
	if _, err := f.Client().Store.Query().All(healthy); err != nil {
		t.Errorf("the other account: %v", err)
	}
	for _, end := range ends {
		end()
		end() // nothing
	}
	if got := f.shops(slow); got != nil {
		t.Errorf("got %q", got)
	}
	if len(f.shares.accounts) != 0 {
		t.Errorf("%d accounts hold readers", len(f.shares.accounts))
	}
}

// TestAnUnavailableBatchAnswersForItsAccountOnly: the server ends the connection of an account's
// batch, while a write of another account waits for the same writer.
func TestAnUnavailableBatchAnswersForItsAccountOnly(t *testing.T) {
	t.Parallel()
	f := openFixture(t, emptyPostgres(t))
	sick, healthy := f.account("Sick"), f.account("Healthy")
	end := func(ctx context.Context, tx *Tx) error {
		_, err := tx.Ent.ExecContext(ctx, "SELECT pg_terminate_backend(pg_backend_pid())")
		return err
	}
	errs := f.together(sick, sharedWrite{sick, 1, addShop("West")}, sharedWrite{healthy, 1, addShop("North")},
		sharedWrite{sick, 2, end}, sharedWrite{healthy, 2, addShop("South")})
	if errs[1] != nil || errs[3] != nil {
		t.Errorf("the healthy account: %v, %v", errs[1], errs[3])
	}
	if !errors.Is(errs[2], dberr.ErrUnavailable) || strings.Contains(fmt.Sprint(errs[2]), "North") {
		t.Errorf("the write that ends its connection: %v", errs[2])
	}
	if diff := cmp.Diff([]string{"North", "South"}, f.shops(healthy)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
