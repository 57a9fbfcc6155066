package secondfactor

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"slices"
	"strings"
)

const (
	// RecoveryCodes is how many recovery codes a user gets.
	RecoveryCodes = 10
	// recoveryBytes are 80 random bits: too many to be guessed, also from a hash, so that a plain
	// SHA-256 protects them.
	recoveryBytes = 10
	groupLength   = 4 // characters between two hyphens
)

// NewRecoveryCodes returns random recovery codes, to be shown once, and their hashes, to be stored.
func NewRecoveryCodes() (codes, hashes []string) {
	for range RecoveryCodes {
		b := make([]byte, recoveryBytes)
		_, _ = rand.Read(b) // never fails: it crashes the program instead
		code := strings.ToLower(encoding.EncodeToString(b))
		hashes = append(hashes, hashOf(code))
		var groups []string
		for group := range slices.Chunk([]byte(code), groupLength) {
			groups = append(groups, string(group))
		}
		codes = append(codes, strings.Join(groups, "-"))
	}
	return codes, hashes
}

func hashOf(code string) string {
	sum := sha256.Sum256([]byte(code))
	return hex.EncodeToString(sum[:])
}

// useRecovery returns the hashes without that of the code. ok is false if the code has none.
func useRecovery(hashes []string, code string) (left []string, ok bool) {
	hash := []byte(hashOf(code))
	left = slices.DeleteFunc(slices.Clone(hashes), func(h string) bool { return subtle.ConstantTimeCompare([]byte(h), hash) == 1 })
	return left, len(left) < len(hashes)
}
