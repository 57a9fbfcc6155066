package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"golang.org/x/crypto/argon2"
)

// MaxPassword is how many bytes a password may have: the 1,000 UTF-16 units that the rules allow are never more.
const MaxPassword = 3000

const (
	saltBytes = 16
	keyBytes  = 32
)

// cost says how much work a hash is.
type cost struct {
	memory  uint32 // KiB
	passes  uint32
	threads uint8
}

// today is the cost of new hashes: OWASP's least for argon2id. Some 30 ms and 19 MiB each.
var today = cost{memory: 19456, passes: 2, threads: 1}

// most is the highest cost that Verify pays: a stored hash cannot ask for all of the memory.
var most = cost{memory: 256 << 10, passes: 16, threads: 16}

// errHash does not show the hash: it is nearly a password.
var errHash = errors.New("the stored password hash is not one of argon2id")

// Passwords hashes passwords with argon2id and verifies them, a few at a time, because each takes a processor and much
// memory. It is safe for concurrent use.
type Passwords struct {
	turns  chan struct{} // holds a token for each hash being computed
	derive func(password, salt []byte, c cost, length int) []byte
}

// NewPasswords returns a Passwords that computes up to concurrency hashes at the same time, at least one.
func NewPasswords(concurrency int) *Passwords {
	return &Passwords{turns: make(chan struct{}, max(concurrency, 1)), derive: argon}
}

func argon(password, salt []byte, c cost, length int) []byte {
	return argon2.IDKey(password, salt, c.passes, c.memory, c.threads, uint32(length)) //nolint:gosec // 64 at most
}

// Hash returns what to store for a password, as a PHC string with its parameters and a salt of its own. It fails with
// ErrInvalid if the password is empty or has more than MaxPassword bytes, and with the context's error if that ends while
// waiting for a turn.
func (p *Passwords) Hash(ctx context.Context, password string) (string, error) {
	if password == "" || len(password) > MaxPassword {
		return "", fmt.Errorf("%w: a password has 1 to %d bytes", ErrInvalid, MaxPassword)
	}
	h := phc{cost: today, salt: make([]byte, saltBytes)}
	_, _ = rand.Read(h.salt) // never fails: it ends the program instead
	var err error
	if h.key, err = p.compute(ctx, password, h, keyBytes); err != nil {
		return "", err
	}
	return h.String(), nil
}

// Verify reports whether hash, which Hash has returned, is of this password. Where there is none (hash is ""), it does the
// same work and reports false, so that the time does not tell. A hash that cannot be read is an error, a fault of the
// stored data; so is a context that ends while waiting for a turn. A password that Hash would refuse matches nothing, and
// one that is too long costs nothing either.
func (p *Passwords) Verify(ctx context.Context, hash, password string) (bool, error) {
	if len(password) > MaxPassword {
		return false, nil
	}
	h := phc{cost: today, salt: make([]byte, saltBytes), key: make([]byte, keyBytes)}
	if hash != "" {
		var err error
		if h, err = parsePHC(hash); err != nil {
			return false, err
		}
	}
	key, err := p.compute(ctx, password, h, len(h.key))
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(key, h.key) == 1 && hash != "" && password != "", nil
}

// compute derives the key of a password with the salt and the cost of h, when it is its turn.
func (p *Passwords) compute(ctx context.Context, password string, h phc, length int) ([]byte, error) {
	if ctx.Err() != nil { // a select would choose at random if there is a turn too
		return nil, fmt.Errorf("waiting to hash a password: %w", context.Cause(ctx))
	}
	select {
	case p.turns <- struct{}{}:
		defer func() { <-p.turns }()
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting to hash a password: %w", context.Cause(ctx))
	}
	return p.derive([]byte(password), h.salt, h.cost, length), nil
}

// phc is a stored hash: $argon2id$v=19$m=<KiB>,t=<passes>,p=<threads>$<salt>$<key>.
type phc struct {
	cost cost
	salt []byte
	key  []byte
}

// phcForm takes 8 to 64 bytes of salt and 16 to 64 of key.
var phcForm = regexp.MustCompile(`^\$argon2id\$v=19\$m=(\d{1,9}),t=(\d{1,9}),p=(\d{1,9})` +
	`\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$`)

// String is the text that is stored.
func (h phc) String() string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, h.cost.memory, h.cost.passes, h.cost.threads, b64(h.salt), b64(h.key))
}

// parsePHC reads a stored hash. It refuses costs that argon2 would panic at, or that are beyond most, and keys so short that
// a wrong password could match.
func parsePHC(text string) (phc, error) {
	m := phcForm.FindStringSubmatch(text)
	if m == nil {
		return phc{}, errHash
	}
	memory, _ := strconv.Atoi(m[1]) // nine digits at most
	passes, _ := strconv.Atoi(m[2])
	threads, _ := strconv.Atoi(m[3])
	if passes < 1 || passes > int(most.passes) || threads < 1 || threads > int(most.threads) ||
		memory < 8*threads || memory > int(most.memory) {
		return phc{}, errHash
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(m[4])
	key, err2 := base64.RawStdEncoding.DecodeString(m[5])
	if err1 != nil || err2 != nil {
		return phc{}, errHash
	}
	c := cost{memory: uint32(memory), passes: uint32(passes), threads: uint8(threads)} //nolint:gosec // within most
	return phc{cost: c, salt: salt, key: key}, nil
}
