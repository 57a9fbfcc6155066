package auth

import (
	"sync"
	"time"

	"contactgraph/internal/viewer"
)

const (
	keyTTL   = 5 * time.Second
	keyLimit = 1024
)

// keyCache caches the viewers of API keys for a few seconds, because a program sends the same key
// with every request. So every server notices a revoked key, or a key with a new role, after keyTTL
// at most. Unknown keys are not cached: a new key works at once, and guesses cannot fill the cache.
// The cache stores digests, never tokens. Sessions are not cached, because signing out takes effect
// at once.
type keyCache struct {
	mu      sync.Mutex
	entries map[digest]cachedKey
}

type cachedKey struct {
	viewer   viewer.Viewer
	cachedAt time.Time
}

// get returns the viewer of a key that was put less than keyTTL before now.
func (c *keyCache) get(d digest, now time.Time) (viewer.Viewer, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[d]
	if age := now.Sub(e.cachedAt); !ok || age < 0 || age >= keyTTL {
		return viewer.Viewer{}, false
	}
	return e.viewer, true
}

// put caches the viewer of a key. at is the time before the database was queried, so that a slow
// query does not extend the life of its result. A full cache is emptied, which costs one query for
// each key in use.
func (c *keyCache) put(d digest, v viewer.Viewer, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries == nil || len(c.entries) >= keyLimit {
		c.entries = make(map[digest]cachedKey)
	}
	c.entries[d] = cachedKey{viewer: v, cachedAt: at}
}
