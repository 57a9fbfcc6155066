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

// keyCache remembers for a few seconds whom an API key lets in, because every request of a program brings the same one. A
// revoked key, or one with a new role, is therefore obeyed keyTTL late at most, on every server of the database. Unknown
// keys are not remembered: a new key works at once, and guessing cannot fill the cache. It holds digests, never tokens.
// Sessions are not cached: signing out holds at once.
type keyCache struct {
	mu      sync.Mutex
	entries map[digest]cachedKey
}

type cachedKey struct {
	viewer viewer.Viewer
	asked  time.Time
}

// get returns what was put for d less than keyTTL before now.
func (c *keyCache) get(d digest, now time.Time) (viewer.Viewer, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[d]
	if age := now.Sub(e.asked); !ok || age < 0 || age >= keyTTL {
		return viewer.Viewer{}, false
	}
	return e.viewer, true
}

// put remembers what the database said to a question that was asked at the given time: not when it answered, so that a
// slow answer does not live longer. A full cache starts anew, which costs a query for each key in use.
func (c *keyCache) put(d digest, v viewer.Viewer, asked time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries == nil || len(c.entries) >= keyLimit {
		c.entries = make(map[digest]cachedKey)
	}
	c.entries[d] = cachedKey{viewer: v, asked: asked}
}
