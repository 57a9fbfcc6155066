package job

import (
	"context"

	"contactgraph/ent"
	"contactgraph/ent/jobitem"
	"contactgraph/internal/contact"
	"contactgraph/internal/revision"

	"entgo.io/ent/dialect/sql"
)

// revert undoes the changes of the next items, the last ones first. The position is the number of
// the lowest one.
func (r *run) revert(ctx context.Context) (more bool, err error) {
	items, last, err := r.nextItems(ctx, jobitem.NumberLT(int(r.row.Position)), jobitem.ByNumber(sql.OrderDesc()), written)
	if err != nil || last == 0 {
		return false, err
	}
	commands := make([]contact.Command, len(items))
	for i, item := range items {
		commands[i] = contact.Undo{Change: revision.ChangeID{Contact: *item.ContactID, Version: *item.Written}}
	}
	return true, r.runItems(ctx, batch{items, commands, last}, reverted)
}

// written reports whether an item has written a contact, and was not reverted.
func written(item *ent.JobItem) bool {
	return item.Outcome != nil && (*item.Outcome == jobitem.OutcomeAPPLIED || *item.Outcome == jobitem.OutcomeKEPT)
}

// reverted returns the outcome of an item whose change was to be undone.
func reverted(a contact.Attempt) jobitem.Outcome {
	if len(a.Errors) > 0 {
		return jobitem.OutcomeKEPT
	}
	return jobitem.OutcomeREVERTED
}
