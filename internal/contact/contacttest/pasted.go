package contacttest

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"contactgraph/ent"
	"contactgraph/internal/normalize"

	"golang.org/x/net/idna"
	"golang.org/x/text/width"
)

// Pasted returns what people type or paste to find a contact, which was read with its company: what
// a page, a mail, a signature or the display of a phone shows of it.
func Pasted(c *ent.Contact) []string {
	first, last, email := text(c.FirstName), text(c.LastName), text(c.Email)
	name := strings.TrimSpace(first + " " + last)
	id := strconv.Itoa(c.ID)
	forms := []string{id, "#" + id, "ID: " + id}
	forms = append(forms, pastedName(first, last)...)
	if c.Edges.Company != nil {
		forms = append(forms, c.Edges.Company.Name, name+" "+c.Edges.Company.Name, c.Edges.Company.Name+", "+last)
	}
	if email != "" {
		forms = append(forms, pastedEmail(name, email)...)
	}
	phones := pastedPhone(text(c.PhoneCountryCode), text(c.Phone))
	forms = append(forms, phones...)
	if len(phones) > 0 {
		forms = append(forms, name+", "+phones[0], name+"\n"+phones[0]+"\n"+email, name+" <"+email+"> Tel: "+phones[0])
	}
	forms = slices.DeleteFunc(forms, func(form string) bool { return strings.Trim(form, " ,-") == "" })
	var odd []string
	for _, form := range forms {
		if runes := []rune(form); len(runes) > 0 {
			odd = append(odd, "\ufeff"+string(runes[:len(runes)/2])+"\u00ad\u200b"+string(runes[len(runes)/2:])+"\u2069")
		}
		if form != email && !strings.ContainsAny(form, "<@:") {
			odd = append(odd, width.Widen.String(form))
		}
	}
	return append(forms, odd...)
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// transliterated writes German and Nordic letters as two, and otherwise.
var transliterated = []*strings.Replacer{
	strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "å", "aa", "ø", "oe", "æ", "ae", "ß", "ss", "Ä", "Ae", "Ö", "Oe", "Ü", "Ue", "Å", "Aa", "Ø", "Oe", "Æ", "Ae"),
	strings.NewReplacer("ö", "ø", "Ö", "Ø"), strings.NewReplacer("ø", "ö", "Ø", "Ö"), strings.NewReplacer("ä", "æ", "Ä", "Æ", "ö", "oe"), strings.NewReplacer("æ", "ä", "ø", "oe"),
	strings.NewReplacer("ue", "ü", "oe", "ö", "ae", "ä", "Aa", "Å", "ss", "ß"),
}

// pastedName returns a name in both orders and in other spellings.
func pastedName(first, last string) (forms []string) {
	for _, name := range []string{first, last, first + " " + last, last + " " + first, last + ", " + first} {
		forms = append(forms, name, strings.ToUpper(name), normalize.Fold(name), strings.NewReplacer("-", " ", "'", " ", "’", " ").Replace(name),
			strings.NewReplacer("-", "", "'", "", "’", "").Replace(name), strings.NewReplacer("'", "’", "’", "'", " ", "-").Replace(name))
	}
	for _, r := range transliterated {
		forms = append(forms, r.Replace(first), r.Replace(last), r.Replace(first+" "+last))
	}
	if strings.ContainsFunc(first+last, func(r rune) bool { return r >= 0x2e80 && r < 0xfb00 }) {
		forms = append(forms, first+last, last+first)
	}
	return forms
}

// pastedEmail returns an address as mail programs and pages show it.
func pastedEmail(name, email string) []string {
	forms := []string{
		email, strings.ToUpper(email), name + " <" + email + ">", `"` + name + `" <` + email + ">", "<" + email + ">", name + " (" + email + ")", "Email: " + email, email + ",",
		"mailto:" + email, "mailto:" + strings.ReplaceAll(url.QueryEscape(email), "%40", "@") + "?subject=Your%20order&body=" + url.QueryEscape(name),
	}
	if local, domain, ok := strings.Cut(email, "@"); ok {
		forms = append(forms, "@"+domain)
		if ascii, err := idna.ToASCII(domain); err == nil {
			forms = append(forms, local+"@"+ascii)
		}
		if letters, err := idna.ToUnicode(domain); err == nil {
			forms = append(forms, local+"@"+letters)
		}
	}
	return forms
}

// pastedPhone returns a phone number as the console shows it, first, and as it is stored and
// dialed.
func pastedPhone(code, phone string) (forms []string) {
	if phone == "" {
		return nil
	}
	shown := phone
	if code != "" {
		shown = "+" + strings.TrimPrefix(code, "+") + " " + phone
	}
	forms = append(forms, shown, phone)
	e164 := normalize.Phone("", code, phone)
	number, _, _ := strings.Cut(e164, ";")
	if strings.HasPrefix(number, "+") {
		forms = append(forms, e164, "00"+number[1:], "tel:"+e164, number[1:], "tel:"+number[:3]+"-"+number[3:])
		if national, ok := strings.CutPrefix(number, "+"+code); ok && code != "" && strings.HasPrefix(phone, "0") {
			forms = append(forms, "+"+code+" (0)"+national, "00"+code+"(0)"+national, "0"+strings.TrimPrefix(national, "0"), "+"+code+"-0-"+national)
		}
	}
	for n := 4; n <= len(number)-3; n++ {
		forms = append(forms, number[len(number)-n:])
	}
	return forms
}
