package importfile

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/login"
	"contactgraph/ent/property"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/interchange"
	"contactgraph/internal/revision"

	"github.com/nyaruka/phonenumbers"
)

// The orders of day, month and year.
const (
	orderDMY = "dmy"
	orderMDY = "mdy"
	orderYMD = "ymd"
)

const reasonScientific = "A spreadsheet has written the number in scientific notation, which has lost digits: format the column as text."

// scientific is a number as spreadsheets show it if it has too many digits.
var scientific = regexp.MustCompile(`^\+?\d([.,]\d+)?[eE]\+?\d{1,2}$`)

func isScientific(text string) bool { return scientific.MatchString(text) }

// setName splits a full name, unless other columns have the first or the last name, or the name is
// that of the company.
func setName(a *assignment) string {
	first, last := a.record.Set[field.FirstName], a.record.Set[field.LastName]
	text, company := a.joined(" "), a.record.Company
	if text != "" && first == nil && last == nil && (company == nil || company.Name != text) {
		first, last := splitName(text)
		if first != "" {
			a.patch(field.FirstName, first)
		}
		if last != "" {
			a.patch(field.LastName, last)
		}
	}
	return ""
}

// particles are words before the last word of a name that belong to the last name.
var particles = []string{
	"von", "van", "vom", "zu", "zum", "zur", "de", "der", "den", "del", "della", "di", "da", "dos", "du", "la", "le", "ten", "ter", "bin", "ibn", "al", "el", "af", "av",
}

// splitName splits "First Last" and "Last, First". A single word is a first name.
func splitName(text string) (first, last string) {
	if last, first, ok := strings.Cut(text, ","); ok {
		return strings.TrimSpace(first), strings.TrimSpace(last)
	}
	words := strings.Fields(text)
	n := len(words) - 1
	if n < 1 {
		return text, ""
	}
	for n > 1 && slices.Contains(particles, strings.ToLower(words[n-1])) {
		n--
	}
	return strings.Join(words[:n], " "), strings.Join(words[n:], " ")
}

// setPhone sets the phone number, and its country code if it has one.
func setPhone(a *assignment) string {
	text := a.first()
	switch {
	case text == "" && a.clear:
		a.patch(field.Phone, nil)
		return ""
	case text == "":
		return ""
	case isScientific(text):
		return reasonScientific
	}
	code := a.record.Set[field.PhoneCountryCode]
	if code == nil && !a.rule.Keep {
		if own, rest := splitPhone(text); own != "" {
			a.patch(field.PhoneCountryCode, own)
			text = rest
		} else if country := a.builder.mapping.Country; country != "" {
			a.patch(field.PhoneCountryCode, strconv.Itoa(phonenumbers.GetCountryCodeForRegion(country)))
		}
	}
	a.patch(field.Phone, text)
	return ""
}

// splitPhone splits a number that begins with + or 00 into its country code and the rest. code is
// "" if it has none.
func splitPhone(text string) (code, rest string) {
	digits, ok := strings.CutPrefix(text, "+")
	if !ok {
		if digits, ok = strings.CutPrefix(text, "00"); !ok {
			return "", text
		}
	}
	n, err := phonenumbers.Parse("+"+digits, "ZZ")
	if err != nil {
		return "", text
	}
	code = strconv.Itoa(int(n.GetCountryCode()))
	rest, ok = strings.CutPrefix(strings.TrimLeft(digits, " ("), code)
	if !ok {
		return "", text // such as +4 9 …
	}
	return code, strings.TrimLeft(rest, " )-./")
}

// setLogins adds logins. The description of a value is the type.
func setLogins(a *assignment) string {
	logins := interchangeList(&a.record.Logins, a)
	if logins == nil {
		return ""
	}
	for _, v := range a.values {
		l := field.Login{Name: v.text, Kind: login.KindBlank}
		switch {
		case v.description != nil:
			l.Kind = login.Kind(strings.ToUpper(strings.TrimSpace(*v.description)))
			if l.Kind == "" {
				l.Kind = login.KindBlank
			}
			if login.KindValidator(l.Kind) != nil {
				return fmt.Sprintf("%q is no type of a login.", *v.description)
			}
		case strings.Contains(v.text, "@"):
			l.Kind = login.KindEmail
		}
		same := func(other field.Login) bool { return other.Key() == l.Key() }
		if !slices.ContainsFunc(*logins, same) {
			*logins = append(*logins, l)
		}
	}
	return ""
}

// setProperty sets the values of a property, in the form that its type has.
func setProperty(a *assignment, p *ent.Property) string {
	if len(a.values) == 0 && !a.clear {
		return ""
	}
	values := a.values
	if len(values) > 1 && (!p.Multiple || a.rule.Join != "") {
		values = []value{{text: a.joined(", ")}}
	}
	out := interchange.Property{Name: a.builder.keys[p.ID]}
	for _, v := range values {
		text, reason := propertyValue(p, v.text, a.rule.Date)
		if reason != "" {
			return reason
		}
		out.Values = append(out.Values, field.Value{Value: text, Description: v.description})
	}
	a.record.Properties = append(a.record.Properties, out)
	return ""
}

// propertyValue returns a text as a value of the property's type. What cannot be converted is left
// to the check of values.
func propertyValue(p *ent.Property, text, order string) (value, reason string) {
	switch p.Kind {
	case property.KindDate:
		t, reason := parseTime(text, order)
		return t.Format(time.DateOnly), reason
	case property.KindDateTime:
		t, reason := parseTime(text, order)
		return revision.FormatTime(t), reason
	case property.KindNumber:
		if strings.Count(text, ",") == 1 && !strings.Contains(text, ".") {
			return strings.Replace(text, ",", ".", 1), ""
		}
	case property.KindChoice:
		if i := slices.IndexFunc(p.Choices, func(choice string) bool { return strings.EqualFold(choice, text) }); i >= 0 {
			return p.Choices[i], ""
		}
	}
	return text, ""
}

// booleans are the words for true and false in the files of other programs.
var booleans = map[string]bool{
	"true": true, "1": true, "yes": true, "y": true, "t": true, "on": true, "x": true, "ja": true, "wahr": true, "oui": true, "vrai": true,
	"si": true, "sí": true, "unsubscribed": true, "cleaned": true, "opted out": true,
	"false": false, "0": false, "no": false, "n": false, "f": false, "off": false, "nein": false, "falsch": false, "non": false, "faux": false,
	"subscribed": false, "opted in": false,
}

func parseBool(text string) (value, ok bool) {
	value, ok = booleans[strings.ToLower(text)]
	return value, ok
}
