package auth

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/apikey"
	"contactgraph/internal/database"
	"contactgraph/internal/viewer"
	"contactgraph/internal/weborigin"
)

const (
	keyTTL   = 5 * time.Second
	keyLimit = 1024
)

// keyCache caches API keys for a few seconds, because a program sends the same key with every
// request. So every server notices a revoked key, or a key with a new role, after keyTTL at most.
// Unknown keys are not cached: a new key works at once, and guesses cannot fill the cache. The
// cache stores digests, never tokens. Sessions are not cached, because signing out takes effect at
// once.
type keyCache struct {
	mu      sync.Mutex
	entries map[digest]*cachedKey
}

// cachedKey is an API key, and what limits its use.
type cachedKey struct {
	viewer    viewer.Viewer
	expires   *time.Time     // nil for never
	addresses []netip.Prefix // from which it may be used; nil for all
	origins   []string       // whose pages may use it, and no other client; nil for all
	cachedAt  time.Time
	used      atomic.Pointer[time.Time] // when its use was stored
}

// allows reports whether the key may be used now by a request from an address with these headers.
func (k *cachedKey) allows(from netip.Addr, h http.Header, now time.Time) bool {
	if k.expires != nil && !now.Before(*k.expires) {
		return false
	}
	if k.origins != nil {
		// Browsers send one Origin, in its normal form. A key for browsers is not one for programs:
		// a request without the header is rejected as well.
		sent := h.Values(weborigin.Header)
		if len(sent) != 1 || !slices.Contains(k.origins, sent[0]) {
			return false
		}
	}
	return k.addresses == nil || slices.ContainsFunc(k.addresses, func(p netip.Prefix) bool { return p.Contains(from.Unmap()) })
}

// get returns a key that was put less than keyTTL before now, nil if there is none.
func (c *keyCache) get(d digest, now time.Time) *cachedKey {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := c.entries[d]
	if k == nil || now.Before(k.cachedAt) || now.Sub(k.cachedAt) >= keyTTL {
		return nil
	}
	return k
}

// put caches a key. A full cache is emptied, which costs one query for each key in use.
func (c *keyCache) put(d digest, k *cachedKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries == nil || len(c.entries) >= keyLimit {
		c.entries = make(map[digest]*cachedKey)
	}
	c.entries[d] = k
}

// key returns the API key with the digest, nil if there is none, it was revoked, or its account is
// suspended.
func (s *Service) key(ctx context.Context, d digest) (*cachedKey, error) {
	now := s.now() // before the query, so that a slow one does not extend the life of its result
	if k := s.apiKeys.get(d, now); k != nil {
		return k, nil
	}
	row, err := s.db.Client().APIKey.Query().Where(apikey.TokenHash(d[:]), apikey.RevokedAtIsNil()).WithAccount().
		Only(viewer.NewSystemContext(ctx, 0))
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking up an API key: %w", err)
	}
	if row.Edges.Account == nil || row.Edges.Account.SuspendedAt != nil {
		return nil, nil
	}
	k := &cachedKey{viewer: keyViewer(row), expires: row.ExpiresAt, origins: row.Origins, cachedAt: now}
	k.viewer.Credential = d
	if k.viewer, err = limitedBy(ctx, s.db.Client(), k.viewer, row.RoleID); err != nil {
		return nil, err
	}
	k.used.Store(row.LastUsedAt)
	if row.Addresses != nil {
		k.addresses = prefixes(row.Addresses)
	}
	s.apiKeys.put(d, k)
	return k, nil
}

// keyViewer returns the viewer of an API key, without what the role of the account limits.
func keyViewer(row *ent.APIKey) viewer.Viewer {
	v := viewer.Viewer{
		Account: row.AccountID, Role: roles[string(row.Role)], ReadOnly: row.ReadOnly != nil && *row.ReadOnly,
		TrustedOnly: row.TrustedOnly != nil && *row.TrustedOnly,
		Actor:       viewer.Actor{Kind: viewer.ActorKey, ID: row.ID, Name: row.Name},
	}
	if row.SegmentID != nil {
		v.Segment = *row.SegmentID
	}
	return v
}

// prefixes parses stored prefixes. One that is malformed allows no address.
func prefixes(texts []string) []netip.Prefix {
	all := make([]netip.Prefix, 0, len(texts))
	for _, text := range texts {
		if p, err := netip.ParsePrefix(text); err == nil {
			all = append(all, p)
		}
	}
	return all
}

// useKey stores that a key is used, unless that was done recently. If it fails, the key still
// works.
func (s *Service) useKey(ctx context.Context, k *cachedKey) {
	at, stored := s.now().UTC().Truncate(time.Microsecond), k.used.Load()
	if stored != nil && at.Sub(*stored) < useInterval || !k.used.CompareAndSwap(stored, &at) {
		return
	}
	account, id := k.viewer.Account, k.viewer.Actor.ID
	err := s.db.Write(viewer.NewSystemContext(ctx, account), 0, func(ctx context.Context, tx *database.Tx) error {
		return tx.Ent.APIKey.Update().Where(apikey.AccountID(account), apikey.ID(id)).SetLastUsedAt(at).Exec(ctx)
	})
	if err != nil {
		s.log.WarnContext(ctx, "the use of an API key could not be stored", slog.Any("error", err))
	}
}
