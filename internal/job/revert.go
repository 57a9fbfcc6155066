package job

import (
	"context"

	"contactgraph/ent/jobitem"
	"contactgraph/internal/contact"
	"contactgraph/internal/revision"

	"entgo.io/ent/dialect/sql"
)

// revert undoes the changes of the next items, the last ones first. The position is the number of
// the lowest one.
func (r *run) revert(ctx context.Context) (more bool, err error) {
	items, err := r.db.Client().JobItem.Query().Where(jobitem.AccountID(r.row.AccountID), jobitem.JobID(r.row.ID),
		jobitem.NumberLT(int(r.row.Position)), jobitem.OutcomeIn(jobitem.OutcomeAPPLIED, jobitem.OutcomeKEPT)).
		Order(jobitem.ByNumber(sql.OrderDesc())).Limit(r.size).All(r.system(ctx))
	if err != nil || len(items) == 0 {
		return false, err
	}
	commands := make([]contact.Command, len(items))
	for i, item := range items {
		commands[i] = contact.Undo{Change: revision.ChangeID{Contact: *item.ContactID, Version: *item.Written}}
	}
	return true, r.runItems(ctx, items, commands, reverted)
}

// reverted returns the outcome of an item whose change was to be undone.
func reverted(a contact.Attempt) jobitem.Outcome {
	if len(a.Errors) > 0 {
		return jobitem.OutcomeKEPT
	}
	return jobitem.OutcomeREVERTED
}
