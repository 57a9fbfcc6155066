package job

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"contactgraph/ent"
	"contactgraph/ent/job"
	"contactgraph/ent/jobitem"
	"contactgraph/internal/authz"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"

	"entgo.io/ent/dialect/sql"
)

// MaxPage is the largest number of jobs or items that one page has.
const MaxPage = 100

// reader returns the viewer if it may see jobs.
func reader(ctx context.Context) (viewer.Viewer, error) {
	v, err := authz.RequireRole(ctx, viewer.Agent)
	if err == nil && v.Segment != 0 {
		err = usererror.Errors{usererror.NewForbidden("", "This API key is limited to a segment, so it may not see jobs.")}
	}
	return v, err
}

// Get returns a job. Agents see their own jobs and those of others, with what they may read of the
// contacts. It fails with NotFound and Forbidden.
func (s *Service) Get(ctx context.Context, id int) (*ent.Job, error) {
	v, err := reader(ctx)
	if err != nil {
		return nil, err
	}
	row, err := s.db.Client().Job.Query().Where(job.AccountID(v.Account), job.ID(id)).Only(ctx)
	if ent.IsNotFound(err) {
		err = usererror.NewNotFound("Job", id)
	}
	return row, err
}

// ByIDs returns the jobs that exist of those with the ids; none for viewers who may not see jobs.
func (s *Service) ByIDs(ctx context.Context, ids []int) ([]*ent.Job, error) {
	v, err := reader(ctx)
	if err != nil {
		return nil, nil //nolint:nilerr // as if there were none
	}
	return s.db.Client().Job.Query().Where(job.AccountID(v.Account), job.IDIn(ids...)).All(ctx)
}

// IsRunning reports whether a job has work to do, or may get some by a mutation.
func IsRunning(row *ent.Job) bool {
	return row.State == job.StatePLANNED || row.State == job.StateUPLOADING || isToRun(row.State)
}

// ProgressOf returns the part of the items that the current state has finished, nil if it is
// unknown.
func ProgressOf(row *ent.Job) *float64 {
	count := func(names ...string) (n int) {
		for _, name := range names {
			n += row.Counts[name]
		}
		return n
	}
	var done, total int
	switch row.State {
	case job.StatePLANNING:
		if row.Kind == job.KindIMPORT && row.Size > 0 {
			return new(min(1, float64(row.Counts[countRead]<<10)/float64(row.Size)))
		}
		return nil
	case job.StateUPLOADING, job.StateFAILED:
		return nil
	case job.StateREVERTING, job.StateREVERTED:
		done = count("REVERTED", "KEPT")
		total = done + count("APPLIED")
	default:
		done = count("APPLIED", "UNCHANGED", "CONFLICT", "REFUSED", "REVERTED", "KEPT")
		total = count("CREATE", "UPDATE", "DELETE")
	}
	if total == 0 {
		return new(1.0)
	}
	return new(float64(done) / float64(total))
}

// List returns at most first jobs with ids below before, newest first, and whether there are more.
// A before of 0 stands for the newest. It fails with Forbidden.
func (s *Service) List(ctx context.Context, before, first int) (rows []*ent.Job, more bool, err error) {
	v, err := reader(ctx)
	if err != nil {
		return nil, false, err
	}
	q := s.db.Client().Job.Query().Where(job.AccountID(v.Account)).Order(job.ByID(sql.OrderDesc())).Limit(first + 1)
	if before != 0 {
		q.Where(job.IDLT(before))
	}
	rows, err = q.All(ctx)
	return rows[:min(len(rows), first)], len(rows) > first, err
}

// ItemFilter selects items. Empty lists are no condition.
type ItemFilter struct {
	Actions  []jobitem.Action
	Outcomes []jobitem.Outcome
}

// Items returns at most first items of a job after a number, in the order of their numbers, and
// whether there are more. What the viewer may not read is left out. It fails with Forbidden.
func (s *Service) Items(ctx context.Context, id int, f ItemFilter, after, first int) (rows []*ent.JobItem, more bool, err error) {
	v, err := reader(ctx)
	if err != nil {
		return nil, false, err
	}
	q := s.db.Client().JobItem.Query().Where(jobitem.AccountID(v.Account), jobitem.JobID(id), jobitem.NumberGT(after)).
		Order(jobitem.ByNumber()).Limit(first + 1)
	if len(f.Actions) > 0 {
		q.Where(jobitem.ActionIn(f.Actions...))
	}
	if len(f.Outcomes) > 0 {
		q.Where(jobitem.OutcomeIn(f.Outcomes...))
	}
	rows, err = q.All(ctx)
	for _, row := range rows {
		if row.Action == jobitem.ActionCREATE && err == nil {
			row.Changes, err = newValues(row)
		}
		row.Changes = field.VisibleChanges(v, row.Changes)
		if err == nil {
			row.Errors, err = visibleErrors(v, row)
		}
	}
	return rows[:min(len(rows), first)], len(rows) > first, err
}

// visibleErrors returns the errors of an item as they are stored. Those about fields that the
// viewer may not read do not say what is in the file; what a row that cannot be read is about is
// unknown.
func visibleErrors(v viewer.Viewer, row *ent.JobItem) (json.RawMessage, error) {
	errs, err := ErrorsOf(row)
	if err != nil || len(errs) == 0 || field.CanReadAll(v) {
		return row.Errors, err
	}
	for i, e := range errs {
		if !field.CanRead(v, e.Path) || e.Path == "" && e.Column != "" {
			errs[i].Message, errs[i].Value = "Your role may not read this.", ""
		}
	}
	return encode(errs)
}

// newValues returns what the contact of an item would be created with, as changes. It is not stored
// any more when the contact exists.
func newValues(row *ent.JobItem) (changes []revision.FieldChange, err error) {
	c, err := decode[Content](row.Content)
	if err != nil {
		return nil, err
	}
	add := func(path string, v any) { changes = append(changes, revision.FieldChange{Path: path, New: v}) }
	for _, f := range field.Fields {
		if v, ok := c.Set[f.Path]; ok && v != nil {
			add(f.Path, v)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(c.Properties)) {
		add(field.PropertyPath(id), c.Properties[id])
	}
	if c.Logins != nil {
		add(field.PathLogins, *c.Logins)
	}
	if c.External != nil {
		add(field.PathExternalIDs, *c.External)
	}
	if segments := c.segments(); len(segments) > 0 {
		add(field.PathMembership, segments)
	}
	return changes, nil
}

// ErrorsOf returns why an item was not planned, applied or reverted.
func ErrorsOf(row *ent.JobItem) ([]ItemError, error) { return decode[[]ItemError](row.Errors) }
