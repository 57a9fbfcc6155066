package auth

import (
	"testing"
	"time"

	"contactgraph/internal/viewer"
)

func TestKeyCacheIsBounded(t *testing.T) {
	t.Parallel()
	var c keyCache
	now := time.Unix(1e9, 0)
	for i := range 3*keyLimit + 7 {
		d := digestOf(string(rune(i)))
		c.put(d, viewer.Viewer{Account: i + 1}, now)
		if len(c.entries) > keyLimit {
			t.Fatalf("holds %d entries, want %d at most", len(c.entries), keyLimit)
		}
		if v, ok := c.get(d, now); !ok || v.Account != i+1 {
			t.Fatalf("got %+v, %v, want the one just put", v, ok)
		}
	}
}
