package contacttest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"contactgraph/internal/limiter"
	"contactgraph/internal/viewer"
)

// Passwords replaces hashing, which is slow on purpose: a hash is the password with a prefix.
type Passwords struct {
	Hashed int    // how many passwords were hashed
	OnHash func() // runs during each Hash if it is not nil

	Guesses int  // how many wrong passwords were counted
	Limited bool // whether the next guess has to wait

	mu sync.Mutex
}

// ErrHash is the error with which Hash fails for the password "unlucky".
var ErrHash = errors.New("hashing failed")

// CheckHash fails unless Hash could have returned the hash.
func (*Passwords) CheckHash(hash string) error {
	if !strings.HasPrefix(hash, "hash of ") {
		return ErrHash
	}
	return nil
}

// Hash returns the hash of the password.
func (p *Passwords) Hash(_ context.Context, password string) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.Hashed++
	if p.OnHash != nil {
		p.OnHash()
	}
	if password == "unlucky" {
		return "", ErrHash
	}
	return "hash of " + password, nil
}

// Begin counts nothing, unless Limited is set.
func (p *Passwords) Begin(context.Context, viewer.Viewer) (undo func(context.Context) error, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.Limited {
		return nil, &limiter.RateError{RetryAfter: 7}
	}
	p.Guesses++
	return func(context.Context) error { p.Guesses--; return nil }, nil
}

// Owner names a contact.
func (*Passwords) Owner(account, contact int) string {
	return fmt.Sprint("owner ", account, " ", contact)
}

// Verify reports whether the hash is that of the password.
func (p *Passwords) Verify(_ context.Context, hash, password string) (bool, error) {
	return hash == "hash of "+password, nil
}
