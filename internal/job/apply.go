package job

import (
	"context"
	"fmt"
	"slices"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/job"
	"contactgraph/ent/jobitem"
	"contactgraph/ent/predicate"
	"contactgraph/internal/contact"
	"contactgraph/internal/database"
	"contactgraph/internal/usererror"
)

// apply applies the next items. The position is the number of the last one.
func (r *run) apply(ctx context.Context) (more bool, err error) {
	if err := r.createMissing(ctx); err != nil {
		return false, err
	}
	items, last, err := r.nextItems(ctx, jobitem.NumberGT(int(r.row.Position)), jobitem.ByNumber(), writes)
	if err != nil || last == 0 {
		return false, err
	}
	commands := make([]contact.Command, len(items))
	for i, item := range items {
		l := contact.Lock{Expected: item.Seen, OnConflict: r.options.OnConflict}
		if commands[i], err = r.command(item, l); err != nil {
			return false, err
		}
	}
	return true, r.runItems(ctx, batch{items, commands, last}, applied)
}

// writes reports whether an item writes a contact.
func writes(item *ent.JobItem) bool {
	return item.Action == jobitem.ActionCREATE || item.Action == jobitem.ActionUPDATE || item.Action == jobitem.ActionDELETE
}

// batch are items that are run together.
type batch struct {
	items    []*ent.JobItem
	commands []contact.Command
	last     int // the position behind them; items that are not run can precede it
}

// nextItems returns the next items in the order of their numbers that are to be run, and the number
// of the last one that was read, 0 if there are none. Those that are not to be run are read, too: a
// condition would keep the database from reading them in this order.
func (r *run) nextItems(ctx context.Context, from predicate.JobItem, order jobitem.OrderOption, isToRun func(*ent.JobItem) bool) (items []*ent.JobItem, last int, err error) {
	rows, err := r.db.Client().JobItem.Query().Where(jobitem.AccountID(r.row.AccountID), jobitem.JobID(r.row.ID), from).Order(order).Limit(r.size).
		Select(jobitem.FieldNumber, jobitem.FieldAction, jobitem.FieldContactID, jobitem.FieldSeen, jobitem.FieldContent, jobitem.FieldOutcome, jobitem.FieldWritten).
		All(r.system(ctx))
	if err != nil || len(rows) == 0 {
		return nil, 0, err
	}
	last = rows[len(rows)-1].Number
	return slices.DeleteFunc(rows, func(item *ent.JobItem) bool { return !isToRun(item) }), last, nil
}

// command returns the command of an item.
func (r *run) command(item *ent.JobItem, l contact.Lock) (contact.Command, error) {
	if r.row.Kind == job.KindDELETE {
		return contact.Delete{ID: *item.ContactID, Lock: l}, nil
	}
	content := r.options.Write
	if item.Content != nil {
		own, err := decode[Content](item.Content)
		if err != nil {
			return nil, err
		}
		content = &own
	}
	if content.Missing != nil {
		if err := content.named(r.references); err != nil {
			return nil, err
		}
	}
	if item.ContactID == nil {
		return content.create()
	}
	return content.revise(*item.ContactID, l)
}

// applied returns the outcome of an item that was applied.
func applied(a contact.Attempt) jobitem.Outcome {
	switch {
	case len(a.Errors) == 0 && a.Result.Change == nil:
		return jobitem.OutcomeUNCHANGED
	case len(a.Errors) == 0:
		return jobitem.OutcomeAPPLIED
	case hasConflict(a.Errors):
		return jobitem.OutcomeCONFLICT
	}
	return jobitem.OutcomeREFUSED
}

// conflicts are the codes of what has changed since a job was planned.
var conflicts = []usererror.Code{
	usererror.VersionConflict, usererror.NotFound, usererror.Merged,
	usererror.EmailTaken, usererror.PhoneTaken, usererror.LoginTaken, usererror.ExternalIDTaken,
}

func hasConflict(errs usererror.Errors) bool {
	return slices.ContainsFunc(conflicts, errs.Has)
}

// runItems runs the commands of items in one transaction, and stores the outcome of each with it.
func (r *run) runItems(ctx context.Context, b batch, outcomeOf func(contact.Attempt) jobitem.Outcome) error {
	begun, p, items := time.Now(), progress{}, b.items
	err := r.commands.RunShared(ctx, b.commands, contact.Shared{
		Record: func(ctx context.Context, tx *database.Tx, attempts []contact.Attempt) error {
			p = r.next()
			p.position = int64(b.last)
			outcomes := make([]outcome, len(items))
			for i, a := range attempts {
				outcomes[i] = outcome{number: items[i].Number, outcome: outcomeOf(a), contact: a.Contact, errs: a.Errors}
				if a.Result != nil && a.Result.Change != nil {
					outcomes[i].written = a.Result.Change.Version
				}
				if before := items[i].Outcome; before != nil {
					p.counts[CountOf(*before)]--
				}
				p.counts[CountOf(outcomes[i].outcome)]++
			}
			if err := r.storeOutcomes(ctx, tx, outcomes); err != nil {
				return err
			}
			return r.advance(ctx, tx, p)
		},
	})
	if err != nil {
		if r.size == 1 && len(items) == 1 && r.faults >= maxFaults-1 {
			return r.skip(ctx, items[0], err)
		}
		return err
	}
	r.finished(p)
	r.resize(len(items), time.Since(begun))
	return nil
}

// skip records that an item cannot be run because of a fault of the server, so that the others are.
func (r *run) skip(ctx context.Context, item *ent.JobItem, fault error) error {
	p := r.next()
	p.position = int64(item.Number)
	p.counts[CountOf(jobitem.OutcomeREFUSED)]++
	r.log.ErrorContext(ctx, "an item of a job was skipped", "job_id", r.row.ID, "number", item.Number, "error", fault)
	err := r.db.Write(r.system(ctx), 0, func(ctx context.Context, tx *database.Tx) error {
		errs := usererror.Errors{{Code: usererror.Invalid, Message: "The server has failed to write this item: its log has the reason."}}
		o := outcome{number: item.Number, outcome: jobitem.OutcomeREFUSED, errs: errs}
		if err := r.storeOutcomes(ctx, tx, []outcome{o}); err != nil {
			return err
		}
		return r.advance(ctx, tx, p)
	})
	if err != nil {
		return fmt.Errorf("skipping an item: %w", err)
	}
	r.finished(p)
	return nil
}
