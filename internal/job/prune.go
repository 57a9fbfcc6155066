package job

import (
	"context"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/job"
	"contactgraph/ent/jobchunk"
	"contactgraph/ent/jobitem"
	"contactgraph/ent/predicate"
	"contactgraph/internal/database"
	"contactgraph/internal/viewer"
)

const (
	// keepFiles is for how long the file of an import is kept that nothing happens to.
	keepFiles = 7 * 24 * time.Hour

	// How many rows of a kind one transaction deletes: others wait for it. A chunk is large.
	fewChunks = 64
	fewItems  = 1_000
	manyKeys  = 10_000
)

// Prune deletes what is not kept any longer: the files of imports that nothing has happened to for
// a week, with what their plans have of rows that were not written, so that imports which were not
// applied are canceled; and jobs that nothing has happened to for longer than the change log is
// kept, 0 for all time. Server processes call it from time to time.
func (s *Service) Prune(ctx context.Context, retention time.Duration) error {
	now := s.timestamp()
	ended := job.And(job.StateNotIn(running...), job.UpdatedAtLT(now.Add(-keepFiles)))
	err := s.pruneEach(ctx, s.dropFile, ended, job.KindEQ(job.KindIMPORT), job.Or(job.SizeGT(0), job.StateIn(toPlan...)))
	if err != nil || retention == 0 {
		return err
	}
	return s.pruneEach(ctx, s.drop, job.StateNotIn(running...), job.UpdatedAtLT(now.Add(-max(retention, keepFiles))))
}

// pruneEach calls drop for each of the jobs, which must not be among them afterwards. Its context
// is that of the server in the account of the job.
func (s *Service) pruneEach(ctx context.Context, drop func(context.Context, *ent.Job) error, which ...predicate.Job) error {
	for {
		row, err := s.db.Client().Job.Query().Where(which...).Order(job.ByUpdatedAt(), job.ByID()).First(viewer.NewSystemContext(ctx, 0))
		if ent.IsNotFound(err) {
			return nil
		}
		if err == nil {
			err = drop(viewer.NewSystemContext(ctx, row.AccountID), row)
		}
		if err != nil {
			return err
		}
	}
}

// dropFile deletes the file of an import, and what is stored of the rows that were not written. A
// size of 0 says that this is done.
func (s *Service) dropFile(ctx context.Context, row *ent.Job) error {
	err := s.dropRows(ctx, row, jobitem.Or(jobitem.OutcomeIsNil(), jobitem.OutcomeIn(jobitem.OutcomeCONFLICT, jobitem.OutcomeREFUSED)))
	if err != nil {
		return err
	}
	return s.db.Write(ctx, 0, func(ctx context.Context, tx *database.Tx) error {
		update := tx.Ent.Job.Update().Where(job.AccountID(row.AccountID), job.ID(row.ID), job.StateEQ(row.State)).SetSize(0)
		if row.State == job.StateUPLOADING || row.State == job.StatePLANNED {
			update.SetState(job.StateCANCELED)
		}
		return update.Exec(ctx)
	})
}

// drop deletes a job.
func (s *Service) drop(ctx context.Context, row *ent.Job) error {
	if err := s.dropRows(ctx, row); err != nil {
		return err
	}
	return s.db.Write(ctx, 0, func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.Ent.Job.Delete().Where(job.AccountID(row.AccountID), job.ID(row.ID), job.StateEQ(row.State)).Exec(ctx)
		return err
	})
}

// dropRows deletes the file of a job, and those of its items to which the conditions apply.
func (s *Service) dropRows(ctx context.Context, row *ent.Job, which ...predicate.JobItem) error {
	chunks := s.db.Client().JobChunk.Query().Where(jobchunk.AccountID(row.AccountID), jobchunk.JobID(row.ID)).Limit(fewChunks)
	items := s.db.Client().JobItem.Query().Where(jobitem.AccountID(row.AccountID), jobitem.JobID(row.ID)).Where(which...).
		Order(jobitem.ByNumber()).Limit(fewItems)
	for more := true; more; {
		var err error
		more, err = s.deleteSome(ctx, chunks.Clone().IDs, func(ctx context.Context, tx *database.Tx, ids []int) error {
			_, err := tx.Ent.JobChunk.Delete().Where(jobchunk.AccountID(row.AccountID), jobchunk.IDIn(ids...)).Exec(ctx)
			return err
		})
		if err != nil {
			return err
		}
	}
	for more := true; more; {
		var err error
		if more, err = s.deleteSome(ctx, items.Clone().IDs, s.deleteItems(row.AccountID)); err != nil {
			return err
		}
	}
	return nil
}

// deleteItems returns a function that deletes items of the account.
func (s *Service) deleteItems(account int) func(context.Context, *database.Tx, []int) error {
	return func(ctx context.Context, tx *database.Tx, ids []int) error {
		_, err := tx.Ent.JobItem.Delete().Where(jobitem.AccountID(account), jobitem.IDIn(ids...)).Exec(ctx)
		return err
	}
}

// deleteSome deletes the rows that find returns. more is false when there were none.
func (s *Service) deleteSome(
	ctx context.Context, find func(context.Context) ([]int, error), remove func(context.Context, *database.Tx, []int) error,
) (more bool, err error) {
	ids, err := find(ctx)
	if err != nil || len(ids) == 0 {
		return false, err
	}
	return true, s.db.Write(ctx, 0, func(ctx context.Context, tx *database.Tx) error { return remove(ctx, tx, ids) })
}
