package interchange

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"contactgraph/internal/contact/field"

	"github.com/google/uuid"
)

// CardWriter writes contacts as vCard 4.0 (RFC 6350), a card for each. Cards have what address
// books know: names, the email address, the phone number, the company (ORG), the segments
// (CATEGORIES), the properties, a UID and the time of the last change (REV). go-vcard is not used,
// because it escapes the separators of lists and not those of components, and does not fold lines.
type CardWriter struct {
	w    io.Writer
	card []byte // the current card
}

// NewCardWriter returns a writer of contacts. Files of vCards have no header.
func NewCardWriter(w io.Writer) *CardWriter { return &CardWriter{w: w} }

// Write writes a contact.
func (c *CardWriter) Write(r *Record) error {
	c.card = c.card[:0]
	c.line("BEGIN", "VCARD")
	c.line("VERSION", "4.0")
	c.names(r)
	c.text("EMAIL", textOf(r, field.Email))
	c.text("TEL", phoneOf(r))
	if r.Company != nil {
		c.text("ORG", r.Company.Name)
	}
	c.categories(r)
	for _, p := range r.Properties {
		for _, v := range p.Values {
			c.property(p.Name, v.Value)
		}
	}
	if uid := uidOf(r); uid != "" {
		c.line("UID", uid)
	}
	if !r.LastModified.IsZero() {
		c.line("REV", r.LastModified.UTC().Format("20060102T150405Z"))
	}
	c.line("END", "VCARD")
	_, err := c.w.Write(c.card)
	return err
}

// Flush does nothing: cards are not buffered.
func (*CardWriter) Flush() error { return nil }

// Close does nothing: the file ends with its last card.
func (*CardWriter) Close() error { return nil }

// names writes FN, which each card must have, and N. Without a name, FN is that of the company, as
// address books write the cards of companies, or empty.
func (c *CardWriter) names(r *Record) {
	given, family := cardText(textOf(r, field.FirstName)), cardText(textOf(r, field.LastName))
	full := strings.TrimSpace(given + " " + family)
	if full == "" && r.Company != nil {
		full = cardText(r.Company.Name)
	}
	c.line("FN", full)
	if given != "" || family != "" {
		c.line("N", family+";"+given+";;;")
	}
}

// categories writes the names of the segments.
func (c *CardWriter) categories(r *Record) {
	if r.Segments == nil {
		return
	}
	var names []string
	for _, s := range *r.Segments {
		if name := cardText(s.Name); name != "" {
			names = append(names, name)
		}
	}
	if len(names) > 0 {
		c.line("CATEGORIES", strings.Join(names, ","))
	}
}

// known are the properties that vCards have, by the keys that properties usually have, in lower
// case and without spaces.
var known = map[string]string{
	"jobtitle": "TITLE", "title": "TITLE", "notes": "NOTE", "note": "NOTE", "website": "URL", "url": "URL",
	"birthday": cardBirthday, "dateofbirth": cardBirthday,
}

const cardBirthday = "BDAY"

// isoDate has the parts of a date.
var isoDate = regexp.MustCompile(`^(\d{4})-(\d\d)-(\d\d)$`)

// property writes a value of a property: as what vCards have for it, or else as an extension.
func (c *CardWriter) property(key, value string) {
	name := known[strings.ToLower(strings.ReplaceAll(key, " ", ""))]
	if name == cardBirthday {
		if date := isoDate.FindStringSubmatch(value); date != nil {
			c.line(name, strings.Join(date[1:], ""))
			return
		}
		name = ""
	}
	if name == "" {
		name = extension(key)
	}
	c.text(name, value)
}

// extension returns the name that a property has in cards.
func extension(key string) string {
	return "X-" + strings.Map(func(r rune) rune {
		switch {
		case r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			return unicode.ToUpper(r)
		default:
			return '-'
		}
	}, key)
}

// text writes a property whose value is a text, unless it is empty.
func (c *CardWriter) text(name, value string) {
	if value = cardText(value); value != "" {
		c.line(name, value)
	}
}

// maxCardLine is the longest line in bytes, as RFC 6350 recommends it.
const maxCardLine = 75

// line writes a property, whose value is escaped, in lines that are not too long.
func (c *CardWriter) line(name, value string) {
	text := name + ":" + value
	for room := maxCardLine; len(text) > room; room = maxCardLine - 1 { // next to the space
		end := room
		for !utf8.RuneStart(text[end]) {
			end--
		}
		c.card = append(append(c.card, text[:end]...), "\r\n "...)
		text = text[end:]
	}
	c.card = append(append(c.card, text...), "\r\n"...)
}

var cardEscapes = strings.NewReplacer(`\`, `\\`, ",", `\,`, ";", `\;`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`)

// cardText escapes a text for a value, a component or an element of a list. Control characters,
// which values cannot have, become spaces.
func cardText(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\t' && unicode.IsControl(r) {
			return ' '
		}
		return r
	}, cardEscapes.Replace(strings.TrimSpace(text)))
}

// textOf returns the text of a field, "" for null and if it is absent.
func textOf(r *Record, f *field.Field) string {
	text, _ := r.Set[f].(string)
	return text
}

// phoneOf returns the phone number with its country code.
func phoneOf(r *Record) string {
	phone, code := textOf(r, field.Phone), strings.TrimPrefix(textOf(r, field.PhoneCountryCode), "+")
	if phone == "" || code == "" {
		return phone
	}
	return "+" + code + " " + phone
}

// cardSpace is the namespace of the UIDs.
var cardSpace = uuid.MustParse("6f1c6f0e-0b0a-4f0e-9f57-3c1d1d6a7f52")

// uidOf returns the UID of a contact, by which address books recognize it in a later export. It
// depends on what never changes; contacts of other accounts have other UIDs. It is "" without these
// columns.
func uidOf(r *Record) string {
	if r.ContactID == 0 || r.RegisteredAt.IsZero() {
		return ""
	}
	return uuid.NewSHA1(cardSpace, fmt.Appendf(nil, "%d %d", r.ContactID, r.RegisteredAt.UnixMicro())).URN()
}
