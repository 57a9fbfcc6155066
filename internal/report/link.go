package report

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"contactgraph/internal/viewer"
)

// Path is where the reports are, by their token.
const Path = "/exports/personal-data/"

// LinkTTL is how long a link is valid.
const LinkTTL = 15 * time.Minute

// ErrLink is the error for a link that has expired, was issued to another credential, or was never
// issued.
var ErrLink = errors.New("the link has expired or was not issued to these credentials")

// Link gives the right to read the report on a contact for a short time, together with the
// credential that it was issued to. It needs no table, because its token contains what it is about,
// authenticated by the digest of that credential (HMAC, RFC 2104).
type Link struct {
	Contact int
	Expires time.Time // a whole second
}

// NewLink returns a link that expires LinkTTL after now.
func NewLink(contact int, now time.Time) Link {
	return Link{Contact: contact, Expires: now.Add(LinkTTL).UTC().Truncate(time.Second)}
}

// Token returns the text of the link for the viewer, which fits into a path.
func (l Link) Token(v viewer.Viewer) string {
	mac := hmac.New(sha256.New, v.Credential[:])
	_, _ = fmt.Fprintf(mac, "report on contact %d of account %d until %d", l.Contact, v.Account, l.Expires.Unix())
	return fmt.Sprintf("%d-%d-%s", l.Contact, l.Expires.Unix(), base64.RawURLEncoding.EncodeToString(mac.Sum(nil)))
}

// ParseLink reads the token of a link that was issued to the viewer. It fails with ErrLink.
func ParseLink(token string, v viewer.Viewer, now time.Time) (Link, error) {
	var contact int
	var expires int64
	fields := strings.SplitN(token, "-", 3)
	if len(fields) != 3 {
		return Link{}, ErrLink
	}
	if _, err := fmt.Sscanf(fields[0]+" "+fields[1], "%d %d", &contact, &expires); err != nil {
		return Link{}, ErrLink
	}
	l := Link{Contact: contact, Expires: time.Unix(expires, 0).UTC()}
	issued := v.Credential != [sha256.Size]byte{} && hmac.Equal([]byte(l.Token(v)), []byte(token))
	if !issued || !now.Before(l.Expires) {
		return Link{}, ErrLink
	}
	return l, nil
}
