package auth

import (
	"context"
	"fmt"
	"strings"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/apikey"
	"contactgraph/internal/audit"
	"contactgraph/internal/database"
	"contactgraph/internal/revision"
	"contactgraph/internal/viewer"
)

// maxKeyToken is the longest token of an API key, in characters: longer than any generated token,
// and short enough for a header.
const maxKeyToken = 256

// shownPrefix is how many characters of a generated token are stored, so that people recognize it.
const shownPrefix = 8

// NewKey describes the API key that InsertKey creates.
type NewKey struct {
	Name      string      // in the change log
	Role      viewer.Role // Agent or Admin
	RoleID    *int        // the role of the account that limits an agent, nil for none; it must exist
	SegmentID *int        // limits the key to the contacts of a segment, nil for none
	Token     string      `json:"-"` // "" generates a random one
	ReadOnly  bool
	// TrustedOnly limits the key to trusted documents of the GraphQL API.
	TrustedOnly bool
	ExpiresAt   *time.Time // nil for a key that does not expire
	Addresses   []string   // prefixes of the addresses that may use the key; none allows all
	Origins     []string   // web origins whose pages may use the key, and no other client; none allows all
}

// String describes the key without its token.
func (k NewKey) String() string { return fmt.Sprintf("%s key %q", k.Role, k.Name) }

// CreateKey creates an API key in the account, as the server itself, and returns its token, which
// cannot be read again. It fails as InsertKey does. The caller checks whether the viewer may do
// this.
func (s *Service) CreateKey(ctx context.Context, account int, k NewKey) (token string, err error) {
	ctx = viewer.NewSystemContext(ctx, account)
	err = s.db.Write(ctx, 0, func(ctx context.Context, tx *database.Tx) error {
		_, token, err = InsertKey(ctx, tx, s.now(), k)
		return err
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// InsertKey creates an API key in a transaction of the viewer, which it records as the creator, and
// returns the key's id and its token, which cannot be read again. Every API key is created here. It
// fails with ErrNameTaken if a key of any account has this token, and with ErrInvalid if the name
// is blank, the role is neither Agent nor Admin, or the token looks like a session's or cannot be
// sent in a header.
func InsertKey(ctx context.Context, tx *database.Tx, at time.Time, k NewKey) (id int, token string, err error) {
	if err := k.check(); err != nil {
		return 0, "", err
	}
	v, _ := viewer.FromContext(ctx)
	token = k.Token
	if token == "" {
		token = newKeyToken()
	}
	row, err := k.insert(ctx, tx, at, v, digestOf(token), token)
	if err == nil {
		err = audit.Record(ctx, tx.Ent, v, at, audit.Entry{Action: audit.KeyCreated, Subject: row.ID, Name: row.Name, Details: k.details()})
	}
	if err != nil {
		return 0, "", fmt.Errorf("creating %s: %w", k, err)
	}
	return row.ID, token, nil
}

func (k NewKey) insert(ctx context.Context, tx *database.Tx, at time.Time, v viewer.Viewer, d digest, token string) (*ent.APIKey, error) {
	// The digest is unique in the whole database, so the query is not limited to the account.
	exists, err := tx.Ent.APIKey.Query().Where(apikey.TokenHash(d[:])).Exist(viewer.NewSystemContext(ctx, 0))
	if err != nil {
		return nil, err
	}
	if exists {
		return nil, ErrNameTaken
	}
	create := tx.Ent.APIKey.Create().SetName(strings.TrimSpace(k.Name)).SetRole(apikey.Role(k.Role.String())).
		SetTokenHash(d[:]).SetCreatedAt(at.UTC()).SetNillableExpiresAt(k.ExpiresAt).SetNillableRoleID(k.RoleID).SetNillableSegmentID(k.SegmentID)
	if k.Token == "" { // of a token that was chosen, the prefix may be most of it
		create.SetPrefix(token[:shownPrefix])
	}
	if v.Actor.Name != "" {
		create.SetCreatedBy(v.Actor.Name)
	}
	if k.ReadOnly {
		create.SetReadOnly(true)
	}
	if k.TrustedOnly {
		create.SetTrustedOnly(true)
	}
	if len(k.Addresses) > 0 {
		create.SetAddresses(k.Addresses)
	}
	if len(k.Origins) > 0 {
		create.SetOrigins(k.Origins)
	}
	row, err := create.Save(ctx)
	return row, nameTaken(err)
}

// details returns what the audit log has of the key.
func (k NewKey) details() map[string]any {
	d := map[string]any{detailRole: k.Role.String()}
	if k.RoleID != nil {
		d[detailCustomRole] = *k.RoleID
	}
	if k.SegmentID != nil {
		d["segmentId"] = *k.SegmentID
	}
	if k.ReadOnly {
		d["readOnly"] = true
	}
	if k.TrustedOnly {
		d["trustedOnly"] = true
	}
	if k.ExpiresAt != nil {
		d["expiresAt"] = revision.FormatTime(*k.ExpiresAt)
	}
	if len(k.Addresses) > 0 {
		d["addresses"] = k.Addresses
	}
	if len(k.Origins) > 0 {
		d["origins"] = k.Origins
	}
	return d
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
