package normalize_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"contactgraph/internal/normalize"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

// person is a contact with what it is found by.
type person struct{ first, last, email, code, phone string }

func (p person) words() []string {
	return slices.Concat(
		normalize.NameWords(p.first, p.last), normalize.NameSpellings(p.first, p.last), normalize.EmailWords(p.email), normalize.EmailSpellings(p.email),
		normalize.PhoneWords(p.code, p.phone), normalize.PhoneSpellings(p.code, p.phone),
	)
}

// finds reports whether each word of the query is found by the words.
func finds(words []string, query []normalize.Word) bool {
	return !slices.ContainsFunc(query, func(q normalize.Word) bool { return !q.Finds(words) })
}

func TestQueryFinds(t *testing.T) {
	t.Parallel()
	var (
		swede    = person{"Jean-Luc", "Müller", "jean.luc+news@Post.Example", "46", "070-174 99 41"}
		irish    = person{"Sinéad", "O'Connor", "sinead@post.example", "44", "020 7946 0018"}
		american = person{"Ann", "Smith", "", "1", "(202) 555-0160 x22"}
		vanity   = person{"Flora", "", "", "1", "800-FLOWERS"}
		plain    = person{"Bo", "Ek", "", "", "08-123 45 67"}
		roman    = person{"Gio", "Conda", "", "39", "06 1234 5678"}
		unknown  = person{"Xe", "Na", "", "999", "0123 456"}
		odd      = person{"", "", "", "46", "n/a"}
		tagged   = person{"", "", "", "+46", "070-174 99 42 (work)"}
		domain   = person{"", "", "anna@müller.example", "", ""}
		encoded  = person{"", "", "anna@xn--mller-kva.example", "", ""}
		tanaka   = person{"太郎", "田中", "", "", ""}
		kim      = person{"철수", "김", "", "", ""}
	)
	name := func(last string) person { return person{last: last} }
	tests := []struct {
		who   person
		texts []string
	}{
		{swede, []string{
			"jean.luc+news@post.example", "Jean-Luc Müller <jean.luc+news@post.example>", `"Müller, Jean-Luc" <JEAN.LUC+NEWS@POST.EXAMPLE>`, "<jean.luc+news@post.example>",
			"mailto:jean.luc+news@post.example", "mailto:jean.luc%2Bnews@post.example?subject=Hello%20you", "@post.example", "(jean.luc+news@post.example).",
			"Jean-Luc Müller<jean.luc+news@post.example>", "Email:jean.luc+news@post.example", "E-mail: jean.luc+news@post.example",
			"+46 070-174 99 41", "070-174 99 41", "+46701749941", "0046701749941", "0046 (0)70 174 99 41", "+46 (0)70-174 99 41", "+46(0)701749941", "tel:+46-70-174-99-41",
			"tel://+46701749941", "Tel: 070-174 99 41", "Mobil.: +46 70 174 99 41", "070 174", "70 174 99", "+46 7", "46 70 174", "9941", "17 49 941", "174 99 41", "1749941",
			"０７０ １７４ ９９ ４１", "tel:0701749941;phone-context=+46", "070\u2011174\u00a099 41",
			"Jean-Luc Müller, +46 70 174 99 41", "Jean-Luc Müller, +46 70 174 99 41, jean.luc+news@post.example", "Müller\tJean-Luc\t070-174 99 41",
			"jean luc", "jeanluc", "jean-luc", "Ｊｅａｎ", "luc mül", "mueller", "Mueller, Jeanluc", "muller", "MÜLLER", "je\u200ban-l\u00aduc", "+46\u200e70\u2060 1749941",
		}},
		{swede, []string{
			"Jean-Luc Müller | Phone +46 70 174 99 41 | jean.luc+news@post.example", "+46 70 174 99 41 (mobile)", "Mobile: +46 70 174 99 41 (work)", "Müller, Mobile +46 70 174 99 41",
			"M +46 70 174 99 41", "Jean-Luc Müller, T. +46 70 174 99 41", "Fax 070-174 99 41", "‹jean.luc+news@post.example›", "`jean.luc+news@post.example`", "www.post.example 070-174 99 41",
			"٠٧٠ ١٧٤ ٩٩ ٤١", "070_174_99_41", "070ー174ー99ー41", "9941 mobile",
		}},
		{person{phone: "1-800-FLOWERS"}, []string{"1-800-FLOWERS", "1800FLOWERS", "18003569377", "1-800-356-9377", "+18003569377", "9377", "1-800-flowers"}},
		{person{phone: "202-555-0199,22"}, []string{"202-555-0199,22", "202-555-0199 x22", "202-555-0199 ext. 22", "0199"}},
		{person{phone: "202-555-0177 x22"}, []string{"202-555-0177,22", "202-555-0177 ext 22", "0177", "202-555-0177"}},
		{person{phone: "08-5551233 ankn 44"}, []string{"08-5551233 ankn 44", "1233", "08-5551233 x44"}},
		{person{phone: "０９０ー１２３４ー５６９１"}, []string{"5691", "090-1234-5691", "09012345691", "０９０ー１２３４ー５６９１"}},
		{person{phone: "+٤٦٧٠٥٥٥٦٦٨٨"}, []string{"٦٦٨٨", "6688", "+46705556688"}},
		{person{email: "+٤٦@post.example"}, []string{"+٤٦@post.example", "+٤", "٤٦", "46", "+46"}},
		{person{email: "a@!0~0"}, []string{"a@!0~", "a@!0~0"}},
		{person{email: "0_0@post"}, []string{"0_0", "0_0@"}},
		{person{email: ",0-0a"}, []string{",0-0", "0-0a"}},
		{person{first: "Ward ٤٦–٢"}, []string{"ward ٤", "ward 46", "46-2", "٤٦–٢"}},
		{irish, []string{"OConnor", "O'Connor", "O’Connor", "oʼconnor", "o connor", "O`Connor", "connor sinead", "o'con", "oconn", "020 7946", "+44 (0)20 7946 0018", "0018"}},
		{name("OConnor"), []string{"O'Connor", "O’Connor", "o connor", "oconnor", "o'c"}},
		{name("O’Connor"), []string{"O'Connor", "OConnor", "o connor"}},
		{name("O Connor"), []string{"O'Connor", "OConnor", "o connor"}},
		{person{first: "Jeanluc"}, []string{"jean luc", "jeanluc", "jean-luc", "jean l"}},
		{person{first: "Jean Luc"}, []string{"jean luc", "jeanluc", "jean-luc", "luc"}},
		{person{first: "Jean-Luc-Marie"}, []string{"jeanlucmarie", "jean lucmarie", "jeanluc marie", "jean luc marie"}},
		{person{first: "Jeanlucmarie"}, []string{"jean-luc-marie", "jeanluc marie"}},
		{name("Mueller"), []string{"müller", "Müller", "mu\u0308ller", "MÜLLER"}},
		{name("Sørensen"), []string{"sorensen", "soerensen", "sörensen", "sørensen", "SØRENSEN"}},
		{name("Soerensen"), []string{"sørensen", "sörensen"}},
		{name("Sörensen"), []string{"sørensen", "soerensen"}},
		{name("Åberg"), []string{"aaberg", "aberg", "åberg", "a\u030aberg"}},
		{name("Aaberg"), []string{"åberg"}},
		{name("Ærø"), []string{"aeroe", "äroe", "Ärö", "aero"}},
		{name("Jäger"), []string{"jaeger", "jager", "jæger"}},
		{name("Jæger"), []string{"jaeger", "jäger"}},
		{name("Jaeger"), []string{"jäger", "jæger"}},
		{name("Groß"), []string{"gross", "groß", "GROẞ"}},
		{name("Gross"), []string{"groß"}},
		{american, []string{"202-555-0160 x22", "+1 (202) 555-0160 x22", "202-555-0160 ext. 22", "202-555-0160 extension 22", "tel:+1-202-555-0160;ext=22", "202 555 0160 #22", "12025550160", "0160", "555-0160", "202-555-0160"}},
		{vanity, []string{"1-800-FLOWERS", "+1 800-FLOWERS", "800-flowers", "1-800-356-9377", "flowers", "9377"}},
		{person{phone: "1-800-FLOWERS"}, []string{"1-800-FLOWERS", "1-800-flow"}},
		{plain, []string{"+46 8 123 45 67", "0046 (0)8-123 45 67", "tel:+46-8-1234567", "08-123 45 67", "081234567", "8-123 45 67", "4567", "123 45 67"}},
		{roman, []string{"+39 06 1234 5678", "06 1234 5678", "061234", "5678"}},
		{unknown, []string{"+999 0123 456", "0123 456", "9990123456", "3456"}},
		{odd, []string{"n/a", "+46 n/a"}},
		{tagged, []string{"070-174 99 42 (work)", "+46 070-174 99 42 (work)", "+46701749942"}},
		{domain, []string{"anna@müller.example", "anna@xn--mller-kva.example", "Anna@MÜLLER.example", "@müller.example"}},
		{encoded, []string{"anna@müller.example", "anna@xn--mller-kva.example", "@müller.example", "anna@xn--mll", "anna@mül"}},
		{tanaka, []string{"田中太郎", "太郎田中", "田中 太郎", "太郎　田中", "田中太"}},
		{kim, []string{"김철수", "철수김", "김 철수"}},
		{name("田中太郎"), []string{"田中 太郎", "田中太郎"}},
	}
	for _, tt := range tests {
		for _, text := range tt.texts {
			if !finds(tt.who.words(), normalize.Query(text)) {
				t.Errorf("%+v is not found by %q: it has the words %q, the search asks for %+v", tt.who, text, tt.who.words(), normalize.Query(text))
			}
		}
	}
}

// What people type for one contact does not find others.
func TestQueryDistinguishes(t *testing.T) {
	t.Parallel()
	jean := person{"Jean-Luc", "Müller", "jean.luc@post.example", "46", "070-174 99 41"}
	for _, text := range []string{
		"jean marc", "jean-lucas", "ucm", "molle", "luller", "jean@post.example", "9942", "070-174 99 42", "941", "+9941", "+46 1749941", "1701749941",
		"Jean-Luc Müller, +46 70 174 99 42", "mueler", "070-174 99 41 x3", "-1499", "@post",
	} {
		if found := finds(jean.words(), normalize.Query(text)); found != (text == "@post") {
			t.Errorf("%q finds %+v: %v; it asks for %+v", text, jean, found, normalize.Query(text))
		}
	}
}

func TestQuery(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       []string // the prefixes of each word, and its number
	}{
		{"words", "Anna  SVEN", []string{"[anna] 0", "[annasven sven] 0"}},
		{"letters that can be written as two", "Björn Å", []string{"[bjoern bjorn] 0", "[a bjoernaa bjorna] 0"}},
		{"a number however it is grouped", "46 70-174 06", []string{"[-604710764 0467017406 467017406] 467017406"}},
		{"a number with a country code", "+46 (0)70-174", []string{"[46070174 4670174] 0"}},
		{"a number after 00", "0046 70174", []string{"[-471076400 004670174 4670174] 0"}},
		{"the number of a contact", "#466", []string{"[0466 466] 466"}},
		{"a number that is too large for one", "2147483648", []string{"[-8463847412 02147483648 2147483648] 0"}},
		{"two numbers", "466, 1", []string{"[0466 466] 466", "[01 1] 1"}},
		{"an address is one word", "Anna.S@exam", []string{"[anna.s@exam] 0"}},
		{"the beginning of an address is several", "anna.s", []string{"[anna] 0", "[annas s] 0"}},
		{"words and digits mixed", "a1-b2", []string{"[a1] 0", "[a1b2 b2] 0"}},
		{"doubles", "an An", []string{"[an] 0"}},
		{"a label alone", "tel:", []string{"[tel] 0"}},
		{"no word", " ?! +-", []string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := []string{}
			for _, w := range normalize.Query(tt.text) {
				got = append(got, fmt.Sprint(w.Prefixes, w.Number))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%q (-want +got)\n%s", tt.text, diff)
			}
		})
	}
}

// drawText draws texts in which punctuation, digits and odd letters are frequent.
func drawText() *rapid.Generator[string] {
	return rapid.OneOf(rapid.StringN(0, 20, -1), rapid.StringOfN(rapid.SampledFrom([]rune("aeoxXäÖøåßæ'’-.,;:<>()@ \t\"#+0147éﬁ½田김\u0308\u200bʼ%?")), 0, 20, -1))
}

// fields splits a text at blanks, and at accents that stand alone: Unicode decomposes these to a
// blank and the accent.
func fields(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || strings.HasPrefix(norm.NFKD.String(string(r)), " ")
	})
}

func TestQueryFindsEveryPrefix(t *testing.T) {
	t.Parallel()
	email := rapid.OneOf(rapid.StringMatching(`[A-Za-z0-9._+-]{1,12}@[a-z0-9.-]{1,12}`), drawText())
	phone := rapid.OneOf(rapid.StringMatching(`\+?[0-9 ().-]{0,20}`), rapid.StringMatching(`[0-9 -]{5,12} ?(x|ext\.? ?)?[0-9A-Z]{1,6}`))
	tests := []struct {
		name  string
		text  *rapid.Generator[string]
		words func(text string) []string
		parts func(text string) []string
	}{
		{"of a name", drawText(), func(s string) []string { return person{first: s}.words() }, fields},
		{"of an address", email, func(s string) []string { return person{email: s}.words() }, fields},
		{"of a phone number", phone, func(s string) []string { return person{code: "46", phone: s}.words() }, func(s string) []string { return []string{s} }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				text := norm.NFC.String(tt.text.Draw(t, "text"))
				words := tt.words(text)
				for _, part := range tt.parts(text) {
					for end := range part + " " {
						if utf8.ValidString(part[:end]) && !finds(words, normalize.Query(part[:end])) {
							t.Fatalf("%+v is not found by %q: it has the words %q, the search asks for %+v", text, part[:end], words, normalize.Query(part[:end]))
						}
					}
				}
			})
		})
	}
}

// Whatever a contact has, it is found by it as a whole: as stored, shown, and in a mail.
func TestQueryFindsWhatIsStored(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := person{
			first: drawText().Draw(t, "first"), last: drawText().Draw(t, "last"),
			email: rapid.OneOf(rapid.StringMatching(`[A-Za-z0-9._+-]{1,12}@[a-zü0-9-]{1,12}\.example`), drawText()).Draw(t, "email"),
			code:  rapid.SampledFrom([]string{"", "46", "+46", "0046", "1", "39", "7", "999", "SE"}).Draw(t, "code"),
			phone: rapid.OneOf(rapid.StringMatching(`\+?[0-9 ().-]{0,20}`), rapid.StringMatching(`[0-9]{3}-[0-9]{4,8} ?(x|ext\. |#)[0-9]{1,4}`), drawText()).Draw(t, "phone"),
		}
		texts := []string{p.first, p.last, p.email, p.phone, "+" + strings.TrimPrefix(p.code, "+") + " " + p.phone}
		if strings.HasSuffix(p.email, ".example") && !strings.ContainsAny(p.email, "<>,;:\" \t%?") {
			texts = append(texts, "<"+p.email+">", "mailto:"+p.email+"?subject=Hi", `"Jean" <`+p.email+">")
			p.first += " Jean"
		}
		for _, text := range texts {
			at := rapid.IntRange(0, utf8.RuneCountInString(text)).Draw(t, "place of an invisible character")
			runes := []rune(text)
			if text = string(slices.Insert(runes, at, '\u200b')); !finds(p.words(), normalize.Query(text)) {
				t.Fatalf("%+v is not found by %q: it has the words %q, the search asks for %+v", p, text, p.words(), normalize.Query(text))
			}
		}
	})
}

func TestNameQueryFindsEveryPrefix(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := norm.NFC.String(drawText().Draw(t, "text"))
		words := append(normalize.NameWords(text), normalize.NameSpellings(text)...)
		for end := range text + " " {
			if !finds(words, normalize.NameQuery(text[:end])) {
				t.Fatalf("%q is not found by %q", text, text[:end])
			}
		}
	})
}
