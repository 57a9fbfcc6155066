// Package secondfactor has the codes that users enter in addition to their password: those of an
// authenticator app, which change every 30 seconds (TOTP, RFC 6238), and recovery codes, each of
// which can be used once. Nothing is stored here: see packages auth and people.
//
// The codes are those that all authenticator apps support: six digits, HMAC-SHA-1. SHA-1 is safe
// for this, because its known weaknesses concern collisions.
//
// Start reading at Factor.Use.
package secondfactor

import (
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
)

const (
	// secretBytes is the length of HMAC-SHA-1, which RFC 4226 recommends for secrets.
	secretBytes = 20
	// period is how long a code is shown, in seconds: a time step.
	period = 30
	// skew is how many steps the clock of a device may differ.
	skew = 1
	// maxLabel is how many characters of a login or account an app shows, so that every QR code can
	// be scanned.
	maxLabel = 64
)

// issuer names the service in authenticator apps.
const issuer = "contactgraph"

var encoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// Secret is what an authenticator app and the server compute the codes from. It prints as a length.
type Secret []byte

// NewSecret returns a random secret.
func NewSecret() Secret {
	s := make(Secret, secretBytes)
	_, _ = rand.Read(s) // never fails: it crashes the program instead
	return s
}

// String hides the secret.
func (s Secret) String() string { return fmt.Sprintf("a secret of %d bytes", len(s)) }

// Text returns the secret in base32, as people type it into an app.
func (s Secret) Text() string { return encoding.EncodeToString(s) }

// URI returns the otpauth URI with which an app stores the secret of a user of an account.
func (s Secret) URI(account, login string) (string, error) {
	k, err := totp.Generate(totp.GenerateOpts{
		Issuer: issuer, AccountName: fmt.Sprintf("%s (%s)", label(login), label(account)), Secret: s,
		Period: period, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1,
	})
	if err != nil {
		return "", fmt.Errorf("the URI of a secret: %w", err)
	}
	return k.URL(), nil
}

// label shortens a name that an app shows, and removes the colon, which separates it from the
// issuer.
func label(name string) string {
	r := []rune(strings.ReplaceAll(name, ":", " "))
	return string(r[:min(len(r), maxLabel)])
}

// step returns the time step of a code, if it is the code of a step near now that is later than
// last. ok is false otherwise.
func (s Secret) step(code string, now time.Time, last int64) (step int64, ok bool) {
	current := now.Unix() / period
	for step := max(current-skew, last+1); step <= current+skew; step++ {
		//nolint:gosec // it is not negative: no time of the server is before 1970
		match, err := hotp.ValidateCustom(code, uint64(step), s.Text(), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && match {
			return step, true
		}
	}
	return 0, false
}

// Factor is what is known about the second factor of a user.
type Factor struct {
	Secret   Secret
	LastStep int64    // the time step of the last code that was accepted
	Recovery []string // the hashes of the recovery codes that were not used
}

// Kind is the kind of a code.
type Kind int

// The kinds of codes.
const (
	Wrong    Kind = iota // no code of the factor, or one that was used
	App                  // of the authenticator app
	Recovery             // a recovery code
)

// Use returns the factor after the use of a code: the same code is not accepted again, and neither
// is an older one of the app. It ignores the case of letters, spaces and hyphens. The kind is Wrong
// if the code is not accepted; the factor then stays as it is.
func (f Factor) Use(code string, now time.Time) (Factor, Kind) {
	if len(code) > maxCode {
		return f, Wrong
	}
	code = normalize(code)
	if step, ok := f.Secret.step(code, now, f.LastStep); ok {
		f.LastStep = step
		return f, App
	}
	if left, ok := useRecovery(f.Recovery, code); ok {
		f.Recovery = left
		return f, Recovery
	}
	return f, Wrong
}

// maxCode is the longest text that is read as a code, in bytes.
const maxCode = 100

// normalize returns a code as it is compared.
func normalize(code string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "-", "", "\u00a0", "", "\t", "", "\n", "", "\r", "").Replace(code))
}
