package auth

import (
	"context"
	"time"

	entaccount "contactgraph/ent/account"
	"contactgraph/ent/user"
	"contactgraph/internal/audit"
	"contactgraph/internal/database"
	"contactgraph/internal/normalize"
	"contactgraph/internal/usererror"
)

// Entrance opens the session of a contact that registers, in the transaction that creates it. See
// contact.Registration.
type Entrance struct {
	Session Session // after Open, once the transaction is committed

	service *Service
	account int
	from    Origin
}

// Entrance returns one for an account and a registration that comes from there.
func (s *Service) Entrance(account int, from Origin) *Entrance {
	return &Entrance{service: s, account: account, from: from}
}

// Open opens a session for a new contact with the login. It fails with ErrRefused if the account is
// suspended, and with the user error LoginTaken if a user has the login: a sign-in with it would
// always be that of the user. It may run several times.
func (e *Entrance) Open(ctx context.Context, tx *database.Tx, contact int, login string) error {
	s := e.service
	now := s.now().UTC().Truncate(time.Microsecond)
	owner, err := tx.Ent.Account.Query().Where(entaccount.ID(e.account), tx.ForShare).Only(ctx)
	if err != nil {
		return err
	}
	if owner.SuspendedAt != nil {
		return ErrRefused
	}
	taken, err := tx.Ent.User.Query().Where(user.AccountID(e.account), user.LoginKey(normalize.Email(login))).Exist(ctx)
	if err != nil {
		return err
	}
	if taken {
		return usererror.Errors{{Code: usererror.LoginTaken, Message: "This login cannot be used.", Subject: login}}
	}
	opened := newSession(contactViewer(e.account, contact))
	opened.Viewer.Address = e.from.Address
	opened.ExpiresAt = now.Add(owner.Settings.SessionLifetime())
	if opened.Viewer.Session, err = storeSession(ctx, tx, opened, owner.Settings, now, e.from); err != nil {
		return err
	}
	e.Session = opened
	return audit.Record(ctx, tx.Ent, opened.Viewer, now, audit.Entry{Action: audit.SignedIn})
}
