package job

import (
	"context"
	"fmt"
	"strings"

	"contactgraph/ent/jobitem"
	"contactgraph/internal/database"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
)

// CountItems is the count of all items. The others are those of an action or an outcome: CountOf.
const CountItems = "ITEMS"

// CountOf returns the name of the count of items with an action or an outcome.
func CountOf[T jobitem.Action | jobitem.Outcome](of T) string { return string(of) }

// outcome is what has become of an item.
type outcome struct {
	number  int
	outcome jobitem.Outcome
	contact int              // 0 if it stays as it is stored
	written revision.Version // 0 if it stays as it is stored
	errs    usererror.Errors
}

// storeOutcomes stores what has become of the items of a batch.
func (r *run) storeOutcomes(ctx context.Context, tx *database.Tx, outcomes []outcome) error {
	var good []outcome
	for _, o := range outcomes {
		if len(o.errs) == 0 {
			good = append(good, o)
			continue
		}
		errs, err := encode(itemErrors(o.errs))
		if err != nil {
			return err
		}
		err = tx.Ent.JobItem.Update().Where(jobitem.AccountID(r.row.AccountID), jobitem.JobID(r.row.ID), jobitem.Number(o.number)).
			SetOutcome(o.outcome).SetErrors(errs).Exec(r.system(ctx))
		if err != nil {
			return err
		}
	}
	if len(good) == 0 {
		return nil
	}
	_, err := tx.Ent.ExecContext(ctx, updateOutcomes(good), r.row.AccountID, r.row.ID)
	return err
}

// updateOutcomes returns the statement that stores outcomes without errors, all at once, given the
// account and the job. Its values are numbers and names of this package.
func updateOutcomes(outcomes []outcome) string {
	var b strings.Builder
	b.WriteString(`UPDATE "job_items" SET "outcome" = "o"."column2", "errors" = NULL, "content" = NULL, ` +
		`"contact_id" = COALESCE(NULLIF("o"."column3", 0), "contact_id"), "written" = COALESCE(NULLIF("o"."column4", 0), "written") FROM (VALUES `)
	for i, o := range outcomes {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "(%d, '%s', %d, %d)", o.number, o.outcome, o.contact, o.written)
	}
	b.WriteString(`) AS "o" WHERE "account_id" = $1 AND "job_id" = $2 AND "number" = "o"."column1"`)
	return b.String()
}
