package auth_test

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"

	"contactgraph/internal/auth"
)

// foreignHashes are hashes of "pässword" by other implementations: those with argon2id by libargon2
// (argon2id_hash_encoded), those with bcrypt by libxcrypt (crypt), and those of ASP.NET Identity by
// Python's hashlib.pbkdf2_hmac, in the layout of PasswordHasher.cs. The salts are 00 01 02 …, and
// abcdefghijklmnopqrstuu for bcrypt.
var foreignHashes = map[string]string{
	"argon2id, 19 MiB":            "$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$5/W87cqWDElP2gtnTIq/qDSP1zopANxZLonkobS2XWw",
	"argon2id, two threads":       "$argon2id$v=19$m=65536,t=4,p=2$AAECAwQFBgcICQoLDA0ODw$mPQlOySpkb3SmSJdAKXMUmu/LH36rSXDHv3Hbmw0Bvk",
	"argon2id, 24 bytes":          "$argon2id$v=19$m=47104,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$lT1kloZFUc0MwIVtZXLFZ5Yr/Y+FU+bx",
	"bcrypt":                      "$2b$10$abcdefghijklmnopqrstuu0y2UE7X5UDNypUhfmasP3PbPMQuqr7C",
	"bcrypt of older libraries":   "$2a$04$abcdefghijklmnopqrstuum174eFeoTj0DHmtuueFaS3Wde4P7wHG",
	"bcrypt of PHP":               "$2y$05$abcdefghijklmnopqrstuucZGbUxuMlEqps0qcu2pjhO7vaatQZIC",
	"Identity 2":                  "AAABAgMEBQYHCAkKCwwNDg8tctRNcTDPduy92cIbI+HSY3OEaxPckh6Mr9gzciNUcA==",
	"Identity 3, SHA-1":           "AQAAAAAAACcQAAAAEAABAgMEBQYHCAkKCwwNDg/mBSBz1UjQz2nReeLTIAksv0vxXk5eicenoOBvWThTJg==",
	"Identity 3, SHA-256":         "AQAAAAEAACcQAAAAEAABAgMEBQYHCAkKCwwNDg8gvuQ5cY44YGQZG2LZcT7MjHaJFwAVBfNRH6KtyqXuuQ==",
	"Identity 3, SHA-512":         "AQAAAAIAAYagAAAAEAABAgMEBQYHCAkKCwwNDg8WVW73Jji9RGbHwmtzHxiCSnkrmRnh1E9ftNXRRXVFjw==",
	"Identity 3, a longer result": "AQAAAAIACSfAAAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4fUo10Rd1k5X9OAYHkYsJlds+uayOQ/Zbl6y3/WUIJKTk4chRsX4yOmgOdGDwpRdIMNIDEy9zlAQWvIkFtaHP2Jw==",
}

func TestHashesOfOtherSystems(t *testing.T) {
	t.Parallel()
	p := auth.NewPasswords(1)
	for name, hash := range foreignHashes {
		if err := p.CheckHash(hash); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for password, want := range map[string]bool{"pässword": true, "pa\u0308ssword": true, "password": false, "": false} {
			if ok, err := p.Verify(t.Context(), hash, password); ok != want || err != nil {
				t.Errorf("%s, %+q: got %v, %v, want %v", name, password, ok, err, want)
			}
		}
	}
}

// TestBcryptOfLongPasswords checks that what bcrypt cuts off does not matter.
func TestBcryptOfLongPasswords(t *testing.T) {
	t.Parallel()
	const hash = "$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i" // of 80 times x, by libxcrypt
	ok, err := auth.NewPasswords(1).Verify(t.Context(), hash, strings.Repeat("x", 80))
	if !ok || err != nil {
		t.Errorf("got %v, %v, want true", ok, err)
	}
}

// identity3 returns a hash of ASP.NET Identity, version 3.
func identity3(prf, iterations, salt uint32, rest int) string {
	b := []byte{1}
	for _, n := range []uint32{prf, iterations, salt} {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return base64.StdEncoding.EncodeToString(append(b, make([]byte, rest)...))
}

func TestHashesThatAreRefused(t *testing.T) {
	t.Parallel()
	p := auth.NewPasswords(1)
	for name, hash := range map[string]string{
		"nothing":             "",
		"a password":          "hunter2",
		"MD5":                 "5f4dcc3b5aa765d61d8327deb882cf99",
		"SHA-512 of crypt":    "$6$salt$" + strings.Repeat("a", 86),
		"much memory":         "$argon2id$v=19$m=262145,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$5/W87cqWDElP2gtnTIq/qDSP1zopANxZLonkobS2XWw",
		"bcrypt, much work":   "$2b$15$abcdefghijklmnopqrstuu0y2UE7X5UDNypUhfmasP3PbPMQuqr7C",
		"bcrypt, 2^99":        "$2b$99$abcdefghijklmnopqrstuu0y2UE7X5UDNypUhfmasP3PbPMQuqr7C",
		"bcrypt, little work": "$2b$03$abcdefghijklmnopqrstuu0y2UE7X5UDNypUhfmasP3PbPMQuqr7C",
		"bcrypt, faulty":      "$2x$10$abcdefghijklmnopqrstuu0y2UE7X5UDNypUhfmasP3PbPMQuqr7C",
		"bcrypt, cut":         "$2b$10$abcdefghijklmnopqrstuu0y2UE7X5UDNypUhfmasP3PbPMQuqr7",
		"Identity 2, cut":     "AAABAgMEBQYHCAkKCwwNDg8tctRNcTDPduy92cIbI+HSY3OEaxPckh6Mr9gzciNU",
		"another marker":      base64.StdEncoding.EncodeToString(append([]byte{2}, make([]byte, 48)...)),
		"another PRF":         identity3(3, 10000, 16, 48),
		"no iterations":       identity3(1, 0, 16, 48),
		"many iterations":     identity3(1, 1_000_001, 16, 48),
		"2^32-1 iterations":   identity3(1, 1<<32-1, 16, 48),
		"a short salt":        identity3(1, 10000, 15, 48),
		"a huge salt":         identity3(1, 10000, 1<<32-1, 48),
		"a short key":         identity3(1, 10000, 16, 31),
		"a long key":          identity3(1, 10000, 16, 81),
		"a line break":        "AAABAgMEBQYHCAkKCwwNDg8tctRNcTDPduy92cIb\nI+HSY3OEaxPckh6Mr9gzciNUcA==",
	} {
		if err := p.CheckHash(hash); !errors.Is(err, auth.ErrHash) {
			t.Errorf("%s: got %v, want ErrHash", name, err)
		}
		if hash == "" {
			continue
		}
		if ok, err := p.Verify(t.Context(), hash, "hunter2"); ok || err == nil {
			t.Errorf("%s: verified: %v, %v", name, ok, err)
		}
	}
}

// TestForeignHashesAreReplaced signs in with a hash of another system: the next sign-in finds one
// of this program.
func TestForeignHashesAreReplaced(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	names := []string{"bcrypt of older libraries", "Identity 2", "Identity 3, SHA-1"}
	for i, o := range f.outdatedOwners("unused") {
		for _, name := range slices.Sorted(slices.Values(names)) {
			hash := foreignHashes[name]
			f.setHash(o, hash)
			if _, err := f.SignIn(f.ctx, o.account, o.login, "password"); !errors.Is(err, auth.ErrRefused) || f.hashOf(o) != hash {
				t.Errorf("%d, %s with a wrong password: got %v, and the hash is %s", i, name, err, f.hashOf(o))
			}
			f.signIn(o.account, o.login, "pässword")
			if got := f.hashOf(o); !strings.HasPrefix(got, "$argon2id$v=19$m=12288,t=3,p=1$") {
				t.Errorf("%d, %s: the hash is %s after a sign-in", i, name, got)
			}
			f.signIn(o.account, o.login, "pässword")
		}
	}
}
