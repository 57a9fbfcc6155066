package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
)

const (
	keyPrefix     = "ctk_" // of a generated API key; one that was chosen may look different
	sessionPrefix = "cgs_" // of every session token, and of no API key
	tokenBytes    = 32     // 256 random bits cannot be guessed, so a plain SHA-256 is enough to keep them
)

// digest is what is stored of a token.
type digest [sha256.Size]byte

func digestOf(token string) digest { return sha256.Sum256([]byte(token)) }

// newKeyToken returns the token of a new API key.
func newKeyToken() string { return keyPrefix + random() }

// newSessionToken returns the token of a new session: cgs_<account>_<random>. It names its account, because sessions are
// kept by account and looked up before anything else tells which. The digest covers the whole text, so that a token with
// another account's number is another token.
func newSessionToken(account int) string {
	return sessionPrefix + strconv.Itoa(account) + "_" + random()
}

// sessionAccount reads the account out of a session token; ok is false for any other text.
func sessionAccount(token string) (account int, ok bool) {
	rest, ok := strings.CutPrefix(token, sessionPrefix)
	if !ok {
		return 0, false
	}
	number, _, ok := strings.Cut(rest, "_")
	account, err := strconv.Atoi(number)
	return account, ok && err == nil && account > 0
}

func random() string {
	b := make([]byte, tokenBytes)
	_, _ = rand.Read(b) // never fails: it ends the program instead
	return base64.RawURLEncoding.EncodeToString(b)
}
