package job

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/ent/job"
	"contactgraph/internal/contact"
	"contactgraph/internal/database"
	"contactgraph/internal/dberr"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

const (
	// interval is how often Serve looks for jobs that other processes have created or left.
	interval = 2 * time.Second
	// lease is for how long a process keeps a job without storing progress.
	lease = 10 * time.Second
	// recheck is how often a job that runs reads the rights of its creator again.
	recheck = 2 * time.Second
	// pause is the wait after a fault, before the job is tried again.
	pause = time.Second
	// parallel is how many jobs a process runs at the same time.
	parallel = 4
)

// running are the states in which a job is to be run.
var running = []job.State{job.StatePLANNING, job.StateAPPLYING, job.StateREVERTING}

// errStopped ends a run whose job was paused, canceled or taken over.
var errStopped = errors.New("the job was stopped")

// Serve runs jobs until ctx ends, and then leaves them to other processes. Several processes can do
// so on one database.
func (s *Service) Serve(ctx context.Context) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	var runs sync.WaitGroup
	defer runs.Wait()
	slots := make(chan struct{}, parallel)
	for {
		select {
		case slots <- struct{}{}: // before a job is taken, which others could run
		case <-ctx.Done():
			return
		}
		row, err := s.take(ctx, nil)
		if err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "looking for jobs failed and will be retried", slog.Duration("after", interval), slog.Any("error", err))
		}
		if row != nil {
			runs.Go(func() {
				defer func() { <-slots }()
				s.run(ctx, row)
			})
			continue
		}
		<-slots
		select {
		case <-s.wake:
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// take leases the job that has waited longest, or the one with the id; nil if there is none.
func (s *Service) take(ctx context.Context, id *int) (*ent.Job, error) {
	q := s.db.Client().Job.Query().Order(job.ByUpdatedAt(), job.ByID()).
		Where(job.StateIn(running...), job.Paused(false), job.Or(job.LeaseUntilIsNil(), job.LeaseUntilLTE(s.timestamp())))
	if id != nil {
		q.Where(job.ID(*id))
	}
	row, err := q.First(viewer.NewSystemContext(ctx, 0))
	if err != nil {
		if ent.IsNotFound(err) {
			err = nil
		}
		return nil, err
	}
	token, taken := rand.Text(), false
	ctx = viewer.NewSystemContext(ctx, row.AccountID)
	err = s.db.Write(ctx, 0, func(ctx context.Context, tx *database.Tx) error {
		update := tx.Ent.Job.Update().Where(job.AccountID(row.AccountID), job.ID(row.ID), job.StateEQ(row.State), job.Paused(false))
		if row.Runner == nil {
			update.Where(job.RunnerIsNil())
		} else {
			update.Where(job.Runner(*row.Runner))
		}
		now := s.timestamp()
		n, err := update.SetRunner(token).SetLeaseUntil(now.Add(lease)).SetUpdatedAt(now).Save(ctx)
		taken = n == 1
		return err
	})
	if err != nil || !taken {
		return nil, err
	}
	return s.db.Client().Job.Query().Where(job.AccountID(row.AccountID), job.ID(row.ID), job.Runner(token)).Only(ctx)
}

// run is a job while this process runs it.
type run struct {
	*Service

	row      *ent.Job // as this process has stored it last
	options  Options
	viewer   viewer.Viewer
	checked  time.Time // when the rights of the viewer were read
	commands *contact.Service
	size     int // of the next batch
	faults   int // how many batches in a row have failed

	// Of imports.
	whole      context.Context //nolint:containedctx // of the run, for the file that several steps read
	source     *source
	references *references
	prepared   bool // the references have what is missing
}

// run runs a job until it is done or stopped, or ctx ends.
func (s *Service) run(ctx context.Context, row *ent.Job) {
	r := &run{Service: s, row: row, size: firstSize}
	err := r.loop(ctx)
	if err == nil || errors.Is(err, errStopped) {
		return
	}
	log := s.log.With(slog.Int("account_id", row.AccountID), slog.Int("job_id", row.ID))
	if ctx.Err() == nil {
		log.ErrorContext(ctx, "a job failed and will be continued", slog.Duration("after", lease), slog.Any("error", err))
		return
	}
	// The server stops: another process need not wait for the end of the lease.
	if err := r.release(context.WithoutCancel(ctx)); err != nil {
		log.WarnContext(ctx, "a job could not be left to other processes: they wait until its lease expires", slog.Any("error", err))
	}
}

func (r *run) loop(ctx context.Context) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a job: %v\n%s", p, debug.Stack())
		}
	}()
	if r.options, err = optionsOf(r.row); err != nil {
		return err
	}
	source := change.SourceGRAPHQL
	if r.row.Kind == job.KindIMPORT {
		source = change.SourceIMPORT
	}
	r.commands, r.whole = r.contacts.Via(source).ForJob(r.row.ID), ctx
	for ctx.Err() == nil {
		more, err := r.step(ctx)
		var refused usererror.Errors
		switch {
		case errors.As(err, &refused):
			return r.fail(ctx, refused)
		case err != nil:
			if err := r.survive(ctx, err); err != nil {
				return err
			}
		case !more:
			if err := r.finish(ctx); err != nil {
				return err
			}
			if !isToRun(r.row.State) {
				return nil
			}
		}
	}
	return context.Cause(ctx)
}

// isToRun reports whether a job in the state is to be run.
func isToRun(state job.State) bool { return slices.Contains(running, state) }

// step runs the next batch. more is false if there was nothing left to do.
func (r *run) step(ctx context.Context) (more bool, err error) {
	if err := r.checkViewer(ctx); err != nil {
		return false, err
	}
	ctx = viewer.NewContext(ctx, r.viewer)
	switch r.row.State {
	case job.StatePLANNING:
		if r.row.Kind == job.KindIMPORT {
			return r.planRows(ctx)
		}
		return r.plan(ctx)
	case job.StateAPPLYING:
		return r.apply(ctx)
	default:
		return r.revert(ctx)
	}
}

// checkViewer reads the rights of the creator, from time to time. It fails with Forbidden if the
// creator may do nothing any more.
func (r *run) checkViewer(ctx context.Context) error {
	now := time.Now()
	if !r.checked.IsZero() && now.Sub(r.checked) < recheck {
		return nil
	}
	actor := viewer.Actor{Kind: r.row.ActorKind, ID: r.row.ActorID, Name: r.row.ActorName}
	v, ok, err := r.actors.ActorViewer(ctx, r.row.AccountID, actor)
	if err == nil && !ok {
		err = usererror.Errors{usererror.NewForbidden("", "The user or API key that created the job may not act any more.")}
	}
	if err == nil {
		_, err = authorize(viewer.NewContext(ctx, v))
	}
	r.viewer, r.checked = v, now
	return err
}

// survive decides what follows a fault. A batch that fails is tried again in smaller ones, so that
// one item cannot stop the others.
func (r *run) survive(ctx context.Context, fault error) error {
	r.faults++
	if errors.Is(fault, errStopped) || ctx.Err() != nil || r.faults > maxFaults || errors.Is(fault, dberr.ErrUnknown) {
		return fault // after an unknown outcome, the job is read again
	}
	r.size = max(1, r.size/8)
	select {
	case <-time.After(pause):
	case <-ctx.Done():
	}
	return nil
}

// maxFaults is how many batches in a row may fail before the run ends. Another one begins when the
// lease has expired.
const maxFaults = 6

// progress is what a batch changes of its job.
type progress struct {
	position int64
	counts   map[string]int
	options  json.RawMessage // nil if they stay
}

// next returns the progress to begin with.
func (r *run) next() progress {
	return progress{position: r.row.Position, counts: maps.Clone(r.row.Counts)}
}

// advance stores the progress of a batch in its transaction, and prolongs the lease. It fails with
// errStopped if the job was paused, canceled or taken over: then the batch is rolled back.
func (r *run) advance(ctx context.Context, tx *database.Tx, p progress) error {
	now := r.timestamp()
	update := r.own(tx).SetPosition(p.position).SetCounts(p.counts).SetUpdatedAt(now).SetLeaseUntil(now.Add(lease))
	if p.options != nil {
		update.SetOptions(p.options)
	}
	n, err := update.Save(r.system(ctx))
	if err == nil && n == 0 {
		err = errStopped
	}
	return err
}

// own returns an update of the job that changes nothing if another process runs it, or none should.
func (r *run) own(tx *database.Tx) *ent.JobUpdate {
	return tx.Ent.Job.Update().Where(job.AccountID(r.row.AccountID), job.ID(r.row.ID), job.Runner(*r.row.Runner),
		job.StateEQ(r.row.State), job.Paused(false))
}

// system returns the context in which the tables of jobs are written.
func (r *run) system(ctx context.Context) context.Context {
	return viewer.NewSystemContext(ctx, r.row.AccountID)
}

// finished notes that a batch is stored.
func (r *run) finished(p progress) {
	r.row.Position, r.row.Counts, r.faults = p.position, p.counts, 0
}

// update changes the job outside of a batch.
func (r *run) update(ctx context.Context, set func(*ent.JobUpdate)) error {
	return r.db.Write(r.system(ctx), 0, func(ctx context.Context, tx *database.Tx) error {
		u := r.own(tx).SetUpdatedAt(r.timestamp())
		set(u)
		n, err := u.Save(ctx)
		if err == nil && n == 0 {
			err = errStopped
		}
		return err
	})
}

// finish ends the current state of the job.
func (r *run) finish(ctx context.Context) error {
	state := map[job.State]job.State{
		job.StatePLANNING: job.StatePLANNED, job.StateAPPLYING: job.StateAPPLIED, job.StateREVERTING: job.StateREVERTED,
	}[r.row.State]
	if state == job.StatePLANNED && r.options.ApplyNow {
		state = job.StateAPPLYING
	}
	err := r.update(ctx, func(u *ent.JobUpdate) {
		u.SetState(state).SetPosition(0)
		if state != job.StateAPPLYING {
			u.ClearLeaseUntil().ClearRunner()
		}
	})
	if err == nil {
		r.row.State, r.row.Position, r.source = state, 0, nil
	}
	return err
}

// fail ends a job that cannot be continued.
func (r *run) fail(ctx context.Context, why usererror.Errors) error {
	return r.update(ctx, func(u *ent.JobUpdate) {
		u.SetState(job.StateFAILED).SetFailure(why[0].Message).ClearLeaseUntil().ClearRunner()
	})
}

// release ends the lease.
func (r *run) release(ctx context.Context) error {
	return r.update(ctx, func(u *ent.JobUpdate) { u.ClearLeaseUntil().ClearRunner() })
}
