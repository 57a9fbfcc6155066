package job

import (
	"context"
	"errors"
	"slices"

	"contactgraph/ent"
	"contactgraph/ent/job"
	"contactgraph/internal/audit"
	"contactgraph/internal/authz"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/database"
	"contactgraph/internal/idempotency"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// MaxIDs is the largest number of contacts that a bulk job can name one by one.
const MaxIDs = 10_000

// Bulk is a job that writes the same to many contacts, or deletes them.
type Bulk struct {
	// Filter finds the contacts when the job is planned; nil if IDs has them.
	Filter *query.Filter
	IDs    []int
	// Set, Custom, ClearProperties, AddSegments and RemoveSegments are what an update writes.
	Set                         field.Patch
	Custom                      contact.Custom
	ClearProperties             []int
	AddSegments, RemoveSegments []int
	// OnConflict decides about contacts that have changed since they were planned.
	OnConflict contact.Policy
	// DryRun leaves the job planned; otherwise it is applied at once.
	DryRun bool
}

// Update creates a job that updates many contacts. It fails with Errors: Forbidden, Required or
// Invalid for what is wrong with the input. What is wrong with single contacts is in the items of
// the job.
func (s *Service) Update(ctx context.Context, b Bulk) (*ent.Job, error) {
	c := &Content{Set: SetOf(b.Set), AddSegments: b.AddSegments, RemoveSegments: b.RemoveSegments}
	if b.Custom != nil {
		c.Custom = b.Custom
	}
	if len(b.ClearProperties) > 0 {
		c.Properties = make(map[int][]field.Value, len(b.ClearProperties))
	}
	for _, id := range b.ClearProperties {
		c.Properties[id] = []field.Value{}
	}
	var errs usererror.Errors
	if len(b.Set) == 0 && b.Custom == nil && len(b.ClearProperties)+len(b.AddSegments)+len(b.RemoveSegments) == 0 {
		errs.Add(usererror.Required, "", "Send what to write: set, clearProperties, addToMembership or removeFromMembership.")
	}
	return s.createBulk(ctx, job.KindUPDATE, b, c, errs)
}

// Delete creates a job that deletes many contacts. It fails as Update does.
func (s *Service) Delete(ctx context.Context, b Bulk) (*ent.Job, error) {
	return s.createBulk(ctx, job.KindDELETE, b, nil, nil)
}

func (s *Service) createBulk(ctx context.Context, kind job.Kind, b Bulk, c *Content, errs usererror.Errors) (*ent.Job, error) {
	v, err := authorize(ctx)
	if err != nil {
		return nil, err
	}
	if kind == job.KindDELETE && !field.CanWriteAll(v) {
		return nil, usererror.Errors{usererror.NewForbidden("", "Your role may not delete contacts, because it may not change all of their fields.")}
	}
	switch {
	case (b.Filter == nil) == (b.IDs == nil):
		errs.Add(usererror.Invalid, "", "Send either filter or ids, not both.")
	case len(b.IDs) > MaxIDs:
		errs.Add(usererror.TooMany, "ids", "At most %d contacts can be listed. Send a filter.", MaxIDs)
	}
	if b.Filter != nil {
		_, err := s.queries.Page(ctx, *b.Filter, query.Order{}, query.PageArgs{First: new(0)})
		switch {
		case errors.Is(err, usererror.ErrArguments):
			errs.Add(usererror.Invalid, "filter", "%s", err)
		case err != nil:
			return nil, err
		}
	}
	if err := errs.OrNil(); err != nil {
		return nil, err
	}
	ids := slices.Compact(slices.Sorted(slices.Values(b.IDs)))
	return s.insert(ctx, v, kind, job.StatePLANNING, Options{OnConflict: b.OnConflict, ApplyNow: !b.DryRun, Filter: b.Filter, IDs: ids, Write: c}, nil)
}

// authorize returns the viewer if it may create and control jobs: staff, and API keys that are not
// limited to a segment.
func authorize(ctx context.Context) (viewer.Viewer, error) {
	v, err := authz.ToWriteContacts(authz.RequireRole(ctx, viewer.Agent))
	if err == nil && v.Segment != 0 {
		err = usererror.Errors{usererror.NewForbidden("", "This API key is limited to a segment, so it may not run jobs.")}
	}
	return v, err
}

// insert creates a job, and records in the audit log who did so.
func (s *Service) insert(ctx context.Context, v viewer.Viewer, kind job.Kind, state job.State, o Options, details map[string]any) (*ent.Job, error) {
	options, err := encodeInput(o)
	if err != nil {
		return nil, err
	}
	id, err := s.inTx(ctx, v, func(ctx context.Context, tx *database.Tx) (int, error) {
		now := s.timestamp()
		row, err := tx.Ent.Job.Create().SetKind(kind).SetState(state).SetActorKind(v.Actor.Kind).SetActorID(v.Actor.ID).
			SetActorName(v.Actor.Name).SetOptions(options).SetCounts(map[string]int{}).SetCreatedAt(now).SetUpdatedAt(now).
			Save(viewer.NewSystemContext(ctx, v.Account))
		if err != nil {
			return 0, err
		}
		return row.ID, s.record(ctx, tx, v, audit.JobCreated, row, details)
	})
	if err != nil {
		return nil, err
	}
	s.wakeUp()
	return s.Get(ctx, id)
}

// inTx runs fn in a transaction that returns the id of a job. A repeat with the same idempotency
// key returns the id of the first request.
func (s *Service) inTx(ctx context.Context, v viewer.Viewer, fn func(context.Context, *database.Tx) (int, error)) (int, error) {
	in := func(ctx context.Context, fn func(context.Context, *database.Tx) error) error {
		return s.db.Write(ctx, 0, fn)
	}
	return idempotency.Run(ctx, idempotency.Request{Key: s.key, Viewer: v, Now: s.now}, idempotency.JSON[int](), in, fn)
}

// record adds an entry about a job to the audit log.
func (s *Service) record(ctx context.Context, tx *database.Tx, v viewer.Viewer, action audit.Action, row *ent.Job, details map[string]any) error {
	return audit.Record(ctx, tx.Ent, v, s.timestamp(), audit.Entry{Action: action, Subject: row.ID, Name: row.Kind.String(), Details: details})
}
