package auth

import "crypto/sha256"

// Stub replaces argon2 with something fast, and calls before ahead of each hash.
func (p *Passwords) Stub(before func()) {
	p.derive = func(password, salt []byte, _ cost, length int) []byte {
		before()
		key := sha256.Sum256(append(append([]byte{}, salt...), password...))
		return key[:length]
	}
}

// RawHash returns the hash of exactly these bytes, as of before passwords were normalized.
func (p *Passwords) RawHash(text string) string {
	h := phc{cost: defaultCost, salt: []byte("a salt of 16 B ")}
	h.key = p.derive([]byte(text), h.salt, h.cost, keyBytes)
	return h.String()
}

// The limits that tests reach.
const (
	KeyTTL       = keyTTL
	ExpiredBatch = expiredBatch
)

// Bound sets how many targets are counted.
func (t *Throttle) Bound(most int) { t.most = most }
