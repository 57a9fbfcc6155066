package database

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"contactgraph/ent/change"
)

// wallClock is the clock of a machine, which a test sets.
type wallClock struct{ at atomic.Int64 }

func clockAt(at time.Time) *wallClock {
	c := &wallClock{}
	c.set(at)
	return c
}

func (c *wallClock) set(at time.Time) { c.at.Store(at.UnixMicro()) }
func (c *wallClock) now() time.Time   { return time.UnixMicro(c.at.Load()).UTC() }

// logOf collects what a database logs.
type logOf struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logOf) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logOf) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// openAt opens the database with a clock. It is closed by the caller.
func openAt(t *testing.T, url string, c *wallClock, o Options) (*DB, *logOf) {
	t.Helper()
	logged := &logOf{}
	o.Now, o.Logger = c.now, slog.New(slog.NewTextHandler(logged, nil))
	db, err := Open(t.Context(), url, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db, logged
}

func TestTimeDoesNotGoBack(t *testing.T) {
	t.Parallel()
	url, wall := emptyDatabase(t), clockAt(someTime)
	db, logged := openAt(t, url, wall, Options{})
	wantTime := func(name string, db *DB, want time.Time) {
		t.Helper()
		if got := db.Now(); !got.Equal(want) {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	wantTime("the machine's time", db, someTime)
	later := someTime.Add(time.Hour)
	wall.set(later)
	wantTime("an hour later", db, later)
	wall.set(someTime.Add(-3 * time.Hour))
	wantTime("after the clock went back", db, later)
	if err := db.keepTime(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := logged.String(); strings.Count(got, "level=WARN") != 1 || !strings.Contains(got, "behind=4h0m0s") {
		t.Errorf("logged %s", got)
	}
	other, logged := openAt(t, url, clockAt(someTime), Options{})
	wantTime("in a process whose clock is behind", other, later)
	if got := logged.String(); !strings.Contains(got, "behind=1h0m0s") {
		t.Errorf("logged %s", got)
	}
	wall.set(later.Add(time.Minute))
	wantTime("when the clock has caught up", db, later.Add(time.Minute))
	for _, d := range []*DB{db, other} {
		if err := d.keepTime(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	wantTime("in the other process after both have stored it", other, later.Add(time.Minute))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	restarted, _ := openAt(t, url, clockAt(someTime), Options{})
	wantTime("after a restart", restarted, later.Add(time.Minute))
}

// TestTimeContinuesAfterTheLog opens a database whose time was not stored after its last writes, as
// after a crash.
func TestTimeContinuesAfterTheLog(t *testing.T) {
	t.Parallel()
	url := emptyDatabase(t)
	f := openFixture(t, url)
	for i, at := range []time.Time{someTime.Add(time.Hour), someTime.Add(2 * time.Hour)} {
		ctx := f.account([]string{"Demo", "Other"}[i])
		err := f.Write(ctx, 1, func(ctx context.Context, tx *Tx) error {
			row := logRow(ctx, 1, 1)
			row.At = at
			tx.AppendChange(row)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	db, _ := openAt(t, url, clockAt(someTime), Options{})
	if got, want := db.Now(), someTime.Add(2*time.Hour); !got.Equal(want) {
		t.Errorf("without a stored time: %s, want that of the log, %s", got, want)
	}
	store := func(at time.Time) {
		t.Helper()
		err := f.Write(f.account(at.String()), 0, func(ctx context.Context, tx *Tx) error {
			if _, err := tx.Ent.ExecContext(ctx, `DELETE FROM "clocks"`); err != nil {
				return err
			}
			return tx.Ent.Clock.Create().SetID(clockRow).SetAt(at).Exec(ctx)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	store(someTime.Add(2*time.Hour - 5*time.Second))
	db, _ = openAt(t, url, clockAt(someTime), Options{})
	if got, want := db.Now(), someTime.Add(2*time.Hour); !got.Equal(want) {
		t.Errorf("stored five seconds before: %s, want that of the log, %s", got, want)
	}
	store(someTime) // as an operator does after a clock was far ahead
	db, logged := openAt(t, url, clockAt(someTime.Add(time.Second)), Options{})
	if got, want := db.Now(), someTime.Add(time.Second); !got.Equal(want) || logged.String() != "" {
		t.Errorf("after the stored time was set back: %s, want %s; logged %s", got, want, logged)
	}
	if n := f.Client().Change.Query().Where(change.AccountID(1)).CountX(f.account("x")); n > 1 {
		t.Errorf("%d changes", n)
	}
}

// TestManyStoreTheTimeAtOnce lets processes insert and update the row at the same time.
func TestManyStoreTheTimeAtOnce(t *testing.T) {
	t.Parallel()
	url := emptyDatabase(t)
	var dbs []*DB
	for i := range 4 {
		db, _ := openAt(t, url, clockAt(someTime.Add(time.Duration(i)*time.Second)), Options{})
		db.Now()
		dbs = append(dbs, db)
	}
	errs := make(chan error)
	for _, db := range dbs {
		go func() { errs <- db.keepTime(t.Context()) }()
	}
	for range dbs {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	for i, db := range dbs {
		if err := db.keepTime(t.Context()); err != nil {
			t.Error(err)
		}
		if got, want := db.Now(), someTime.Add(3*time.Second); !got.Equal(want) {
			t.Errorf("process %d has %s, want %s", i, got, want)
		}
	}
}

// TestUnusedTimeIsNotStored checks that a server that is idle does not write.
func TestUnusedTimeIsNotStored(t *testing.T) {
	t.Parallel()
	wrote := 0
	db, _ := openAt(t, emptyDatabase(t), clockAt(someTime), Options{Observe: func(_ context.Context, s string) {
		if changesRows(s) {
			wrote++
		}
	}})
	if err := db.keepTime(t.Context()); err != nil {
		t.Fatal(err)
	}
	if wrote != 0 {
		t.Errorf("%d statements wrote", wrote)
	}
}
