package importfile_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"contactgraph/ent"
	"contactgraph/ent/property"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/importfile"
	"contactgraph/internal/interchange"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// compare compares records; absent and empty patches are the same.
var compare = []cmp.Option{
	cmpopts.EquateEmpty(),
	cmp.Transformer("paths", func(p field.Patch) map[string]any {
		byPath := map[string]any{}
		for f, v := range p {
			byPath[f.Path] = v
		}
		return byPath
	}),
}

// catalog has properties of some types.
var catalog = importfile.Catalog{Properties: []*ent.Property{
	{ID: 1, Name: "First Name", Kind: property.KindText, Bound: new(property.BoundFirstName)},
	{ID: 7, Name: "Birthday", APIName: new("birthday"), Kind: property.KindDate},
	{ID: 8, Name: "Interests", Kind: property.KindText, Multiple: true},
	{ID: 10, Name: "Job title", Kind: property.KindText},
	{ID: 9, Name: "Gender", Kind: property.KindChoice, Choices: []string{"female", "male"}},
}}

// read reads a file with the guessed mapping.
func read(t *testing.T, text string, o importfile.Options) (*importfile.File, []importfile.Row) {
	t.Helper()
	f, err := importfile.Open(strings.NewReader(text), o)
	if err != nil {
		t.Fatal(err)
	}
	m, err := f.Guess(catalog, "")
	if err == nil {
		err = f.SetMapping(m, catalog)
	}
	if err != nil {
		t.Fatal(err)
	}
	return f, rest(t, f)
}

// rest reads the rest of the rows.
func rest(t *testing.T, f *importfile.File) (rows []importfile.Row) {
	t.Helper()
	for {
		row, err := f.Next()
		if errors.Is(err, io.EOF) {
			return rows
		}
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
}

func TestFormsOfCSV(t *testing.T) {
	t.Parallel()
	nora := interchange.Record{Set: field.Patch{
		field.FirstName: "Nora", field.LastName: "Vögel", field.Email: "nora@example.com", field.PhoneCountryCode: "49", field.Phone: "170 1234567",
	}}
	const comma = "First name,Last name,Email,Phone\nNora,Vögel,nora@example.com,+49 170 1234567\n"
	for name, text := range map[string]string{
		"commas":                  comma,
		"no last line break":      strings.TrimRight(comma, "\n"),
		"carriage returns":        strings.ReplaceAll(comma, "\n", "\r\n"),
		"semicolons":              strings.ReplaceAll(comma, ",", ";"),
		"tabs":                    strings.ReplaceAll(comma, ",", "\t"),
		"a line for Excel":        "sep=|\r\n" + strings.ReplaceAll(comma, ",", "|"),
		"a byte order mark":       "\uFEFF" + comma,
		"the mark, and Excel":     "\uFEFFsep=;\n" + strings.ReplaceAll(comma, ",", ";"),
		"quotation marks":         "\"First name\",\"Last name\",\"Email\",\"Phone\"\n\"Nora\",\"Vögel\",\"nora@example.com\",\"+49 170 1234567\"\n",
		"formulas as texts":       "First name,Last name,Email,Phone\nNora,Vögel,nora@example.com,=\"+49 170 1234567\"\n",
		"empty columns":           "First name,Last name,Email,Phone,,\nNora,Vögel,nora@example.com,+49 170 1234567,,,,\n",
		"German names of columns": "Vorname;Nachname;E-Mail;Handy\nNora;Vögel;nora@example.com;+49 170 1234567\n",
		"a full name":             "Name,Email,Phone\nNora Vögel,nora@example.com,0049 170 1234567\n",
		"names of targets":        "firstName,lastName,email,phoneCountryCode,phone\nNora,Vögel,nora@example.com,49,170 1234567\n",
		"blank lines":             "\n\n" + comma + "\n\n",
	} {
		_, rows := read(t, text, importfile.Options{})
		if len(rows) != 1 || len(rows[0].Errors) > 0 {
			t.Errorf("%s: got %+v, want one row without errors", name, rows)
			continue
		}
		if diff := cmp.Diff(nora, rows[0].Record, compare...); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
