package auth

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha1" //nolint:gosec // of hashes that ASP.NET Identity has stored
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/crypto/bcrypt"
)

// ErrHash is the error of CheckHash for a hash of an unknown form, or one that would cost too much.
var ErrHash = errors.New("the password hash is none of argon2id, bcrypt or PBKDF2 of ASP.NET Identity, or costs too much to verify")

// CheckHash fails with ErrHash unless Verify accepts the hash. Its forms are
//
//   - argon2id as a PHC string, with up to 256 MiB of memory, 16 passes and 16 threads;
//   - bcrypt ($2a$, $2b$, $2y$), with a cost of at most 14;
//   - PBKDF2 of ASP.NET Identity, version 2 and 3, with at most a million iterations.
//
// Hashes that Hash would not return are replaced at the next sign-in.
func (*Passwords) CheckHash(hash string) error {
	if _, err := parseHash(hash); err != nil {
		return ErrHash
	}
	return nil
}

// storedHash is a hash of a password.
type storedHash interface {
	// is reports whether it is the hash of exactly this text. It takes the time of a hash.
	is(p *Passwords, text []byte) bool
	// current reports whether Hash returns hashes of this form.
	current() bool
}

// parseHash parses a stored hash by its form. It rejects those that cost too much.
func parseHash(text string) (storedHash, error) {
	switch {
	case strings.HasPrefix(text, "$2"):
		return parseBcrypt(text)
	case strings.HasPrefix(text, "$"):
		return parsePHC(text)
	default:
		return parseIdentity(text)
	}
}

// bcryptHash is a hash with bcrypt. It is of at most the first 72 bytes of a password.
type bcryptHash string

// bcryptPattern leaves out $2x$, which is of a faulty implementation.
var bcryptPattern = regexp.MustCompile(`^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$`)

// maxBcryptCost takes about a second.
const maxBcryptCost = 14

func parseBcrypt(text string) (storedHash, error) {
	m := bcryptPattern.FindStringSubmatch(text)
	if m == nil {
		return nil, errMalformedHash
	}
	cost, _ := strconv.Atoi(m[1]) // two digits
	if cost < bcrypt.MinCost || cost > maxBcryptCost {
		return nil, errMalformedHash
	}
	return bcryptHash(text), nil
}

func (h bcryptHash) is(_ *Passwords, text []byte) bool {
	return bcrypt.CompareHashAndPassword([]byte(h), text) == nil
}

func (bcryptHash) current() bool { return false }

// identityHash is a hash of ASP.NET Identity: PBKDF2.
type identityHash struct {
	prf        func() hash.Hash
	iterations int
	salt, key  []byte
}

const (
	identityV2 = 0x00 // followed by 16 bytes of salt and 32 of the key: HMAC-SHA1, 1,000 iterations
	identityV3 = 0x01 // followed by the PRF, the iterations and the length of the salt, in 4 bytes each

	maxIterations = 1_000_000
)

// identityPRF has the functions by their numbers in version 3: KeyDerivationPrf of ASP.NET.
var identityPRF = map[uint32]func() hash.Hash{0: sha1.New, 1: sha256.New, 2: sha512.New}

func parseIdentity(text string) (storedHash, error) {
	b, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || strings.ContainsAny(text, "\r\n") || len(b) < 1+2*saltBytes {
		return nil, errMalformedHash
	}
	if b[0] == identityV2 && len(b) == 1+saltBytes+keyBytes {
		return identityHash{sha1.New, 1000, b[1 : 1+saltBytes], b[1+saltBytes:]}, nil
	}
	const head = 13
	if b[0] != identityV3 || len(b) < head {
		return nil, errMalformedHash
	}
	prf := identityPRF[binary.BigEndian.Uint32(b[1:])]
	iterations, salt := binary.BigEndian.Uint32(b[5:]), binary.BigEndian.Uint32(b[9:])
	if prf == nil || iterations < 1 || iterations > maxIterations || salt < saltBytes || salt > 64 {
		return nil, errMalformedHash
	}
	key := len(b) - head - int(salt)
	if key < 16 || key > 64 {
		return nil, errMalformedHash
	}
	return identityHash{prf, int(iterations), b[head : head+salt], b[head+salt:]}, nil
}

func (h identityHash) is(_ *Passwords, text []byte) bool {
	key, err := pbkdf2.Key(h.prf, string(text), h.salt, h.iterations, len(h.key))
	return err == nil && hmac.Equal(key, h.key)
}

func (identityHash) current() bool { return false }
