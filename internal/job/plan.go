package job

import (
	"context"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/job"
	"contactgraph/ent/jobitem"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/database"
)

// plan plans the next contacts. The position is the id of the last one.
func (r *run) plan(ctx context.Context) (more bool, err error) {
	ids, err := r.nextContacts(ctx)
	if err != nil || len(ids) == 0 {
		return false, err
	}
	commands := make([]contact.Command, len(ids))
	for i, id := range ids {
		if commands[i], err = r.command(&ent.JobItem{ContactID: &id}, contact.Lock{OnConflict: contact.Overwrite}); err != nil {
			return false, err
		}
	}
	begun, p := time.Now(), progress{}
	err = r.commands.RunShared(ctx, commands, contact.Shared{
		Rehearsal: true,
		Record: func(ctx context.Context, tx *database.Tx, attempts []contact.Attempt) error {
			p = r.next()
			p.position = int64(ids[len(ids)-1])
			items := make([]*ent.JobItemCreate, len(ids))
			for i, a := range attempts {
				p.counts[CountItems]++
				if items[i], err = r.planned(tx, p, ids[i], a); err != nil {
					return err
				}
			}
			if err := tx.Ent.JobItem.CreateBulk(items...).Exec(r.system(ctx)); err != nil {
				return err
			}
			return r.advance(ctx, tx, p)
		},
	})
	if err != nil {
		return true, err
	}
	r.finished(p)
	r.resize(len(ids), time.Since(begun))
	return true, nil
}

// nextContacts returns the ids of the next contacts to plan.
func (r *run) nextContacts(ctx context.Context) (ids []int, err error) {
	if r.options.Filter == nil {
		for _, id := range r.options.IDs {
			if int64(id) > r.row.Position && len(ids) < r.size {
				ids = append(ids, id)
			}
		}
		return ids, nil
	}
	page, err := r.queries.Page(ctx, *r.options.Filter, query.Order{}, query.PageArgs{
		First: new(min(r.size, query.MaxPage)), After: new(query.AfterID(int(r.row.Position))),
	})
	if err != nil {
		return nil, err
	}
	for _, c := range page.Contacts {
		ids = append(ids, c.ID)
	}
	return ids, nil
}

// planned returns the item of what a command would do, and counts it.
func (r *run) planned(tx *database.Tx, p progress, id int, a contact.Attempt) (*ent.JobItemCreate, error) {
	create := tx.Ent.JobItem.Create().SetJobID(r.row.ID).SetNumber(p.counts[CountItems]).SetContactID(id)
	action := jobitem.ActionUPDATE
	switch {
	case len(a.Errors) > 0:
		action = jobitem.ActionINVALID
		errs, err := encode(itemErrors(a.Errors))
		if err != nil {
			return nil, err
		}
		create.SetErrors(errs)
	case r.row.Kind == job.KindDELETE:
		action = jobitem.ActionDELETE
	case len(a.Changes) == 0:
		action = jobitem.ActionSAME
	default:
		create.SetChanges(a.Changes)
	}
	if a.Seen != 0 {
		create.SetSeen(a.Seen)
	}
	p.counts[CountOf(action)]++
	return create.SetAction(action), nil
}
