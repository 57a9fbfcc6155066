package auth

import (
	"context"

	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/user"
	"contactgraph/internal/database"
	"contactgraph/internal/viewer"
)

// verify fails with ErrRefused if the password is not that of who, the owner of a login. If the
// stored hash is outdated, it replaces the hash, and returns the owner with the new one.
func (s *Service) verify(ctx context.Context, loginKey string, who identity, password string) (identity, error) {
	m, err := s.passwords.match(ctx, who.hash, password)
	if err == nil && m == noMatch {
		err = ErrRefused
	}
	if err != nil || m == matches {
		return who, err
	}
	hash, err := s.passwords.Hash(ctx, password) // slow, so not inside the transaction
	if err != nil {
		return who, err
	}
	replaced, err := s.replaceHash(ctx, who, hash)
	if err != nil {
		return who, err
	}
	if replaced {
		who.hash = hash
		return who, nil
	}
	// Another sign-in has replaced it, or the password was changed.
	if who, err = identify(ctx, s.db.Client(), who.viewer.Account, loginKey, noLock); err != nil {
		return who, err
	}
	ok, err := s.passwords.Verify(ctx, who.hash, password)
	if err == nil && !ok {
		err = ErrRefused
	}
	return who, err
}

// replaceHash stores a hash of the same password, if the hash of who is still the stored one. That
// is no change of the contact: it has no version and no row in the change log.
func (s *Service) replaceHash(ctx context.Context, who identity, hash string) (replaced bool, err error) {
	account, id := who.viewer.Account, who.viewer.Actor.ID
	err = s.db.Write(ctx, who.viewer.Contact, func(ctx context.Context, tx *database.Tx) error {
		var n int
		var err error
		if who.viewer.Actor.Kind == viewer.ActorUser {
			n, err = tx.Ent.User.Update().Where(user.AccountID(account), user.ID(id), user.PasswordHash(who.hash)).SetPasswordHash(hash).Save(ctx)
		} else {
			n, err = tx.Ent.Contact.Update().Where(entcontact.AccountID(account), entcontact.ID(id), entcontact.PasswordHash(who.hash)).
				SetPasswordHash(hash).Save(ctx)
		}
		replaced = n > 0
		return err
	})
	return replaced, err
}
