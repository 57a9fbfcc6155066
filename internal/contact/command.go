package contact

import (
	"context"

	"contactgraph/internal/database"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// Command is a command that writes one contact: an Update, SetDetails, Revise, Create, Delete,
// Upsert or Undo. RunAll, RunEach and RunShared run several.
type Command interface {
	// prepare authorizes the viewer and checks what needs no transaction. It fails with the errors
	// that the command reports alone; the others are in the result.
	prepare(ctx context.Context, s *Service) (*prepared, error)
	// subject identifies the contact that the command writes, "" if it is a new one.
	subject() string
}

// prepared is a command that is checked as far as possible outside of its transaction.
type prepared struct {
	viewer  viewer.Viewer
	contact int // that the command writes, 0 if it is new or not known yet
	chosen  int // the id that the caller has chosen for a new one, otherwise 0
	// begin applies the command to the contact in memory, inside the transaction. It fails with the
	// errors that the command reports alone; the others are in the result.
	begin func(ctx context.Context, t *transaction) (*unitOfWork, error)
}

// run runs one command.
func (s *Service) run(ctx context.Context, c Command) (*Result, error) {
	p, err := c.prepare(ctx, s)
	if err != nil {
		return nil, err
	}
	return s.runPrepared(ctx, p)
}

func (s *Service) runPrepared(ctx context.Context, p *prepared) (*Result, error) {
	keys := s.throttle.newKeyCheck(p.viewer)
	r, err := s.writeOne(ctx, p.viewer, s.transactionFor(p.contact), func(ctx context.Context, tx *database.Tx) (*Result, error) {
		t := s.newTransaction(tx, p.viewer, keys)
		w, err := p.begin(ctx, t)
		if err != nil {
			return nil, err
		}
		writes := []*unitOfWork{w}
		if err := t.checkKeys(ctx, writes); err != nil {
			return nil, err
		}
		if err := w.errs.OrNil(); err != nil {
			return nil, err
		}
		results, err := t.store(ctx, writes)
		if err != nil {
			return nil, err
		}
		return results[0], nil
	})
	keys.report(ctx, err)
	return r, err
}

// existing returns the prepared form of a command that writes a contact. errs are the errors so
// far; apply adds to those of the write, and sets what kind it is.
func existing(v viewer.Viewer, id int, errs usererror.Errors, apply func(context.Context, *unitOfWork) error) *prepared {
	return &prepared{viewer: v, contact: id, begin: func(ctx context.Context, t *transaction) (*unitOfWork, error) {
		w, err := t.load(ctx, id, errs)
		if err != nil {
			return nil, err
		}
		return w, apply(ctx, w)
	}}
}
