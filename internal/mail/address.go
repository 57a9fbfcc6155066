package mail

import (
	"errors"
	"net/mail"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// The longest address and the longest part before the @, in bytes: RFC 5321, section 4.5.3.1.
const (
	maxAddress = 254
	maxLocal   = 64
)

// errAddress does not contain the address, because it is logged.
var errAddress = errors.New("not an email address that can receive a message")

// parseAddress returns an address in the form that an SMTP server receives, with the domain in
// ASCII. The text must be the address alone: names and comments are rejected, so that no text
// contains a second recipient.
func parseAddress(text string) (string, error) {
	parsed, err := mail.ParseAddress(text)
	if err != nil || parsed.Address != text || parsed.Name != "" {
		return "", errAddress
	}
	at := strings.LastIndex(text, "@")
	local := text[:at]
	domain, err := idna.Lookup.ToASCII(text[at+1:])
	if err != nil || !utf8.ValidString(local) || len(local) > maxLocal || len(local)+1+len(domain) > maxAddress {
		return "", errAddress
	}
	return local + "@" + domain, nil
}

func isASCII(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}
