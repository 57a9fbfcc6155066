package people

import (
	"context"
	"fmt"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/apikey"
	"contactgraph/ent/segment"
	"contactgraph/internal/audit"
	"contactgraph/internal/auth"
	"contactgraph/internal/authz"
	"contactgraph/internal/database"
	"contactgraph/internal/globalid"
	"contactgraph/internal/storable"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// Key is an API key, without its token.
type Key struct {
	ID   int
	Name string
	Assignment
	Prefix     *string // the beginning of the token; nil if the token was chosen, and for old keys
	CreatedAt  time.Time
	CreatedBy  *string // the name of an admin; nil if the key was created on the command line
	LastUsedAt *time.Time
	ExpiresAt  *time.Time
	RevokedAt  *time.Time
	ReadOnly   bool
	// TrustedOnly limits the key to trusted documents of the GraphQL API.
	TrustedOnly bool
	SegmentID   *int     // limits the key to the contacts of a segment; nil for none
	Addresses   []string // prefixes; none allows all addresses
	Origins     []string // of pages; none allows all clients
}

// GlobalID returns the id of the key in the GraphQL API.
func (k *Key) GlobalID() string { return globalid.Encode("APIKey", k.ID) }

func keyOf(row *ent.APIKey) *Key {
	return &Key{
		ID: row.ID, Name: row.Name, Assignment: Assignment{Role: roles[string(row.Role)], RoleID: row.RoleID}, Prefix: row.Prefix,
		CreatedAt: row.CreatedAt, CreatedBy: row.CreatedBy, LastUsedAt: row.LastUsedAt, ExpiresAt: row.ExpiresAt, RevokedAt: row.RevokedAt,
		ReadOnly: row.ReadOnly != nil && *row.ReadOnly, TrustedOnly: row.TrustedOnly != nil && *row.TrustedOnly, SegmentID: row.SegmentID, Addresses: row.Addresses, Origins: row.Origins,
	}
}

// Keys returns the API keys of the account by id, to admins.
func (s *Service) Keys(ctx context.Context) ([]*Key, error) {
	v, err := authz.RequireRole(ctx, viewer.Admin)
	if err != nil {
		return nil, err
	}
	rows, err := s.db.Client().APIKey.Query().Where(apikey.AccountID(v.Account)).Order(apikey.ByID()).All(ctx)
	if err != nil {
		return nil, err
	}
	keys := make([]*Key, len(rows))
	for i, row := range rows {
		keys[i] = keyOf(row)
	}
	return keys, nil
}

// CreatedKey is an API key with its token, which cannot be read again: a repeat of the request with
// its idempotency key returns the key without it.
type CreatedKey struct {
	Key   *Key
	Token string `json:"-"`
}

// String describes the key without its token.
func (k CreatedKey) String() string { return k.Key.Name }

// NewKey is an API key to create.
type NewKey struct {
	Name string
	Assignment
	ReadOnly    bool
	TrustedOnly bool       // limits the key to trusted documents of the GraphQL API
	SegmentID   *int       // limits the key, one of an agent, to the contacts of a segment; nil for none
	ExpiresAt   *time.Time // nil for a key that does not expire
	Addresses   []string   // addresses and prefixes in CIDR notation; none allows all
	Origins     []string   // web origins such as https://app.example.com; none allows all clients
}

// check returns the key to insert, with its values in their normal form.
func (n NewKey) check(now time.Time) (k auth.NewKey, errs usererror.Errors) {
	checkText(&errs, pathName, "The name", n.Name)
	checkAssignment(&errs, n.Assignment)
	if n.SegmentID != nil && n.Role == viewer.Admin {
		errs.Add(usererror.Invalid, pathSegment, "The key of an admin cannot be limited to a segment: give it the role of an agent.")
	}
	switch {
	case n.ExpiresAt == nil:
	case !storable.Time(*n.ExpiresAt):
		errs.Add(usererror.Invalid, "expiresAt", "The key must expire at a time as in RFC 3339.")
	case !n.ExpiresAt.After(now):
		errs.Add(usererror.Invalid, "expiresAt", "The key must expire in the future.")
	}
	return auth.NewKey{
		Name: n.Name, Role: n.Role, RoleID: n.RoleID, SegmentID: n.SegmentID, ReadOnly: n.ReadOnly, TrustedOnly: n.TrustedOnly,
		ExpiresAt: stored(n.ExpiresAt), Addresses: checkAddresses(&errs, n.Addresses), Origins: checkOrigins(&errs, n.Origins),
	}, errs
}

// CreateKey creates an API key, for admins. It fails with NotFound or SegmentNotFound if the
// account does not have the role or segment, and with Required, TooLong, TooMany or Invalid if a
// value is not valid.
func (s *Service) CreateKey(ctx context.Context, n NewKey) (*CreatedKey, error) {
	k, errs := n.check(s.now())
	return adminRun(ctx, s, func() usererror.Errors { return errs }, func(ctx context.Context, c command) (*CreatedKey, error) {
		return c.insertKey(ctx, k)
	})
}

// CreateAccountWithKey creates an account with an API key, for the server itself, in one
// transaction. It fails with auth.ErrNameTaken and auth.ErrInvalid as auth.InsertAccount does, and
// otherwise as CreateKey does.
func (s *Service) CreateAccountWithKey(ctx context.Context, name string, n NewKey) (created *CreatedKey, err error) {
	if _, err := authz.RequireRole(ctx, viewer.System); err != nil {
		return nil, err
	}
	k, errs := n.check(s.now())
	if err := errs.OrNil(); err != nil {
		return nil, err
	}
	err = s.db.Write(ctx, 0, func(ctx context.Context, tx *database.Tx) error {
		id, err := auth.InsertAccount(ctx, tx, s.now(), name, database.LogStart())
		if err != nil {
			return err
		}
		ctx = viewer.NewSystemContext(ctx, id)
		v, _ := viewer.FromContext(ctx)
		created, err = command{tx: tx, viewer: v, at: s.now().UTC().Truncate(time.Microsecond)}.insertKey(ctx, k)
		return err
	})
	if err != nil {
		return nil, err
	}
	return created, nil
}

const pathSegment = "segmentId"

// checkSegment fails with SegmentNotFound if the account does not have the segment.
func (c command) checkSegment(ctx context.Context, id *int) error {
	if id == nil {
		return nil
	}
	exists, err := c.tx.Ent.Segment.Query().Where(segment.AccountID(c.viewer.Account), segment.ID(*id)).Exist(ctx)
	if err == nil && !exists {
		var errs usererror.Errors
		errs.Missing(usererror.SegmentNotFound, pathSegment, "Segment", *id)
		return errs
	}
	return err
}

// stored returns a time with the precision of the database.
func stored(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	return new(t.UTC().Truncate(time.Microsecond))
}

func (c command) insertKey(ctx context.Context, k auth.NewKey) (*CreatedKey, error) {
	if err := c.assign(ctx, Assignment{Role: k.Role, RoleID: k.RoleID}); err != nil {
		return nil, err
	}
	if err := c.checkSegment(ctx, k.SegmentID); err != nil {
		return nil, err
	}
	id, token, err := auth.InsertKey(ctx, c.tx, c.at, k)
	if err != nil {
		return nil, err
	}
	row, err := c.lockKey(ctx, id)
	if err != nil {
		return nil, err
	}
	return &CreatedKey{Key: keyOf(row), Token: token}, nil
}

// lockKey returns a key, and keeps other transactions from changing it. It fails with NotFound.
func (c command) lockKey(ctx context.Context, id int) (*ent.APIKey, error) {
	row, err := c.tx.Ent.APIKey.Query().Where(apikey.AccountID(c.viewer.Account), apikey.ID(id), c.tx.ForUpdate).Only(ctx)
	if ent.IsNotFound(err) {
		err = usererror.NewNotFound("API key", id)
	}
	return row, err
}

// Overlap is how long a key that is rotated stays valid, in hours.
const (
	DefaultOverlap = 24
	MaxOverlap     = 720
)

// RotateKey creates a successor of an API key, for admins, with the same settings. The old key
// expires after the overlap, in hours, if it does not expire before. If the old key expires, the
// successor does so too, after as much time as the old one had from its creation. It fails with
// NotFound, and with Invalid if the overlap is not from 0 to MaxOverlap, or if the old key is
// revoked, has expired or was rotated before.
func (s *Service) RotateKey(ctx context.Context, id, overlap int) (*CreatedKey, error) {
	check := func() (errs usererror.Errors) {
		if overlap < 0 || overlap > MaxOverlap {
			errs.Add(usererror.Invalid, "overlapHours", "The overlap must be from 0 to %d hours.", MaxOverlap)
		}
		return errs
	}
	return adminRun(ctx, s, check, func(ctx context.Context, c command) (*CreatedKey, error) {
		old, err := c.lockKey(ctx, id)
		if err != nil {
			return nil, err
		}
		if old.RevokedAt != nil || old.ExpiresAt != nil && !old.ExpiresAt.After(c.at) {
			return nil, usererror.Errors{{Code: usererror.Invalid, Message: "The API key is revoked or has expired: create another one."}}
		}
		if old.SuccessorID != nil { // its own time to expire is that of the overlap
			return nil, usererror.Errors{{Code: usererror.Invalid, Message: fmt.Sprintf("The API key was rotated before: rotate its successor, %d.", *old.SuccessorID)}}
		}
		created, err := c.insertKey(ctx, successorOf(old, c.at))
		if err != nil {
			return nil, err
		}
		ends := c.at.Add(time.Duration(overlap) * time.Hour)
		if old.ExpiresAt != nil && old.ExpiresAt.Before(ends) {
			ends = *old.ExpiresAt
		}
		err = c.tx.Ent.APIKey.Update().Where(apikey.AccountID(c.viewer.Account), apikey.ID(id)).
			SetExpiresAt(ends).SetSuccessorID(created.Key.ID).Exec(ctx)
		if err != nil {
			return nil, err
		}
		return created, c.record(ctx, audit.Entry{
			Action: audit.KeyRotated, Subject: id, Name: old.Name, Details: map[string]any{"successor": created.Key.ID, "overlapHours": overlap},
		})
	})
}

// successorOf returns the key to create in the place of an old one.
func successorOf(old *ent.APIKey, at time.Time) auth.NewKey {
	k := keyOf(old)
	next := auth.NewKey{
		Name: k.Name, Role: k.Role, RoleID: k.RoleID, SegmentID: k.SegmentID, ReadOnly: k.ReadOnly, TrustedOnly: k.TrustedOnly,
		Addresses: k.Addresses, Origins: k.Origins,
	}
	if k.ExpiresAt != nil {
		next.ExpiresAt = new(at.Add(k.ExpiresAt.Sub(k.CreatedAt)))
	}
	return next
}

// RevokeKey ends the use of an API key, for admins. Revoking a key twice is not an error. It fails
// with NotFound.
func (s *Service) RevokeKey(ctx context.Context, id int) (*Key, error) {
	return adminRun(ctx, s, noCheck, func(ctx context.Context, c command) (*Key, error) {
		row, err := c.lockKey(ctx, id)
		if err != nil {
			return nil, err
		}
		if row.RevokedAt != nil {
			return keyOf(row), nil
		}
		err = c.tx.Ent.APIKey.Update().Where(apikey.AccountID(c.viewer.Account), apikey.ID(id)).SetRevokedAt(c.at).Exec(ctx)
		if err != nil {
			return nil, err
		}
		row.RevokedAt = new(c.at)
		return keyOf(row), c.record(ctx, audit.Entry{Action: audit.KeyRevoked, Subject: id, Name: row.Name})
	})
}
