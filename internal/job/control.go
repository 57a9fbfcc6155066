package job

import (
	"context"
	"fmt"
	"math"
	"slices"

	"contactgraph/ent"
	"contactgraph/ent/job"
	"contactgraph/internal/audit"
	"contactgraph/internal/database"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// transition is a change of the state of a job that viewers request.
type transition struct {
	name   string
	from   []job.State
	action audit.Action // "" for none
	set    func(*ent.JobUpdate)
}

// The transitions. A process that runs the job notices them with its next transaction.
var (
	toApply = &transition{"applied", []job.State{job.StatePLANNED}, audit.JobApplied, func(u *ent.JobUpdate) {
		u.SetState(job.StateAPPLYING).SetPosition(0)
	}}
	toPause = &transition{"paused", []job.State{job.StatePLANNING, job.StateAPPLYING, job.StateREVERTING}, "", func(u *ent.JobUpdate) {
		u.SetPaused(true)
	}}
	toResume = &transition{"resumed", toPause.from, "", func(u *ent.JobUpdate) { u.SetPaused(false) }}
	toCancel = &transition{"canceled", []job.State{job.StateUPLOADING, job.StatePLANNING, job.StatePLANNED, job.StateAPPLYING}, audit.JobCanceled, func(u *ent.JobUpdate) {
		u.SetState(job.StateCANCELED).SetPaused(false)
	}}
	toRevert = &transition{"reverted", []job.State{job.StateAPPLIED, job.StateCANCELED, job.StateREVERTED, job.StateFAILED}, audit.JobReverted, func(u *ent.JobUpdate) {
		u.SetState(job.StateREVERTING).SetPosition(math.MaxInt64).SetPaused(false).ClearFailure()
	}}
)

// Apply makes a planned job run. It fails with NotFound, with Forbidden for those who may not write
// contacts, and with Invalid in any other state.
func (s *Service) Apply(ctx context.Context, id int) (*ent.Job, error) {
	return s.change(ctx, id, toApply)
}

// Pause stops a job that runs, until it is resumed. It fails as Apply does.
func (s *Service) Pause(ctx context.Context, id int) (*ent.Job, error) {
	return s.change(ctx, id, toPause)
}

// Resume continues a job that was paused. It fails as Apply does.
func (s *Service) Resume(ctx context.Context, id int) (*ent.Job, error) {
	return s.change(ctx, id, toResume)
}

// Cancel ends a job. What it has applied stays; Revert undoes it. It fails as Apply does.
func (s *Service) Cancel(ctx context.Context, id int) (*ent.Job, error) {
	return s.change(ctx, id, toCancel)
}

// Revert undoes all that a job has applied, except where others have changed it since. It can
// be repeated for what it had to leave. It fails as Apply does.
func (s *Service) Revert(ctx context.Context, id int) (*ent.Job, error) {
	return s.change(ctx, id, toRevert)
}

// change changes the state of a job.
func (s *Service) change(ctx context.Context, id int, to *transition) (*ent.Job, error) {
	v, err := authorize(ctx)
	if err != nil {
		return nil, err
	}
	_, err = s.inTx(ctx, v, func(ctx context.Context, tx *database.Tx) (int, error) {
		system := viewer.NewSystemContext(ctx, v.Account)
		row, err := tx.Ent.Job.Query().Where(job.AccountID(v.Account), job.ID(id), tx.ForUpdate).Only(system)
		switch {
		case ent.IsNotFound(err):
			return 0, usererror.NewNotFound("Job", id)
		case err != nil:
			return 0, err
		case !v.Is(viewer.Admin) && !isOwn(v, row):
			return 0, usererror.Errors{usererror.NewForbidden("", "Only admins may control the jobs of others.")}
		case !slices.Contains(to.from, row.State):
			return 0, usererror.Errors{{Code: usererror.Invalid, Path: "id", Message: fmt.Sprintf("A job that is %s cannot be %s.", row.State, to.name)}}
		}
		update := tx.Ent.Job.Update().Where(job.AccountID(v.Account), job.ID(id)).SetUpdatedAt(s.timestamp()).
			ClearLeaseUntil().ClearRunner()
		to.set(update)
		if err := update.Exec(system); err != nil || to.action == "" {
			return id, err
		}
		return id, s.record(ctx, tx, v, to.action, row, nil)
	})
	if err != nil {
		return nil, err
	}
	s.wakeUp()
	return s.Get(ctx, id)
}

// isOwn reports whether the viewer has created the job.
func isOwn(v viewer.Viewer, row *ent.Job) bool {
	return v.Actor.Kind == row.ActorKind && v.Actor.ID == row.ActorID
}
