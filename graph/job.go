package graph

import (
	"context"
	"errors"
	"strconv"
	"time"

	"contactgraph/ent"
	"contactgraph/graph/gate"
	"contactgraph/graph/model"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/globalid"
	"contactgraph/internal/graphqlhttp"
	"contactgraph/internal/job"
	"contactgraph/internal/usererror"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

const typeJob = "Job"

// jobCommands returns the service of jobs, with the idempotency key of the context's mutation.
func (r *Resolver) jobCommands(ctx context.Context) *job.Service {
	return r.jobs.WithKey(gate.KeyOf(ctx))
}

func jobPayload(j *ent.Job, err error) (*model.JobPayload, error) {
	errs, err := payloadErrors(err)
	return &model.JobPayload{Job: j, Errors: errs}, err
}

// visibleJob returns nil for a job that the viewer may not see, as for one that does not exist.
func visibleJob(j *ent.Job, err error) (*ent.Job, error) {
	_, fault := payloadErrors(err)
	return j, fault
}

// bulkUpdateOf translates a bulk update. It fails with Errors if it sets a password.
func bulkUpdateOf(in *model.BulkUpdateInput) (job.Bulk, error) {
	b := job.Bulk{
		IDs: contactsOf(in.Ids.Value()), ClearProperties: each(in.ClearProperties.Value(), func(id string) int { return globalid.Of(typeProperty, id) }),
		AddSegments:    each(in.AddToMembership.Value(), segmentOf),
		RemoveSegments: each(in.RemoveFromMembership.Value(), segmentOf), OnConflict: policies[in.OnConflict], DryRun: in.DryRun,
	}
	if f := in.Filter.Value(); f != nil {
		b.Filter = new(filterOf(f))
	}
	set := in.Set.Value()
	if set == nil {
		return b, nil
	}
	fields, password := patchOf(set)
	if b.Set = fields; set.Custom.Value() != nil {
		b.Custom = set.Custom.Value()
	}
	if password != nil {
		return b, usererror.Errors{{Code: usererror.Invalid, Path: field.PathPassword, Message: "Many contacts cannot get the same password."}}
	}
	return b, nil
}

// bulkDeleteOf translates a bulk deletion.
func bulkDeleteOf(in *model.BulkDeleteInput) job.Bulk {
	b := job.Bulk{IDs: contactsOf(in.Ids.Value()), OnConflict: policies[in.OnConflict], DryRun: in.DryRun}
	if f := in.Filter.Value(); f != nil {
		b.Filter = new(filterOf(f))
	}
	return b
}

// contactsOf translates ids of contacts, nil if there is no list.
func contactsOf(ids []string) []int {
	if ids == nil {
		return nil
	}
	return each(ids, func(id string) int { return globalid.Of(typeContact, id) })
}

func jobCounts(j *ent.Job) *model.JobCounts {
	n := j.Counts
	return &model.JobCounts{
		Items: n[job.CountItems], Create: n["CREATE"], Update: n["UPDATE"], Delete: n["DELETE"], Same: n["SAME"], Duplicate: n["DUPLICATE"],
		Invalid: n["INVALID"], Applied: n["APPLIED"], Unchanged: n["UNCHANGED"], Conflict: n["CONFLICT"], Refused: n["REFUSED"],
		Reverted: n["REVERTED"], Kept: n["KEPT"],
	}
}

// contactOfItem returns the id of the contact of an item, 0 for none.
func contactOfItem(item *ent.JobItem) int {
	if item.ContactID == nil {
		return 0
	}
	return *item.ContactID
}

func jobErrors(item *ent.JobItem) ([]*model.JobError, error) {
	stored, err := job.ErrorsOf(item)
	return each(stored, func(e job.ItemError) *model.JobError {
		shown := &model.JobError{Code: model.UserErrorCode(e.Code), Message: e.Message}
		for to, text := range map[**string]string{&shown.Path: e.Path, &shown.Column: e.Column, &shown.Value: e.Value} {
			if text != "" {
				*to = &text
			}
		}
		return shown
	}), err
}

// jobItems returns a page of the items of a job. The cursor of an item is its number.
func (r *Resolver) jobItems(ctx context.Context, j *ent.Job, f job.ItemFilter, first int, after *string) (*model.JobItemConnection, error) {
	above, err := numberOf(after)
	if err != nil {
		return nil, err
	}
	rows, more, err := r.jobs.Items(ctx, j.ID, f, above, first)
	if err != nil {
		return nil, err
	}
	cursors := each(rows, func(item *ent.JobItem) string { return strconv.Itoa(item.Number) })
	return &model.JobItemConnection{Nodes: rows, PageInfo: pageInfo(cursors, above > 0, more)}, nil
}

// jobPage returns a page of jobs. The cursor of a job is its number.
func (r *Resolver) jobPage(ctx context.Context, first int, after *string) (*model.JobConnection, error) {
	before, err := numberOf(after)
	if err != nil {
		return nil, err
	}
	rows, more, err := r.jobs.List(ctx, before, first)
	if err != nil {
		return nil, err
	}
	cursors := each(rows, func(j *ent.Job) string { return strconv.Itoa(j.ID) })
	return &model.JobConnection{Nodes: rows, PageInfo: pageInfo(cursors, before > 0, more)}, nil
}

// numberOf returns the number that a cursor is, 0 for none. It fails with usererror.ErrArguments
// for another text.
func numberOf(after *string) (int, error) {
	if after = cursorOf(after); after == nil {
		return 0, nil
	}
	n, err := strconv.Atoi(*after)
	if err != nil || n <= 0 {
		return 0, usererror.NewInvalidArguments("after must be a cursor of this list.")
	}
	return n, nil
}

// jobInterval is how often a subscription looks whether a job has changed.
const jobInterval = 250 * time.Millisecond

// followJob sends a job whenever it has changed, until it has ended, the client disconnects or the
// server stops.
func (r *Resolver) followJob(ctx context.Context, id int) (<-chan *ent.Job, error) {
	first, err := r.jobs.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	r.feed.Stream(ctx)
	return graphqlhttp.Stream(ctx, func(send func(*ent.Job, string) error) *gqlerror.Error {
		err := r.sendJob(ctx, first, send)
		if err == nil || errors.Is(err, context.Canceled) {
			return nil
		}
		return r.present(ctx, err)
	}), nil
}

func (r *Resolver) sendJob(ctx context.Context, row *ent.Job, send func(*ent.Job, string) error) error {
	end := r.feed.Follow(row.AccountID, noContact) // fails when the server stops
	defer end.Close()
	var sent time.Time
	for checked := time.Now(); ; {
		if !row.UpdatedAt.Equal(sent) {
			if err := send(row, ""); err != nil {
				return err
			}
			sent = row.UpdatedAt
		}
		if !job.IsRunning(row) {
			return nil
		}
		if err := end.Wait(ctx, jobInterval); err != nil {
			return err
		}
		if time.Since(checked) >= r.feed.Recheck {
			if err := gate.Reauthenticate(ctx); err != nil {
				return err
			}
			checked = time.Now()
		}
		var err error
		if row, err = r.jobs.Get(ctx, row.ID); err != nil {
			return err
		}
	}
}

// noContact is an id that no contact has.
const noContact = -1
