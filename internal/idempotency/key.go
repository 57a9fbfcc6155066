package idempotency

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"

	"contactgraph/internal/storable"
)

const (
	// Header is the HTTP header that holds an idempotency key.
	Header = "Idempotency-Key"
	// MaxLength bounds a key, in UTF-16 units.
	MaxLength = 255
)

// ErrKey is the error of a header that is not a valid idempotency key.
var ErrKey = errors.New("invalid idempotency key")

// MessageKey is ErrKey as a sentence, for people.
var MessageKey = fmt.Sprintf("The header %s must have 1 to %d characters.", Header, MaxLength)

// Key is an idempotency key with the hash of the request that it came with.
type Key struct {
	key      string
	alias    string // distinguishes the writes of one request
	hash     []byte // of the request
	replayed *atomic.Bool
}

// NewKey returns the key of a request. values are the values of the header; it fails with ErrKey
// unless there is exactly one, and that a valid key. request has what the client requests: it is
// hashed as JSON, and must not contain passwords, because what is hashed can be guessed.
func NewKey(values []string, request any) (*Key, error) {
	if len(values) != 1 {
		return nil, ErrKey
	}
	key := values[0]
	if n := storable.Length(key); n == 0 || n > MaxLength || !storable.Text(key) {
		return nil, ErrKey
	}
	text, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256(text)
	return &Key{key: key, hash: hash[:], replayed: &atomic.Bool{}}, nil
}

// WithAlias returns the key for one of several writes of the request.
func (k *Key) WithAlias(alias string) *Key {
	return &Key{key: k.key, alias: alias, hash: k.hash, replayed: &atomic.Bool{}}
}

// WithItem returns the key for one item of a batch, each of which is a write of its own. Replayed
// of k reports the replay of any item. It returns nil if k is nil.
func (k *Key) WithItem(i int) *Key {
	if k == nil {
		return nil
	}
	item := *k
	item.alias += "#" + strconv.Itoa(i)
	return &item
}

// Replayed reports whether a write has found the outcome of an earlier request.
func (k *Key) Replayed() bool { return k.replayed.Load() }
