package auth

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"sync/atomic"

	"contactgraph/internal/limiter"
	rules "contactgraph/internal/password"

	"golang.org/x/crypto/argon2"
)

// MaxPassword is the longest password, in bytes of its normal form. The 1,000 UTF-16 units that
// package contact allows are never more than that.
const MaxPassword = 3000

const (
	saltBytes = 16
	keyBytes  = 32
)

// cost is the work that a hash takes.
type cost struct {
	memory  uint32 // KiB
	passes  uint32
	threads uint8
}

// defaultCost is the cost of new hashes. It is one of those that OWASP recommends as equally strong
// for argon2id, the one with 12 MiB, because a change of a password takes two hashes. A hash takes
// about 30 ms.
var defaultCost = cost{memory: 12 << 10, passes: 3, threads: 1}

// maxCost is the highest cost that Verify accepts, so that a stored hash cannot use up the memory.
var maxCost = cost{memory: 256 << 10, passes: 16, threads: 16}

// errMalformedHash does not contain the hash, which is nearly as secret as the password.
var errMalformedHash = errors.New("the stored password hash is not valid")

// maxWaiting is how many hashes can wait to be computed. The last one waits about 2 s.
const maxWaiting = 64

// Passwords hashes passwords with argon2id, and verifies them also with the hashes of other systems
// that CheckHash accepts. It computes only a few hashes at a time, because each uses a whole
// processor and much memory, and lets only some more wait. It is safe for concurrent use.
type Passwords struct {
	slots   chan struct{} // contains a value for each hash being computed
	waiting atomic.Int64  // including those being computed
	derive  func(password, salt []byte, c cost, length int) []byte
}

// NewPasswords returns a Passwords that computes up to concurrency hashes at the same time, and at
// least one.
func NewPasswords(concurrency int) *Passwords {
	return &Passwords{slots: make(chan struct{}, max(concurrency, 1)), derive: deriveArgon2id}
}

func deriveArgon2id(password, salt []byte, c cost, length int) []byte {
	return argon2.IDKey(password, salt, c.passes, c.memory, c.threads, uint32(length)) //nolint:gosec // 64 at most
}

// Hash returns the hash to store for a password, as a PHC string with its parameters and a random
// salt. It fails with ErrInvalid if the password is empty or longer than MaxPassword, with
// limiter.ErrBusy if too many hashes are waiting, and with the context's error if the context ends
// while Hash waits for other hashes.
func (p *Passwords) Hash(ctx context.Context, password string) (string, error) {
	password = rules.Normalize(password)
	if password == "" || len(password) > MaxPassword {
		return "", fmt.Errorf("%w: a password must have 1 to %d bytes", ErrInvalid, MaxPassword)
	}
	h := phc{cost: defaultCost, salt: make([]byte, saltBytes)}
	_, _ = rand.Read(h.salt) // never fails: it crashes the program instead
	release, err := p.acquire(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	h.key = p.derive([]byte(password), h.salt, h.cost, keyBytes)
	return h.String(), nil
}

// match is how a password matches a stored hash.
type match int

const (
	noMatch match = iota
	matches
	// outdated: the hash is older than the normalization, of the bytes as they were sent, or is not
	// one that Hash returns. It is to be replaced by that of the normal form.
	outdated
)

// Verify reports whether hash, as returned by Hash or accepted by CheckHash, is the hash of this
// password. Without a hash ("") it does the same work as with one of Hash and reports false, so
// that the time it takes does not reveal that there is none. It fails if the stored hash is
// malformed, and as Hash does if it has to wait. A password that Hash would reject never matches,
// and one that is too long is not hashed.
func (p *Passwords) Verify(ctx context.Context, hash, password string) (bool, error) {
	m, err := p.match(ctx, hash, password)
	return m != noMatch, err
}

// match is Verify that also reports whether the hash is outdated. How many hashes it computes
// depends only on the password: one, or two if the password is not in its normal form.
func (p *Passwords) match(ctx context.Context, hash, password string) (match, error) {
	normal := rules.Normalize(password)
	if len(normal) > MaxPassword {
		return noMatch, nil
	}
	var h storedHash = phc{cost: defaultCost, salt: make([]byte, saltBytes), key: make([]byte, keyBytes)}
	if hash != "" {
		var err error
		if h, err = parseHash(hash); err != nil {
			return noMatch, err
		}
	}
	as := matches
	if !h.current() {
		as = outdated
	}
	found, err := p.equals(ctx, h, normal, as)
	if err == nil && normal != password && len(password) <= MaxPassword {
		var raw match
		raw, err = p.equals(ctx, h, password, outdated)
		found = cmp.Or(found, raw)
	}
	if err != nil || hash == "" || password == "" {
		return noMatch, err
	}
	return found, nil
}

// equals returns as if h is the hash of exactly this text, and noMatch if not.
func (p *Passwords) equals(ctx context.Context, h storedHash, text string, as match) (match, error) {
	release, err := p.acquire(ctx)
	if err != nil {
		return noMatch, err
	}
	defer release()
	if !h.is(p, []byte(text)) {
		return noMatch, nil
	}
	return as, nil
}

// acquire waits for a slot, and returns how to release it.
func (p *Passwords) acquire(ctx context.Context) (release func(), err error) {
	if ctx.Err() != nil { // if a slot is free too, select would choose at random
		return nil, fmt.Errorf("waiting to hash a password: %w", context.Cause(ctx))
	}
	if p.waiting.Add(1) > int64(maxWaiting+cap(p.slots)) {
		p.waiting.Add(-1)
		return nil, fmt.Errorf("waiting to hash a password: %w", limiter.ErrBusy)
	}
	select {
	case p.slots <- struct{}{}:
		return func() {
			<-p.slots
			p.waiting.Add(-1)
		}, nil
	case <-ctx.Done():
		p.waiting.Add(-1)
		return nil, fmt.Errorf("waiting to hash a password: %w", context.Cause(ctx))
	}
}

// phc is a stored hash: $argon2id$v=19$m=<KiB>,t=<passes>,p=<threads>$<salt>$<key>.
type phc struct {
	cost cost
	salt []byte
	key  []byte
}

// current implements storedHash.
func (h phc) current() bool { return h.cost == defaultCost && len(h.key) == keyBytes }

// is implements storedHash.
func (h phc) is(p *Passwords, text []byte) bool {
	return subtle.ConstantTimeCompare(p.derive(text, h.salt, h.cost, len(h.key)), h.key) == 1
}

// phcPattern accepts 8 to 64 bytes of salt and 16 to 64 bytes of key.
var phcPattern = regexp.MustCompile(`^\$argon2id\$v=19\$m=(\d{1,9}),t=(\d{1,9}),p=(\d{1,9})` +
	`\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$`)

// String returns the text that is stored.
func (h phc) String() string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, h.cost.memory, h.cost.passes, h.cost.threads, b64(h.salt), b64(h.key))
}

// parsePHC parses a stored hash. It rejects costs at which argon2 would panic or that exceed
// maxCost, and keys so short that a wrong password could match.
func parsePHC(text string) (phc, error) {
	m := phcPattern.FindStringSubmatch(text)
	if m == nil {
		return phc{}, errMalformedHash
	}
	memory, _ := strconv.Atoi(m[1]) // nine digits at most
	passes, _ := strconv.Atoi(m[2])
	threads, _ := strconv.Atoi(m[3])
	if passes < 1 || passes > int(maxCost.passes) || threads < 1 || threads > int(maxCost.threads) ||
		memory < 8*threads || memory > int(maxCost.memory) {
		return phc{}, errMalformedHash
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(m[4])
	key, err2 := base64.RawStdEncoding.DecodeString(m[5])
	if err1 != nil || err2 != nil {
		return phc{}, errMalformedHash
	}
	c := cost{memory: uint32(memory), passes: uint32(passes), threads: uint8(threads)} //nolint:gosec // within maxCost
	return phc{cost: c, salt: salt, key: key}, nil
}
