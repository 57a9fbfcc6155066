package job

import (
	"context"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/job"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// watchInterval is how often Finish looks how far a job is.
const watchInterval = 200 * time.Millisecond

// Finish runs a job in this process, or waits while another one runs it, until it has nothing to do
// any more. It calls show from time to time.
func (s *Service) Finish(ctx context.Context, id int, show func(*ent.Job)) (*ent.Job, error) {
	running := make(chan struct{}, 1)
	ticker := time.NewTicker(watchInterval)
	defer ticker.Stop()
	for {
		row, err := s.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		show(row)
		if !isToRun(row.State) || row.Paused {
			return row, nil
		}
		select {
		case running <- struct{}{}:
			go func() {
				defer func() { <-running }()
				s.runOne(ctx, id)
			}()
		default:
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			running <- struct{}{} // the job is released
			return nil, context.Cause(ctx)
		}
	}
}

// runOne runs a job that no other process runs.
func (s *Service) runOne(ctx context.Context, id int) {
	row, err := s.take(ctx, &id)
	if err != nil && ctx.Err() == nil {
		s.log.ErrorContext(ctx, "taking a job failed and will be retried", "job_id", id, "error", err)
	}
	if row != nil {
		s.run(ctx, row)
	}
}

// AccountOf returns the account of a job, for the server itself. It fails with NotFound.
func (s *Service) AccountOf(ctx context.Context, id int) (int, error) {
	row, err := s.db.Client().Job.Query().Where(job.ID(id)).Order(job.ByUpdatedAt(), job.ByID()).First(viewer.NewSystemContext(ctx, 0))
	if ent.IsNotFound(err) {
		err = usererror.Errors{{Code: usererror.NotFound, Message: "There is no job with this number."}}
	}
	if err != nil {
		return 0, err
	}
	return row.AccountID, nil
}
