package database

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"contactgraph/ent"
	"contactgraph/ent/change"
	entcontact "contactgraph/ent/contact"
	"contactgraph/internal/dberr"
	"contactgraph/internal/revision"
	"contactgraph/internal/viewer"

	"github.com/google/go-cmp/cmp"
)

// sharedWrite is a write of a test, about the contact with this number.
type sharedWrite struct {
	ctx     context.Context
	contact int
	fn      func(context.Context, *Tx) error
}

// together runs writes so that those of an account share a transaction: while another write runs,
// they queue up. It returns their errors.
func (f *fixture) together(ctx context.Context, writes ...sharedWrite) []error {
	f.t.Helper()
	f.meet()
	f.scheduler.latest, f.scheduler.inARow = accountOf(ctx), aloneAfter // so that all of them fit into a batch
	errs := make([]error, len(writes))
	var group sync.WaitGroup
	err := f.Write(ctx, 0, func(context.Context, *Tx) error {
		for i, s := range writes {
			group.Go(func() { errs[i] = f.Write(s.ctx, s.contact, s.fn) })
			if err := f.awaitQueue(i + 1); err != nil { // in their order
				return err
			}
		}
		return nil
	})
	group.Wait()
	if err != nil {
		f.t.Fatal(err)
	}
	return errs
}

// meet leaves one writer, and one lane for each account.
func (f *fixture) meet() { f.scheduler.lanes, f.scheduler.free = 1, f.scheduler.free[:1] }

// awaitQueue waits until so many writes wait.
func (f *fixture) awaitQueue(want int) error {
	waiting := func() (n int) {
		f.scheduler.mu.Lock()
		defer f.scheduler.mu.Unlock()
		for _, q := range f.scheduler.accounts {
			for _, l := range q.lanes {
				n += len(l.waiting)
			}
		}
		return n
	}
	for waiting() < want {
		if f.t.Context().Err() != nil {
			return f.t.Context().Err()
		}
		runtime.Gosched()
	}
	return nil
}

// contacts creates n contacts in the context's account, and returns their ids.
func (f *fixture) contacts(ctx context.Context, n int) (ids []int) {
	f.t.Helper()
	err := f.Write(ctx, 0, func(ctx context.Context, tx *Tx) error {
		v, _ := viewer.FromContext(ctx)
		for i := range n {
			c := tx.Ent.Contact.Create().SetSecret(fmt.Sprint(v.Account, i)).SetRegisteredAt(someTime).SetRegistrationSource("").
				SetRegistrationIP("").SetLastModified(someTime).SaveX(ctx)
			ids = append(ids, c.ID)
		}
		return nil
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return ids
}

// rename is a write that gives the context's contact a first name and an email key, as the rules
// do.
func (f *fixture) rename(ctx context.Context, id int, name, email string) sharedWrite {
	return sharedWrite{ctx, id, func(ctx context.Context, tx *Tx) error {
		v, _ := viewer.FromContext(ctx)
		old, err := tx.Contact(ctx, v.Account, id)
		if err != nil {
			return err
		}
		u := Update{
			Account: v.Account, Contact: id, Version: old.Version, Next: tx.NextVersion(old.Version), New: []Term{{Kind: "name", Word: name}},
			Columns: []string{entcontact.FieldEmailKey, entcontact.FieldFirstName}, Values: []any{email, name},
		}
		if old.FirstName != nil {
			u.Gone = []Term{{Kind: "name", Word: *old.FirstName}}
		}
		tx.StageUpdate(u)
		tx.AppendChange(logRow(ctx, id, old.Version+1))
		return nil
	}}
}

// names describes each contact of the account by its name, version and words.
func (f *fixture) names(ctx context.Context) (all []string) {
	f.t.Helper()
	v, _ := viewer.FromContext(ctx)
	for _, c := range f.Client().Contact.Query().WithTerms(func(q *ent.SearchTermQuery) { q.Order(ent.Asc("term")) }).
		Order(entcontact.ByID()).AllX(viewer.NewSystemContext(ctx, v.Account)) {
		name := "-"
		if c.FirstName != nil {
			name = *c.FirstName
		}
		text := fmt.Sprint(name, " ", int64(c.Version))
		for _, t := range c.Edges.Terms {
			text += " " + t.Term
		}
		all = append(all, text)
	}
	return all
}

func TestWritesShareATransaction(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo, other := f.account("Demo"), f.account("Other")
	ours, theirs := f.contacts(demo, 40), f.contacts(other, 2)
	writesOf := func(ctx context.Context, ids []int) (writes []sharedWrite) { // with the same keys in each account
		for i, id := range ids {
			writes = append(writes, f.rename(ctx, id, fmt.Sprint("a", i), fmt.Sprint("a", i)))
		}
		return writes
	}
	commits := 0
	f.observe = func(s string) {
		if strings.HasPrefix(s, `UPDATE "feeds"`) {
			commits++
		}
	}
	for i, err := range append(f.together(demo, writesOf(demo, ours)...), f.together(other, writesOf(other, theirs)...)...) {
		if err != nil {
			t.Errorf("write %d: %v", i, err)
		}
	}
	if commits != 2 {
		t.Errorf("the log was numbered %d times, want once for each account", commits)
	}
	for i, got := range f.names(demo) {
		if want := fmt.Sprintf("a%d 2 a%[1]d", i); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if diff := cmp.Diff([]string{"a0 2 a0", "a1 2 a1"}, f.names(other)); diff != "" {
		t.Errorf("the other account (-want +got)\n%s", diff)
	}
	if got := f.seqs(demo); len(got) != len(ours) {
		t.Errorf("%d rows in the log, want %d", len(got), len(ours))
	}
}

// A write that fails, for whatever reason, does not affect those that share its transaction.
func TestAWriteFailsAlone(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		fail func(context.Context, *Tx) error
		want string
	}{
		{"by its own error", func(context.Context, *Tx) error { return errTest }, errTest.Error()},
		{"by a panic", func(context.Context, *Tx) error { panic("aghast") }, "panic in a write: aghast"},
		{"by a rule of the database", func(ctx context.Context, tx *Tx) error {
			_, err := tx.Ent.ExecContext(ctx, "INSERT INTO stores (account_id, name) VALUES (999, 'Nowhere')")
			return err
		}, "foreign key"},
		{"by an invalid statement", func(ctx context.Context, tx *Tx) error {
			_, err := tx.Ent.ExecContext(ctx, "SELECT nonsense")
			return err
		}, "nonsense"},
		{"by a viewer that may not", func(ctx context.Context, tx *Tx) error {
			return tx.Ent.Store.Create().SetName("x").Exec(viewer.NewContext(ctx, viewer.Viewer{}))
		}, "requires the role"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			ctx := f.account("Demo")
			ids := f.contacts(ctx, 3)
			failing := sharedWrite{ctx, ids[1], func(ctx context.Context, tx *Tx) error {
				if err := addShop("of the one that fails")(ctx, tx); err != nil {
					return err
				}
				if err := f.rename(ctx, ids[1], "b", "b").fn(ctx, tx); err != nil {
					return err
				}
				return tt.fail(ctx, tx)
			}}
			errs := f.together(ctx, f.rename(ctx, ids[0], "a", "a"), failing, f.rename(ctx, ids[2], "c", "c"),
				sharedWrite{ctx, 0, addShop("North")})
			if errs[0] != nil || errs[2] != nil || errs[3] != nil || errs[1] == nil || !strings.Contains(strings.ToLower(errs[1].Error()), tt.want) {
				t.Errorf("got %v, want the second alone to fail with %q", errs, tt.want)
			}
			if diff := cmp.Diff([]string{"a 2 a", "- 1", "c 2 c"}, f.names(ctx)); diff != "" {
				t.Errorf("contacts (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff([]string{"North"}, f.shops(ctx)); diff != "" {
				t.Errorf("stores (-want +got)\n%s", diff)
			}
			if got := f.seqs(ctx); len(got) != 2 {
				t.Errorf("the log is about %v", got)
			}
		})
	}
}

func TestWritesOfOneContactSeeEachOther(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := f.account("Demo")
	ids := f.contacts(ctx, 2)
	errs := f.together(ctx, f.rename(ctx, ids[0], "a", "a"), f.rename(ctx, ids[1], "x", "x"), f.rename(ctx, ids[0], "b", "b"), f.rename(ctx, ids[0], "c", "c"))
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"c 4 c", "x 2 x"}, f.names(ctx)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	versions := f.Client().Change.Query().Where(change.ContactID(ids[0])).Order(change.BySeq()).Select(change.FieldVersion).IntsX(ctx)
	if !slices.Equal(versions, []int{2, 3, 4}) {
		t.Errorf("the log has the versions %v", versions)
	}
}

// Two writes that take one key cannot both have it: the second fails, the rest is done.
func TestWritesThatTakeTheSameKey(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := f.account("Demo")
	ids := f.contacts(ctx, 3)
	errs := f.together(ctx, f.rename(ctx, ids[0], "a", "same"), f.rename(ctx, ids[1], "b", "same"), f.rename(ctx, ids[2], "c", "other"))
	key := dberr.Key{Index: "contact_account_id_email_key", Column: "contacts.email_key"}
	if errs[0] != nil || !key.TakenBy(errs[1]) || errs[2] != nil {
		t.Errorf("got %v", errs)
	}
	if diff := cmp.Diff([]string{"a 2 a", "- 1", "c 2 c"}, f.names(ctx)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestAWriteIsRefusedWhereManyWait(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := f.account("Demo")
	f.meet()
	f.scheduler.free = nil
	for range maxQueue {
		if err := f.scheduler.add(newRequest(ctx, addShop("waiting"), 0)); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Write(ctx, 0, addShop("one more")); !errors.Is(err, dberr.ErrUnavailable) || !strings.Contains(err.Error(), "1024 writes are already waiting") {
		t.Errorf("got %v", err)
	}
}

func TestACommitThatFailsStopsWriting(t *testing.T) {
	t.Parallel()
	f := newSQLite(t)
	ctx := f.account("Demo")
	f.stop(errCommitFailed, errTest, "restart")
	err := f.Write(ctx, 0, addShop("North"))
	if !errors.Is(err, dberr.ErrUnavailable) || !errors.Is(err, errTest) {
		t.Errorf("a write after it: %v", err)
	}
	if err := f.Ping(ctx); !errors.Is(err, errTest) {
		t.Errorf("a ping: %v", err)
	}
	if got := f.shops(ctx); got != nil {
		t.Errorf("a reader sees %q", got)
	}
}

func TestChunksHaveFewLengths(t *testing.T) {
	t.Parallel()
	lengths := map[int]bool{}
	for n := range 2*maxRows + 3 {
		rows := make([]revision.Version, n)
		for i := range rows {
			rows[i] = revision.Version(i)
		}
		var joined []revision.Version
		for chunk := range chunks(rows, 1) {
			lengths[len(chunk)] = true
			joined = append(joined, chunk...)
		}
		if !slices.Equal(joined, rows) {
			t.Fatalf("%d rows: got %d", n, len(joined))
		}
	}
	if len(lengths) > 24 {
		t.Errorf("%d lengths: %v", len(lengths), lengths)
	}
	for chunk := range chunks(make([]int, 15), 16) {
		if len(chunk) != 1 {
			t.Errorf("a chunk of %d", len(chunk))
		}
	}
}
