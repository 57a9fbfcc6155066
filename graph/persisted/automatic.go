package persisted

import (
	"sync"

	"contactgraph/internal/bytelru"
	"contactgraph/internal/limiter"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

const (
	// maxBytes is how much memory the automatic documents of all groups can use.
	maxBytes = 16 << 20
	// maxGroupBytes is how much those of one group can use.
	maxGroupBytes = 1 << 20
	// entryBytes is about how much memory an entry uses apart from its text.
	entryBytes = 300
	// maxGroups bounds the number of groups; each has at least one entry.
	maxGroups = maxBytes / entryBytes
)

// Group are callers that share their automatic documents. Others can neither find out which
// documents a group has, nor displace them: anonymous callers share those of each other, and the
// customers of an account those of its customers.
type Group struct {
	Account int // 0 for anonymous callers
	Class   limiter.Class
}

// automatic keeps the documents that clients have sent with their hash. If those of a group are too
// large together, the group loses its own; if those of all are, the group that has not sent any for
// longest loses all of its documents. Clients then send them again.
type automatic struct {
	mu     sync.Mutex
	groups *simplelru.LRU[Group, *bytelru.Cache[string, string]]
	bytes  int
	most   int // bytes of all groups
	share  int // bytes of one group
}

func newAutomatic(most, share int) *automatic {
	a := &automatic{most: most, share: share}
	groups, err := simplelru.NewLRU(maxGroups, func(_ Group, c *bytelru.Cache[string, string]) { a.bytes -= c.Bytes() })
	if err != nil {
		panic(err) // only for a size below 1
	}
	a.groups = groups
	return a
}

func (a *automatic) get(g Group, hash string) (query string, known bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c, ok := a.groups.Get(g); ok {
		return c.Get(hash)
	}
	return "", false
}

func (a *automatic) add(g Group, hash, query string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	c, ok := a.groups.Get(g)
	if !ok {
		c = bytelru.New(a.share, func(_, query string) int { return len(query) + entryBytes })
		a.groups.Add(g, c)
	}
	before := c.Bytes()
	c.Add(hash, query)
	a.bytes += c.Bytes() - before
	for a.bytes > a.most {
		a.groups.RemoveOldest()
	}
}
