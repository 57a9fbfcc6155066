package importfile_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"contactgraph/ent"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/importfile"
	"contactgraph/internal/interchange"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// cardText generates texts without spaces around them, and with what vCards escape or fold.
func cardText() *rapid.Generator[string] {
	special := rapid.SampledFrom([]string{`\`, ",", ";", ":", "\n", `\n`, `"`, "Å", "日本", "x\ty", "=", "END:VCARD", strings.Repeat("é", 80)})
	part := rapid.OneOf(special, rapid.StringMatching(`[a-zåäö0-9]{1,12}`))
	return rapid.Map(rapid.SliceOfN(part, 1, 4), func(parts []string) string { return "a" + strings.Join(parts, " ") + "z" })
}

// TestCardsOfExports: cards that an export has written are read as the contacts were.
func TestCardsOfExports(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		given, family, company := cardText().Draw(t, "given"), cardText().Draw(t, "family"), cardText().Draw(t, "company")
		var segments []interchange.Reference
		for _, name := range rapid.SliceOfNDistinct(cardText(), 1, 3, rapid.ID).Draw(t, "segments") {
			segments = append(segments, interchange.Reference{Name: name})
		}
		card, note := cardText().Draw(t, "card"), cardText().Draw(t, "note")
		written := &interchange.Record{
			ContactID: 7, RegisteredAt: time.Unix(1, 0), LastModified: time.Unix(2, 0),
			Set: field.Patch{
				field.FirstName: given, field.LastName: family, field.Email: "a@example.com",
				field.PhoneCountryCode: "46", field.Phone: "70 174 06 05",
			},
			Company: &interchange.Reference{ID: 3, Name: company}, Segments: &segments,
			Properties: []interchange.Property{{Name: "Loyalty card", Values: []field.Value{{Value: card}}}, {Name: "Notes", Values: []field.Value{{Value: note}}}},
		}
		var file bytes.Buffer
		w, err := interchange.NewWriter(&file, interchange.VCard, &interchange.Header{})
		if err == nil {
			err = w.Write(written)
		}
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(file.String(), "\r\n") {
			if len(line) > 75 {
				t.Fatalf("the line %q is not folded", line)
			}
		}
		got, rows := readCards(t, file.String(), importfile.Catalog{Properties: []*ent.Property{{ID: 1, Name: "Loyalty card"}, {ID: 2, Name: "Notes"}}})
		if len(rows) != 1 || len(rows[0].Errors) > 0 || len(got.Unused()) > 0 { // nothing is lost
			t.Fatalf("%v, unused %v\n%s", rows, got.Unused(), file.String())
		}
		r := rows[0].Record
		for f, want := range map[*field.Field]string{field.FirstName: given, field.LastName: family, field.Email: "a@example.com", field.PhoneCountryCode: "46"} {
			if r.Set[f] != want {
				t.Fatalf("%s is %q, want %q\n%s", f.Path, r.Set[f], want, file.String())
			}
		}
		if r.Company == nil || r.Company.Name != company {
			t.Fatalf("the company is %v, want %q\n%s", r.Company, company, file.String())
		}
		if diff := cmp.Diff(&segments, r.Segments); diff != "" {
			t.Fatalf("segments (-written +read)\n%s", diff)
		}
		if diff := cmp.Diff(written.Properties, r.Properties); diff != "" {
			t.Fatalf("properties (-written +read)\n%s\n%s", diff, file.String())
		}
	})
}

// readCards reads vCards in an account.
func readCards(t *rapid.T, text string, c importfile.Catalog) (f *importfile.File, rows []importfile.Row) {
	f, err := importfile.Open(strings.NewReader(text), importfile.Options{})
	var m importfile.Mapping
	if err == nil {
		m, err = f.Guess(c, "")
	}
	if err == nil {
		err = f.SetMapping(m, c)
	}
	for err == nil {
		var row importfile.Row
		if row, err = f.Next(); err == nil {
			rows = append(rows, row)
		}
	}
	if !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return f, rows
}
