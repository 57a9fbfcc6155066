package auth

import (
	"context"
	"fmt"
	"strings"

	"contactgraph/ent"
	"contactgraph/ent/account"
	"contactgraph/ent/apikey"
	"contactgraph/ent/user"
	"contactgraph/internal/database"
	"contactgraph/internal/dberr"
	"contactgraph/internal/normalize"
	"contactgraph/internal/viewer"
)

const maxKeyToken = 256 // characters: more than any generated one has, and no burden on a header

// AccountByName returns the account of this name, without regard to case; found is false and the id 0 if there is none.
func (s *Service) AccountByName(ctx context.Context, name string) (id int, found bool, err error) {
	id, err = s.store.Client().Account.Query().Where(account.NameKey(normalize.Name(name))).OnlyID(viewer.NewSystemContext(ctx, 0))
	if ent.IsNotFound(err) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("looking up an account: %w", err)
	}
	return id, true, nil
}

// OnlyAccount returns the account of a database that has exactly one; found is false if it has none or several.
func (s *Service) OnlyAccount(ctx context.Context) (id int, found bool, err error) {
	ids, err := s.store.Client().Account.Query().Limit(2).IDs(viewer.NewSystemContext(ctx, 0))
	if err != nil {
		return 0, false, fmt.Errorf("looking up the only account: %w", err)
	}
	if len(ids) != 1 {
		return 0, false, nil
	}
	return ids[0], true, nil
}

// Accounts returns how many accounts the database has.
func (s *Service) Accounts(ctx context.Context) (int, error) {
	n, err := s.store.Client().Account.Query().Count(viewer.NewSystemContext(ctx, 0))
	if err != nil {
		return 0, fmt.Errorf("counting accounts: %w", err)
	}
	return n, nil
}

// CreateAccount adds an account, with the row that numbers its change log. It fails with ErrNameTaken if one has this name
// without regard to case, and with ErrInvalid if the name is blank.
func (s *Service) CreateAccount(ctx context.Context, name string) (id int, err error) {
	key := normalize.Name(name)
	if key == "" {
		return 0, fmt.Errorf("%w: an account needs a name", ErrInvalid)
	}
	err = s.store.Write(viewer.NewSystemContext(ctx, 0), 0, func(ctx context.Context, tx *database.Tx) error {
		exists, err := tx.Ent.Account.Query().Where(account.NameKey(key)).Exist(ctx)
		if err != nil {
			return err
		}
		if exists {
			return ErrNameTaken
		}
		a, err := tx.Ent.Account.Create().SetName(strings.TrimSpace(name)).SetNameKey(key).Save(ctx)
		if err != nil {
			return taken(err)
		}
		id = a.ID
		return tx.Ent.Feed.Create().Exec(viewer.NewSystemContext(ctx, id))
	})
	if err != nil {
		return 0, fmt.Errorf("creating account %q: %w", name, err)
	}
	return id, nil
}

// taken makes ErrNameTaken of a unique key that another process took between the look and the write.
func taken(err error) error {
	if dberr.IsUnique(err) {
		return ErrNameTaken
	}
	return err
}

// NewKey is an API key to be made: what it is called, what it may do (AGENT or ADMIN), and its token, or "" for a random one.
type NewKey struct {
	Name  string
	Role  viewer.Role
	Token string `json:"-"`
}

// String describes the key without its token.
func (k NewKey) String() string { return fmt.Sprintf("%s key %q", k.Role, k.Name) }

// CreateKey adds an API key to the account and returns its token, which cannot be had again. It fails with ErrNameTaken if
// a key of any account has this token, and with ErrInvalid if the name is blank, the role is another, or the token cannot
// be told from a session's or sent in a header. That the caller may do this is for it to check.
func (s *Service) CreateKey(ctx context.Context, account int, k NewKey) (token string, err error) {
	if err := k.check(); err != nil {
		return "", err
	}
	token = k.Token
	if token == "" {
		token = newKeyToken()
	}
	d := digestOf(token)
	err = s.store.Write(viewer.NewSystemContext(ctx, account), 0, func(ctx context.Context, tx *database.Tx) error {
		// The digest is unique in the whole database, so ask beyond the account.
		exists, err := tx.Ent.APIKey.Query().Where(apikey.TokenHash(d[:])).Exist(viewer.NewSystemContext(ctx, 0))
		if err != nil {
			return err
		}
		if exists {
			return ErrNameTaken
		}
		return taken(tx.Ent.APIKey.Create().SetName(strings.TrimSpace(k.Name)).SetRole(apikey.Role(k.Role.String())).SetTokenHash(d[:]).
			SetCreatedAt(s.now().UTC()).Exec(ctx))
	})
	if err != nil {
		return "", fmt.Errorf("creating %s: %w", k, err)
	}
	return token, nil
}

// check says what is wrong with a key to be made.
func (k NewKey) check() error {
	unprintable := func(r rune) bool { return r <= ' ' || r > '~' }
	switch {
	case strings.TrimSpace(k.Name) == "":
		return fmt.Errorf("%w: an API key needs a name", ErrInvalid)
	case strings.HasPrefix(k.Token, sessionPrefix):
		return fmt.Errorf("%w: an API key cannot begin with %s", ErrInvalid, sessionPrefix)
	case len(k.Token) > maxKeyToken, strings.ContainsFunc(k.Token, unprintable):
		return fmt.Errorf("%w: an API key has at most %d printable ASCII characters and no blanks", ErrInvalid, maxKeyToken)
	}
	return checkRole(k.Role)
}

// NewUser is an agent or admin to be made.
type NewUser struct {
	Login    string
	Name     string
	Password string `json:"-"`
	Role     viewer.Role
}

// String describes the user without the password.
func (u NewUser) String() string { return fmt.Sprintf("%s user %q", u.Role, u.Login) }

// CreateUser adds a user to the account and returns its id. It fails with ErrNameTaken if a user of the account has this
// login without regard to case, and with ErrInvalid if the login is blank, the role is neither AGENT nor ADMIN, or the
// password is empty or too long. That the caller may do this is for it to check.
func (s *Service) CreateUser(ctx context.Context, account int, u NewUser) (id int, err error) {
	key := normalize.Name(u.Login)
	if key == "" {
		return 0, fmt.Errorf("%w: a user needs a login", ErrInvalid)
	}
	if err := checkRole(u.Role); err != nil {
		return 0, err
	}
	hash, err := s.passwords.Hash(ctx, u.Password) // before the write is queued: it takes long
	if err != nil {
		return 0, err
	}
	err = s.store.Write(viewer.NewSystemContext(ctx, account), 0, func(ctx context.Context, tx *database.Tx) error {
		exists, err := tx.Ent.User.Query().Where(user.AccountID(account), user.LoginKey(key)).Exist(ctx)
		if err != nil {
			return err
		}
		if exists {
			return ErrNameTaken
		}
		row, err := tx.Ent.User.Create().SetLogin(strings.TrimSpace(u.Login)).SetLoginKey(key).SetName(u.Name).
			SetRole(user.Role(u.Role.String())).SetPasswordHash(hash).Save(ctx)
		if err != nil {
			return taken(err)
		}
		id = row.ID
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("creating %s: %w", u, err)
	}
	return id, nil
}

// checkRole refuses a role that no key or user can have.
func checkRole(r viewer.Role) error {
	if r != viewer.Agent && r != viewer.Admin {
		return fmt.Errorf("%w: the role must be %s or %s", ErrInvalid, viewer.Agent, viewer.Admin)
	}
	return nil
}
