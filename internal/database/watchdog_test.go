package database

import (
	"context"
	"errors"
	"testing"
	"time"

	"contactgraph/internal/dberr"
)

// A transaction may take as long as it needs; a statement may not.
func TestAStatementThatHangsIsGivenUp(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if f.engine.limits.write == 0 {
		t.Skip("a file does not hang; with CONTACTGRAPH_TEST_ENGINE=postgres this runs")
	}
	f.engine.limits.write = time.Second
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
