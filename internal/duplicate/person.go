package duplicate

import (
	"strings"

	"contactgraph/ent"
	"contactgraph/internal/normalize"
)

// Person is what is compared of a contact, in normal forms.
type Person struct {
	ID          int
	Email       string // without dots and a tag in the part before the @
	Phone       string // the digits with the country code, without an extension
	Extension   string
	ExternalIDs []string
	Names       []string // the words of the name, transliterated
	Company     int
	Postcode    string
}

// PersonOf returns what is compared of a contact, whose external ids have been read.
func PersonOf(c *ent.Contact, postcode string) *Person {
	p := &Person{ID: c.ID, Postcode: normalize.Name(strings.ReplaceAll(postcode, " ", ""))}
	switch {
	case c.EmailKey != nil:
		p.Email = mailbox(*c.EmailKey)
	case c.Email != nil: // another contact has the key
		p.Email = mailbox(normalize.Email(*c.Email))
	}
	if c.PhoneKey != nil {
		p.Phone, p.Extension, _ = strings.Cut(*c.PhoneKey, ";")
	}
	p.Names = normalize.TransliteratedWords(withoutApostrophes.Replace(text(c.FirstName)), withoutApostrophes.Replace(text(c.LastName)))
	if c.CompanyID != nil {
		p.Company = *c.CompanyID
	}
	for _, e := range c.Edges.ExternalIds {
		p.ExternalIDs = append(p.ExternalIDs, e.Value)
	}
	return p
}

// withoutApostrophes makes O'Brien one word.
var withoutApostrophes = strings.NewReplacer("'", "", "’", "", "`", "", "´", "")

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// mailbox returns an email address without the dots and the tag before the @. Some providers ignore
// both, others only the tag: a difference in them is a reason to look, and no proof.
func mailbox(email string) string {
	local, domain, isAddress := strings.Cut(email, "@")
	if !isAddress {
		return ""
	}
	local, _, _ = strings.Cut(local, "+")
	return strings.ReplaceAll(local, ".", "") + "@" + domain
}

// subscriberDigits is how many digits at the end of a phone number are compared if the rest
// differs.
const subscriberDigits = 7

// subscriber returns the last digits of the phone number, "" if it is too short.
func (p *Person) subscriber() string {
	if digits := strings.TrimPrefix(p.Phone, "+"); len(digits) >= subscriberDigits {
		return digits[len(digits)-subscriberDigits:]
	}
	return ""
}

// nicknames maps short forms of first names to the full ones.
var nicknames = map[string]string{}

func init() {
	for _, names := range []string{
		"alexander alex", "andrew andy", "anthony tony", "benjamin ben", "christopher chris", "daniel dan", "david dave", "edward ed ted",
		"eleonora nora", "elizabeth beth liz lizzy", "frederick fred", "friedrich fritz", "gregory greg", "james jim jimmy", "johannes hans",
		"john jack johnny", "joseph joe", "katherine cathy kate katie", "kenneth ken", "margaret maggie meg peggy", "matthew matt",
		"michael mick mike", "nicholas nick", "patricia pat", "peter pete", "richard dick rick", "robert bob bobby rob", "samuel sam",
		"steven steve", "susan sue", "thomas tom tommy", "william bill billy will",
	} {
		full, short, _ := strings.Cut(names, " ")
		for name := range strings.FieldsSeq(short) {
			nicknames[name] = full
		}
	}
}

// canonical returns the full form of a first name.
func canonical(word string) string {
	if full := nicknames[word]; full != "" {
		return full
	}
	return word
}
