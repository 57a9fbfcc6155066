package reset

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/netip"

	"contactgraph/ent/passwordreset"
	"contactgraph/internal/database"
	"contactgraph/internal/dberr"
	"contactgraph/internal/normalize"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// maxLogin is the largest length of a login, in UTF-16 units.
const maxLogin = 250

// Request asks for a message with a link to set a new password.
type Request struct {
	Account     int    // 0 if there is no account with the name that the caller gave
	AccountName string // the name that the caller gave, if it gave one
	Login       string
	Link        string     // where the link leads, with Placeholder in it; "" for the console
	Address     netip.Addr // where the request comes from; the zero Addr if that is unknown
}

// String describes the request without the login.
func (r Request) String() string { return fmt.Sprintf("a request in account %d", r.Account) }

// owner describes the login for the throttle and the target: by what the caller has sent, not by
// what exists.
func (r Request) owner() string {
	if r.Account == 0 {
		return fmt.Sprintf("%q %q", normalize.Name(r.AccountName), normalize.Email(r.Login))
	}
	return fmt.Sprintf("%d %q", r.Account, normalize.Email(r.Login))
}

// Record records a request, which replaces the one before for the same login; Serve sends the
// message. It runs the same statements for every login and account, whether they exist or not. It
// fails with Errors: NotAvailable alone, or Required, TooLong and Invalid at PathLogin or PathLink;
// and with a *limiter.RateError if there were too many requests for the login or from the address.
func (s *Service) Record(ctx context.Context, r Request) error {
	if s.sender == nil {
		return errNotAvailable()
	}
	var errs usererror.Errors
	errs.CheckText(PathLogin, "The login", r.Login, maxLogin)
	if normalize.Email(r.Login) == "" {
		errs.Add(usererror.Required, PathLogin, "The login must not be blank.")
	}
	s.links.check(&errs, r.Link)
	if err := errs.OrNil(); err != nil {
		return err
	}
	if err := s.throttle.BeginReset(ctx, r.owner(), r.Address); err != nil {
		return err
	}
	if err := s.db.Write(viewer.NewSystemContext(ctx, 0), 0, func(ctx context.Context, tx *database.Tx) error { return s.insert(ctx, tx, r) }); err != nil {
		return fmt.Errorf("recording %s: %w", r, err)
	}
	s.wakeUp()
	return nil
}

func (s *Service) insert(ctx context.Context, tx *database.Tx, r Request) error {
	now, target := s.timestamp(), sha256.Sum256([]byte(r.owner()))
	if _, err := tx.Ent.PasswordReset.Delete().Where(passwordreset.Target(target[:])).Exec(ctx); err != nil {
		return err
	}
	create := tx.Ent.PasswordReset.Create().SetTarget(target[:]).SetTenant(r.Account).SetLogin(r.Login).
		SetRequestedAt(now).SetExpiresAt(now.Add(Lifetime)).SetNextAt(now).SetAttempts(0)
	if r.Link != "" {
		create.SetLink(r.Link)
	}
	err := create.Exec(ctx)
	if dberr.IsUnique(err) {
		return dberr.Raced(err) // another request for the same login was recorded at the same time
	}
	return err
}

// tokenBytes is the size of a token: 256 random bits cannot be guessed, so a plain SHA-256 protects
// them.
const tokenBytes = 32

const tokenPrefix = "cgr_"

func newToken() string {
	b := make([]byte, tokenBytes)
	_, _ = rand.Read(b) // never fails: it crashes the program instead
	return tokenPrefix + base64.RawURLEncoding.EncodeToString(b)
}

// digest returns what is stored of a token, or of the hash of a password.
func digest(text string) []byte {
	d := sha256.Sum256([]byte(text))
	return d[:]
}
