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
		c.put(d, &cachedKey{viewer: viewer.Viewer{Account: i + 1}, cachedAt: now})
		if len(c.entries) > keyLimit {
			t.Fatalf("the cache has %d entries, want at most %d", len(c.entries), keyLimit)
		}
		if k := c.get(d, now); k == nil || k.viewer.Account != i+1 {
			t.Fatalf("got %+v, want the key just put", k)
		}
	}
}

// Without a hash, and with an empty password, nothing may match even if the derived key is equal.
func TestVerifyNeverMatchesWithoutHashOrPassword(t *testing.T) {
	t.Parallel()
	p := NewPasswords(1)
	p.derive = func(_, _ []byte, _ cost, length int) []byte { return make([]byte, length) }
	hash := phc{cost: defaultCost, salt: make([]byte, saltBytes), key: make([]byte, keyBytes)}.String()
	for _, tt := range []struct {
		hash, password string
		want           bool
	}{
		{hash, "x", true},
		{hash, "", false},
		{"", "x", false},
		{"", "", false},
	} {
		if got, err := p.Verify(t.Context(), tt.hash, tt.password); got != tt.want || err != nil {
			t.Errorf("hash %q, password %q: got %v, %v, want %v", tt.hash, tt.password, got, err, tt.want)
		}
	}
}
