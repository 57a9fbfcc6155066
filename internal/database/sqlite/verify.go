package sqlite

import (
	"context"
	"errors"
	"fmt"

	"contactgraph/internal/database/dialect"
)

// errDamaged is the error of a check that found damage.
var errDamaged = errors.New("the file is damaged")

// Verify runs quick_check, which reads every page of the file, and compares neither indexes with
// their tables nor foreign keys.
func (Dialect) Verify(ctx context.Context, db dialect.Querier) error {
	var result string
	if err := db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&result); err != nil {
		return err
	}
	if result != "ok" {
		return fmt.Errorf("%w: %s", errDamaged, result)
	}
	return nil
}
