package auth

import "crypto/sha256"

// Stub puts something quick in the place of argon2, of which it tells before.
func (p *Passwords) Stub(before func()) {
	p.derive = func(password, salt []byte, _ cost, length int) []byte {
		before()
		key := sha256.Sum256(append(append([]byte{}, salt...), password...))
		return key[:length]
	}
}

// The limits that the tests go up to.
const (
	KeyTTL     = keyTTL
	SweepLimit = sweepLimit
)
