package interchange_test

import (
	"strings"
	"testing"
	"time"

	"contactgraph/internal/contact/field"
	"contactgraph/internal/interchange"
)

// cardOf returns the lines of the card of a contact, without those that every card has.
func cardOf(t *testing.T, r *interchange.Record) []string {
	t.Helper()
	var b strings.Builder
	if err := interchange.NewCardWriter(&b).Write(r); err != nil {
		t.Fatal(err)
	}
	card, start := strings.CutPrefix(b.String(), "BEGIN:VCARD\r\nVERSION:4.0\r\n")
	card, end := strings.CutSuffix(card, "\r\nEND:VCARD\r\n")
	if !start || !end {
		t.Fatalf("no card: %q", b.String())
	}
	return strings.Split(card, "\r\n")
}

func TestCards(t *testing.T) {
	t.Parallel()
	value := func(key, text string) interchange.Property {
		return interchange.Property{Name: key, Values: []field.Value{{Value: text}}}
	}
	for _, tt := range []struct {
		name string
		r    interchange.Record
		want string
	}{
		{"nothing", interchange.Record{}, "FN:"},
		{
			"names", interchange.Record{Set: field.Patch{field.FirstName: "Nora, Ida", field.LastName: "Vogel;\\"}},
			`FN:Nora\, Ida Vogel\;\\|N:Vogel\;\\;Nora\, Ida;;;`,
		},
		{"a first name", interchange.Record{Set: field.Patch{field.FirstName: " Nora ", field.LastName: nil}}, "FN:Nora|N:;Nora;;;"},
		{"a company", interchange.Record{Company: &interchange.Reference{ID: 1, Name: "A; B"}}, `FN:A\; B|ORG:A\; B`},
		{"no company", interchange.Record{Company: &interchange.Reference{}}, "FN:"},
		{"a phone number without its country", interchange.Record{Set: field.Patch{field.Phone: "+46 70"}}, "FN:|TEL:+46 70"},
		{"a phone number", interchange.Record{Set: field.Patch{field.Phone: "70", field.PhoneCountryCode: "+46"}}, "FN:|TEL:+46 70"},
		{"a country", interchange.Record{Set: field.Patch{field.PhoneCountryCode: "46"}}, "FN:"},
		{"segments", interchange.Record{Segments: &[]interchange.Reference{{Name: "A, B"}, {Name: "C"}}}, `FN:|CATEGORIES:A\, B,C`},
		{"no segments", interchange.Record{Segments: &[]interchange.Reference{}}, "FN:"},
		{
			"properties", interchange.Record{Properties: []interchange.Property{
				value("Birthday", "1990-12-31"), value("dateOfBirth", "soon"), value("Job title", "Cook"), value("Notes", "a\r\nb\x01"), value("Schuhgröße", "41"), value("tags", ""),
			}},
			`FN:|BDAY:19901231|X-DATEOFBIRTH:soon|TITLE:Cook|NOTE:a\nb |X-SCHUHGR--E:41`,
		},
		{
			"a number and times", interchange.Record{ContactID: 7, RegisteredAt: time.Unix(1, 0), LastModified: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)},
			"FN:|UID:urn:uuid:b133b6c6-fb9b-54a1-809c-1cc87c8ae719|REV:20260301T120000Z",
		},
		{"a number", interchange.Record{ContactID: 7}, "FN:"},
		{
			"a long text", interchange.Record{Set: field.Patch{field.Email: strings.Repeat("é", 70)}},
			"FN:|EMAIL:" + strings.Repeat("é", 34) + "| " + strings.Repeat("é", 36),
		},
	} {
		if got := strings.Join(cardOf(t, &tt.r), "|"); got != tt.want {
			t.Errorf("%s\ngot  %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

// TestUIDsOfCards: the UID of a contact is always the same, and that of any other contact is
// another.
func TestUIDsOfCards(t *testing.T) {
	t.Parallel()
	uid := func(id int, registered int64) string {
		lines := cardOf(t, &interchange.Record{ContactID: id, RegisteredAt: time.UnixMicro(registered)})
		return lines[1]
	}
	first := uid(7, 1)
	if again := uid(7, 1); again != first {
		t.Errorf("%s and %s", first, again)
	}
	if other, elsewhere := uid(8, 1), uid(7, 2); other == first || elsewhere == first {
		t.Errorf("%s, %s and %s", first, other, elsewhere)
	}
}
