package auth

import (
	"context"
	"fmt"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/user"
	"contactgraph/internal/audit"
	"contactgraph/internal/database"
	"contactgraph/internal/secondfactor"
	"contactgraph/internal/settings"
	"contactgraph/internal/viewer"
)

// factor is what an identity knows about the second factor of a user. It is zero for a contact. The
// secret is a string so that identities can be compared.
type factor struct {
	secret   string // "" without a second factor
	required bool   // for this user, whatever the account requires
	login    string // for the audit log
}

func factorOf(u *ent.User) factor {
	return factor{secret: string(u.TotpSecret), required: u.SecondFactorRequired != nil && *u.SecondFactorRequired, login: u.Login}
}

// enabled reports whether the user has a second factor.
func (f factor) enabled() bool { return f.secret != "" }

// missing reports whether a session of the owner can only set up a second factor.
func (f factor) missing(who identity, of settings.Account) bool {
	return who.viewer.Actor.Kind == viewer.ActorUser && !f.enabled() && (f.required || of.RequireSecondFactor)
}

// beginCode counts an attempt to guess the second factor of an owner whose password was right. It
// undoes g, the attempt to guess the password, if no code can be checked: without a code nothing is
// guessed, but no earlier failure is forgotten either.
func (s *Service) beginCode(ctx context.Context, who identity, g guess, code string, from Origin) error {
	why := ErrCodeRequired
	if code != "" {
		c := codeOf(who)
		if why = s.throttle.begin(ctx, &c); why == nil {
			return nil
		}
		s.report(ctx, who.viewer.Account, g, from, why)
	}
	if err := s.throttle.undo(ctx, g); err != nil {
		return err
	}
	return why
}

func codeOf(who identity) guess { return newCode(actorOwner(who.viewer.Account, who.viewer.Actor)) }

// useCodeOf accepts the code of a sign-in in its transaction, and forgets the failures. It does
// nothing for an owner without a second factor.
func (s *Service) useCodeOf(ctx context.Context, tx *database.Tx, who identity, code string, now time.Time, from Origin) error {
	if !who.factor.enabled() {
		return nil
	}
	v := who.viewer
	v.Address = from.Address
	if err := UseCode(ctx, tx, v, code, now); err != nil {
		return err
	}
	_, err := codeOf(who).succeed(ctx, tx)
	return err
}

// UseCode accepts a code of the second factor of the user that v is, in a transaction of the server
// itself, and stores that it was used: of several transactions with one code, exactly one succeeds.
// It fails with ErrCode if the code is wrong or was used, also if the user has no second factor.
func UseCode(ctx context.Context, tx *database.Tx, v viewer.Viewer, code string, at time.Time) error {
	row, err := tx.Ent.User.Query().Where(user.AccountID(v.Account), user.ID(v.Actor.ID), tx.ForUpdate).Only(ctx)
	if err != nil {
		return err
	}
	if len(row.TotpSecret) == 0 {
		return ErrCode
	}
	old := secondfactor.Factor{Secret: row.TotpSecret, Recovery: row.RecoveryCodes}
	if row.TotpStep != nil {
		old.LastStep = *row.TotpStep
	}
	next, kind := old.Use(code, at)
	update := tx.Ent.User.Update().Where(user.AccountID(v.Account), user.ID(row.ID))
	switch kind {
	case secondfactor.App:
		return update.SetTotpStep(next.LastStep).Exec(ctx)
	case secondfactor.Recovery:
		if err := update.SetRecoveryCodes(next.Recovery).Exec(ctx); err != nil {
			return err
		}
		return audit.Record(ctx, tx.Ent, v, at, audit.Entry{
			Action: audit.RecoveryCodeUsed, Subject: row.ID, Name: row.Login, Details: map[string]any{"left": len(next.Recovery)},
		})
	case secondfactor.Wrong:
	}
	return ErrCode
}

// refuseCode records a sign-in with the right password and a wrong code.
func (s *Service) refuseCode(ctx context.Context, who identity, g guess, from Origin) error {
	v := viewer.Viewer{Account: who.viewer.Account, Address: from.Address} // no actor: it may be someone else
	err := s.db.Write(ctx, 0, func(ctx context.Context, tx *database.Tx) error {
		failures, err := g.fail(ctx, tx)
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx.Ent, v, s.now(), audit.Entry{
			Action: audit.SecondFactorFailed, Subject: who.viewer.Actor.ID, Name: who.factor.login, Details: map[string]any{detailFailures: failures},
		})
	})
	if err != nil {
		return fmt.Errorf("recording a wrong code: %w", err)
	}
	s.report(ctx, v.Account, g, from, ErrCode)
	return ErrCode
}
