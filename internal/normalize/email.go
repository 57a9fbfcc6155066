package normalize

import (
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// Email returns the form under which an email address or a login is unique: Name of the part before
// the last @, and the domain as it is looked up. A text that is not an address has the form of a
// name. It returns "" for a blank text.
func Email(text string) string {
	text = strings.TrimSpace(Visible(text))
	at := strings.LastIndexFunc(text, isAt)
	if at <= 0 {
		return Name(text)
	}
	local, domain := Name(text[:at]), lookupDomain(text[at:])
	if local == "" || domain == "" {
		return Name(text)
	}
	return local + "@" + domain
}

// isAt reports whether r is @, or a compatibility form of it.
func isAt(r rune) bool { return r == '@' || r == '\uff20' || r == '\ufe6b' }

// domains maps domains as UTS 46 does for lookup, without transitional processing: ß stays, because
// straße.de and strasse.de are registered apart. Unlike a resolver, it accepts every ASCII
// character and any hyphens, which occur in the domains of internal mail servers.
var domains = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false), idna.CheckHyphens(false))

// lookupDomain returns the domain that follows the @ at the start of text, in Unicode and without
// the dot of the root.
func lookupDomain(text string) string {
	domain := strings.TrimSpace(strings.TrimLeftFunc(text, isAt))
	mapped, err := domains.ToUnicode(domain)
	if err != nil { // it can only be compared, perhaps after its upper case letters are replaced
		domain = Name(domain)
		if mapped, err = domains.ToUnicode(domain); err != nil {
			mapped = domain
		}
	}
	return strings.TrimSpace(strings.TrimRightFunc(Visible(mapped), func(r rune) bool { return r == '.' || unicode.IsSpace(r) }))
}
