// Package bytelru has a cache that is bounded by the bytes of its entries instead of by their
// number, for entries of very different sizes.
package bytelru

import (
	"math"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// Cache keeps the entries that were used last. It is not safe for concurrent use.
type Cache[K comparable, V any] struct {
	known *simplelru.LRU[K, V]
	size  func(K, V) int
	most  int
	bytes int
}

// New returns an empty cache of at most so many bytes, in which an entry has the size that size
// returns.
func New[K comparable, V any](most int, size func(K, V) int) *Cache[K, V] {
	c := &Cache[K, V]{size: size, most: most}
	known, err := simplelru.NewLRU(math.MaxInt, func(key K, value V) { c.bytes -= size(key, value) })
	if err != nil {
		panic(err) // only for a size below 1
	}
	c.known = known
	return c
}

// Get returns the value of a key.
func (c *Cache[K, V]) Get(key K) (V, bool) { return c.known.Get(key) }

// Add adds an entry, unless its key is known, and removes those that have not been used for longest
// if the entries are too large together.
func (c *Cache[K, V]) Add(key K, value V) {
	if _, known := c.known.Get(key); known {
		return
	}
	c.known.Add(key, value)
	c.bytes += c.size(key, value)
	for c.bytes > c.most {
		c.known.RemoveOldest()
	}
}

// Bytes returns the size of all entries together.
func (c *Cache[K, V]) Bytes() int { return c.bytes }
