package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
)

const (
	keyPrefix     = "ctk_" // of a generated API key; a key with a chosen token may look different
	sessionPrefix = "cgs_" // of every session token, and of no API key
	tokenBytes    = 32     // 256 random bits cannot be guessed, so a plain SHA-256 protects them
)

// digest is the SHA-256 of a token: all that is stored of it.
type digest [sha256.Size]byte

func digestOf(token string) digest { return sha256.Sum256([]byte(token)) }

func newKeyToken() string { return keyPrefix + randomText() }

// newSessionToken returns the token of a new session: cgs_<account>_<random>. It contains the
// account, because sessions are stored by account, and the token is looked up before anything else
// determines the account. The digest covers the whole text, so a token with another account's
// number is a different token.
func newSessionToken(account int) string {
	return sessionPrefix + strconv.Itoa(account) + "_" + randomText()
}

// sessionAccount returns the account in a session token. ok is false for any other text.
func sessionAccount(token string) (account int, ok bool) {
	rest, ok := strings.CutPrefix(token, sessionPrefix)
	if !ok {
		return 0, false
	}
	number, _, ok := strings.Cut(rest, "_")
	account, err := strconv.Atoi(number)
	return account, ok && err == nil && account > 0
}

func randomText() string {
	b := make([]byte, tokenBytes)
	_, _ = rand.Read(b) // never fails: it crashes the program instead
	return base64.RawURLEncoding.EncodeToString(b)
}
