package auth

import (
	"context"
	"fmt"
	"strings"

	"contactgraph/ent/apikey"
	"contactgraph/internal/database"
	"contactgraph/internal/viewer"
)

// maxKeyToken is the longest token of an API key, in characters: longer than any generated token,
// and short enough for a header.
const maxKeyToken = 256

// NewKey describes the API key that CreateKey creates.
type NewKey struct {
	Name  string      // in the change log
	Role  viewer.Role // Agent or Admin
	Token string      `json:"-"` // "" generates a random one
}

// String describes the key without its token.
func (k NewKey) String() string { return fmt.Sprintf("%s key %q", k.Role, k.Name) }

// CreateKey creates an API key in the account and returns its token, which cannot be read again. It
// fails with ErrNameTaken if a key of any account has this token, and with ErrInvalid if the name
// is blank, the role is neither Agent nor Admin, or the token looks like a session's or cannot be
// sent in a header. The caller checks whether the viewer may do this.
func (s *Service) CreateKey(ctx context.Context, account int, k NewKey) (token string, err error) {
	if err := k.check(); err != nil {
		return "", err
	}
	token = k.Token
	if token == "" {
		token = newKeyToken()
	}
	d := digestOf(token)
	err = s.db.Write(viewer.NewSystemContext(ctx, account), 0, func(ctx context.Context, tx *database.Tx) error {
		// The digest is unique in the whole database, so the query is not limited to the account.
		exists, err := tx.Ent.APIKey.Query().Where(apikey.TokenHash(d[:])).Exist(viewer.NewSystemContext(ctx, 0))
		if err != nil {
			return err
		}
		if exists {
			return ErrNameTaken
		}
		return nameTaken(tx.Ent.APIKey.Create().SetName(strings.TrimSpace(k.Name)).
			SetRole(apikey.Role(k.Role.String())).SetTokenHash(d[:]).SetCreatedAt(s.now().UTC()).Exec(ctx))
	})
	if err != nil {
		return "", fmt.Errorf("creating %s: %w", k, err)
	}
	return token, nil
}

// check fails with ErrInvalid if the key cannot be stored.
func (k NewKey) check() error {
	unprintable := func(r rune) bool { return r <= ' ' || r > '~' }
	switch {
	case strings.TrimSpace(k.Name) == "":
		return fmt.Errorf("%w: the name of an API key must not be blank", ErrInvalid)
	case strings.HasPrefix(k.Token, sessionPrefix):
		return fmt.Errorf("%w: the token of an API key must not begin with %s", ErrInvalid, sessionPrefix)
	case len(k.Token) > maxKeyToken, strings.ContainsFunc(k.Token, unprintable):
		return fmt.Errorf("%w: the token of an API key must be at most %d printable ASCII characters without spaces",
			ErrInvalid, maxKeyToken)
	}
	return checkRole(k.Role)
}
