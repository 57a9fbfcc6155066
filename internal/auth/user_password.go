package auth

import (
	"context"

	"contactgraph/ent/user"
	"contactgraph/internal/database"
)

// SetUserPassword stores the hash of a new password of a user, in a transaction of the server
// itself, and ends the sessions of the user but the one with the id except, 0 for none. A user who
// signs in by the provider signs in with the password instead. set is false if the stored hash is
// no longer old: then nothing was changed. The caller records it in the audit log.
func SetUserPassword(ctx context.Context, tx *database.Tx, account, id int, old, hash string, except int) (set bool, err error) {
	n, err := tx.Ent.User.Update().Where(user.AccountID(account), user.ID(id), user.PasswordHash(old)).SetPasswordHash(hash).Save(ctx)
	if err != nil || n == 0 {
		return false, err
	}
	if err := Unlink(ctx, tx, account, id); err != nil {
		return false, err
	}
	return true, EndSessions(ctx, tx, account, id, except)
}
