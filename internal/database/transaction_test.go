package database

import (
	"context"
	"errors"
	"testing"
	"time"

	"contactgraph/internal/dberr"
)

// TestDeadConnectionsAreReplaced ends all connections on the server: the next writes take new ones,
// and do not fail.
func TestDeadConnectionsAreReplaced(t *testing.T) {
	t.Parallel()
	f := openFixture(t, emptyPostgres(t))
	ctx := f.account("Demo")
	for range 3 {
		f.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
		for contact := range 2 * f.conn.Writers {
			if err := f.Write(ctx, contact, addShop("North")); err != nil {
				t.Errorf("the write of contact %d: %v", contact, err)
			}
		}
	}
}

// TestNoTransactionStaysOpen ends writes in several ways: a connection in the pool has no
// transaction, and so no locks.
func TestNoTransactionStaysOpen(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		do   func(f *fixture, ctx context.Context, tx *Tx) error
	}{
		{"a function that takes longer than the limit of a statement", func(f *fixture, _ context.Context, _ *Tx) error {
			time.Sleep(2 * f.conn.Limits.Write)
			return nil
		}},
		{"a row that the log refuses", func(_ *fixture, ctx context.Context, tx *Tx) error {
			tx.AppendChange(logRow(ctx, 1, 1))
			tx.AppendChange(logRow(ctx, 1, 1))
			return nil
		}},
		{"text that PostgreSQL does not accept", func(_ *fixture, ctx context.Context, tx *Tx) error {
			r := logRow(ctx, 1, 1)
			r.ActorName = "\x00"
			tx.AppendChange(r)
			return nil
		}},
		{"rows that are not closed", func(_ *fixture, _ context.Context, tx *Tx) error {
			_, err := tx.Ent.QueryContext(context.Background(), "SELECT generate_series(1, 100000)") //nolint:rowserrcheck,sqlclosecheck // on purpose
			return err
		}},
		{"a function that fails", func(_ *fixture, ctx context.Context, tx *Tx) error {
			return errors.Join(errTest, addShop("South")(ctx, tx))
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := openFixture(t, emptyPostgres(t))
			ctx := f.account("Demo")
			id := f.contacts(ctx, 1)[0]
			usual := f.conn.Limits.Write
			f.conn.Limits.Write = 300 * time.Millisecond
			err := f.Write(ctx, id, func(ctx context.Context, tx *Tx) error {
				if _, err := tx.Contact(ctx, accountOf(ctx), id); err != nil {
					return err
				}
				return tt.do(f, ctx, tx)
			})
			if err == nil || errors.Is(err, dberr.ErrUnknown) {
				t.Errorf("got %v, want a failure that is known", err)
			}
			f.wantNoOpenTransaction()
			f.conn.Limits.Write = usual // a busy machine may need longer than the short limit
			if err := f.Write(ctx, id, f.rename(ctx, id, "Anna", "anna").fn); err != nil {
				t.Errorf("the next write of the contact: %v", err)
			}
		})
	}
}

// wantNoOpenTransaction fails if PostgreSQL has open transactions that wait for a statement. A busy
// server takes a moment to notice that a connection has been closed.
func (f *fixture) wantNoOpenTransaction() {
	f.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		open := f.texts("SELECT state || ': ' || query FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'")
		if len(open) == 0 {
			return
		}
		if time.Now().After(deadline) {
			f.t.Errorf("open: %q", open)
			return
		}
	}
}

// execute runs a statement on a connection of its own.
func (f *fixture) execute(statement string) {
	f.t.Helper()
	c, err := connect(f.t.Context(), f.url)
	if err != nil {
		f.t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Writer.ExecContext(f.t.Context(), statement); err != nil {
		f.t.Fatal(err)
	}
}

// texts returns what a query for one column of text returns.
func (f *fixture) texts(query string) (all []string) {
	f.t.Helper()
	rows, err := f.conn.Readers.QueryContext(f.t.Context(), query)
	if err != nil {
		f.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			f.t.Fatal(err)
		}
		all = append(all, text)
	}
	if err := rows.Err(); err != nil {
		f.t.Fatal(err)
	}
	return all
}

// A transaction may take as long as it needs; a statement may not.
func TestAStatementThatHangsIsGivenUp(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if f.conn.Limits.Write == 0 {
		t.Skip("a file does not hang; with CONTACTGRAPH_TEST_ENGINE=postgres this runs")
	}
	f.conn.Limits.Write = time.Second
	ctx := f.account("Demo")
	sleeping := func(seconds ...string) func(context.Context, *Tx) error {
		return func(ctx context.Context, tx *Tx) error {
			for _, s := range seconds {
				if _, err := tx.Ent.ExecContext(ctx, "SELECT pg_sleep("+s+")"); err != nil {
					return err
				}
			}
			return addShop("North")(ctx, tx)
		}
	}
	if err := f.Write(ctx, 0, sleeping("0.4", "0.4", "0.4", "0.4")); err != nil {
		t.Errorf("four statements, each within the limit: %v", err)
	}
	if err := f.Write(ctx, 0, sleeping("10")); !errors.Is(err, dberr.ErrUnavailable) {
		t.Errorf("one beyond it: %v", err)
	}
	if err := f.Write(ctx, 0, addShop("South")); err != nil {
		t.Errorf("the next write: %v", err)
	}
	if got := f.shops(ctx); len(got) != 2 {
		t.Errorf("got %q", got)
	}
}
