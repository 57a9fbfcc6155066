package reset

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/passwordreset"
	"contactgraph/internal/database"
	"contactgraph/internal/mail"
	"contactgraph/internal/viewer"
)

const (
	// interval is how often Serve looks for requests that other processes have recorded and not
	// sent, and for those to try again.
	interval = 5 * time.Second
	// lease is for how long a process takes a request: longer than it needs to send a message and
	// to record that.
	lease = mail.MaxDuration + 2*time.Minute
	// firstRetry is the wait after the first failed attempt; it doubles up to longestRetry.
	firstRetry   = 30 * time.Second
	longestRetry = 10 * time.Minute
	// parallel is how many messages a process sends at the same time.
	parallel = 4
	// batch is how many requests a process reads at once, and how many expired ones it deletes.
	batch = 100
)

func (s *Service) wakeUp() {
	select {
	case s.wake <- struct{}{}:
	default: // it is awake
	}
}

// Serve sends the messages of all requests, and deletes expired requests, until ctx ends. Several
// processes can do so on one database.
func (s *Service) Serve(ctx context.Context) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		if err := s.SendDue(ctx); err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "reading or storing requests for new passwords failed and will be retried", slog.Duration("after", interval), slog.Any("error", err))
		}
		select {
		case <-s.wake:
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// SendDue sends the messages that are due, and deletes expired requests. Messages that cannot be
// sent are logged. It fails with the error of the database.
func (s *Service) SendDue(ctx context.Context) error {
	ctx = viewer.NewSystemContext(ctx, 0)
	if err := s.deleteExpired(ctx); err != nil {
		return err
	}
	if s.sender == nil {
		return nil
	}
	rows, err := s.db.Client().PasswordReset.Query().Where(passwordreset.NextAtLTE(s.timestamp())).
		Order(passwordreset.ByNextAt(), passwordreset.ByID()).Limit(batch).All(ctx)
	if err != nil {
		return err
	}
	var running sync.WaitGroup
	slots := make(chan struct{}, parallel)
	for _, row := range rows {
		slots <- struct{}{}
		running.Go(func() {
			defer func() { <-slots }()
			if err := s.send(ctx, row); err != nil && ctx.Err() == nil {
				s.log.ErrorContext(ctx, "sending a message for a new password failed", slog.Int("account_id", row.Tenant), slog.Any("error", err))
			}
		})
	}
	running.Wait()
	return nil
}

// deleteExpired deletes requests whose tokens have expired.
func (s *Service) deleteExpired(ctx context.Context) error {
	ids, err := s.db.Client().PasswordReset.Query().Where(passwordreset.ExpiresAtLTE(s.timestamp())).
		Order(passwordreset.ByExpiresAt()).Limit(batch).IDs(ctx)
	if err != nil || len(ids) == 0 {
		return err
	}
	return s.db.Write(ctx, 0, func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.Ent.PasswordReset.Delete().Where(passwordreset.IDIn(ids...), passwordreset.ExpiresAtLTE(s.timestamp())).Exec(ctx)
		return err
	})
}

// send takes a request, unless another process has taken it, sends its message, and records the
// outcome.
func (s *Service) send(ctx context.Context, row *ent.PasswordReset) error {
	token := newToken()
	o, err := s.take(ctx, row, token)
	if err != nil || !o.exists() {
		return err
	}
	sent := s.sender.Send(ctx, message(o, s.links.with(token, row.Link)))
	// The process may be stopping: it must still record that the message was sent.
	return errors.Join(sent, s.conclude(context.WithoutCancel(ctx), row, token, sent))
}

// take takes a request for a while and gives it a token. It returns no owner if there is nothing to
// send: another process has taken the request, or it was replaced, or the login has no owner; then
// the request is deleted.
func (s *Service) take(ctx context.Context, row *ent.PasswordReset, token string) (taken owner, err error) {
	err = s.db.Write(ctx, 0, func(ctx context.Context, tx *database.Tx) error {
		taken = owner{}
		now := s.timestamp()
		n, err := tx.Ent.PasswordReset.Update().Where(passwordreset.ID(row.ID), passwordreset.Attempts(row.Attempts), passwordreset.NextAtNotNil()).
			AddAttempts(1).SetNextAt(now.Add(lease)).Save(ctx)
		if err != nil || n == 0 {
			return err
		}
		o, err := s.ownerToSend(ctx, tx, row)
		if err != nil {
			return err
		}
		if !o.exists() {
			_, err := tx.Ent.PasswordReset.Delete().Where(passwordreset.ID(row.ID)).Exec(ctx)
			return err
		}
		update := tx.Ent.PasswordReset.Update().Where(passwordreset.ID(row.ID)).
			SetTokenHash(digest(token)).SetPasswordState(o.state()).SetExpiresAt(now.Add(Lifetime))
		if o.viewer.Actor.Kind == viewer.ActorUser {
			update.SetUserID(o.viewer.Actor.ID)
		} else {
			update.SetContactID(o.viewer.Contact)
		}
		taken = o
		return update.Exec(ctx)
	})
	return taken, err
}

// ownerToSend returns the owner of the login of a request. It returns none if the request has
// waited for too long, the owner or its password has changed since an earlier attempt, or the owner
// has requested another one since. It deletes earlier requests of the owner, by other logins.
func (s *Service) ownerToSend(ctx context.Context, tx *database.Tx, row *ent.PasswordReset) (owner, error) {
	if row.Login == nil || !s.timestamp().Before(row.RequestedAt.Add(Lifetime)) {
		return owner{}, nil
	}
	o, err := ownerOf(ctx, tx.Ent, row.Tenant, *row.Login)
	if err != nil || !o.exists() {
		return owner{}, err
	}
	if row.PasswordState != nil {
		if before, err := ownerOfToken(ctx, tx.Ent, row); err != nil || before.viewer != o.viewer {
			return owner{}, err
		}
	}
	newer, err := tx.Ent.PasswordReset.Query().Where(o.requests(), passwordreset.IDGT(row.ID)).Exist(ctx)
	if err != nil || newer {
		return owner{}, err
	}
	_, err = tx.Ent.PasswordReset.Delete().Where(o.requests(), passwordreset.IDLT(row.ID)).Exec(ctx)
	return o, err
}

// conclude records the outcome of a message: it was sent, it is tried again later, or the server
// has rejected it permanently. It changes nothing if the request was replaced or used in the
// meantime.
func (s *Service) conclude(ctx context.Context, row *ent.PasswordReset, token string, sent error) error {
	return s.db.Write(ctx, 0, func(ctx context.Context, tx *database.Tx) error {
		this := passwordreset.And(passwordreset.ID(row.ID), passwordreset.TokenHash(digest(token)))
		failed, isMail := errors.AsType[*mail.Error](sent)
		switch {
		case sent == nil:
			return tx.Ent.PasswordReset.Update().Where(this).ClearLogin().ClearLink().ClearNextAt().Exec(ctx)
		case isMail && failed.Permanent:
			_, err := tx.Ent.PasswordReset.Delete().Where(this).Exec(ctx)
			return err
		}
		// It is unknown whether it was sent, so the token stays valid until the next attempt.
		return tx.Ent.PasswordReset.Update().Where(this).SetNextAt(s.timestamp().Add(retryAfter(row.Attempts + 1))).Exec(ctx)
	})
}

// retryAfter returns the wait after a number of attempts.
func retryAfter(attempts int) time.Duration {
	return min(firstRetry<<min(attempts-1, 10), longestRetry)
}
