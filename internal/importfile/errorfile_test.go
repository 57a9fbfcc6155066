package importfile_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"contactgraph/internal/importfile"

	"github.com/google/go-cmp/cmp"
)

// writeErrors writes rows as a file of errors.
func writeErrors(t *testing.T, f *importfile.File, rows []importfile.Row, errs []importfile.Error) string {
	t.Helper()
	var b bytes.Buffer
	w, err := importfile.NewErrorWriter(&b, f)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if err := w.Write(row, errs); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestErrorFileIsReadAsTheFile checks for each format that the rows of a file of errors are those
// of the file, also if they fail again.
func TestErrorFileIsReadAsTheFile(t *testing.T) {
	t.Parallel()
	for name := range presetOf {
		text, err := os.ReadFile(filepath.Join("testdata/presets", name))
		if err != nil {
			t.Fatal(err)
		}
		f, rows := read(t, string(text), importfile.Options{})
		errs := []importfile.Error{{Column: "x", Reason: "The first; \"reason\"."}, {Reason: "The second,\nreason."}}
		for range 2 {
			var again []importfile.Row
			f, again = read(t, writeErrors(t, f, rows, errs), importfile.Options{})
			if len(again) != len(rows) {
				t.Fatalf("%s: %d rows of %d", name, len(again), len(rows))
			}
			for i := range rows {
				if diff := cmp.Diff(rows[i].Record, again[i].Record, compare...); diff != "" || len(again[i].Errors) > 0 {
					t.Errorf("%s (-want +got):\n%s%v", name, diff, again[i].Errors)
				}
			}
			rows = again
		}
	}
}

func TestErrorFile(t *testing.T) {
	t.Parallel()
	errs := []importfile.Error{{Column: "Phone", Value: "x", Reason: "No number."}}
	for text, want := range map[string]string{
		"Name;Phone\r\n\"Vogel; Nora\";x;\n":                          "\uFEFFimportError;importErrorColumn;Name;Phone\nNo number.;Phone;\"Vogel; Nora\";x;\"\"\n",
		"Name,Phone\nNora\"a,\"b\"c\n":                                "\uFEFFimportError,importErrorColumn,Name,Phone\nNo number.,Phone,\"Nora\"\"a\",\"b\"\"c\"\n",
		`[{"Id": 1, "Phone": [ "x" ]}]`:                               `{"Id":1,"Phone":["x"],"importError":"No number.","importErrorColumn":"Phone"}` + "\n",
		`{"Id": 1, `:                                                  `{"importErrorLine":"{\"Id\": 1,","importError":"No number.","importErrorColumn":"Phone"}` + "\n",
		"BEGIN:VCARD\nFN:Nora\nTEL:x\n y\nPHOTO:AA\n AA\nEND:VCARD\n": "BEGIN:VCARD\r\nFN:Nora\r\nTEL:xy\r\nPHOTO:AA\r\nX-IMPORT-ERROR:No number.\r\nX-IMPORT-ERROR-COLUMN:Phone\r\nEND:VCARD\r\n",
	} {
		f, rows := read(t, text, importfile.Options{})
		if got := writeErrors(t, f, rows, errs); strings.ReplaceAll(got, `;""`, ";") != strings.ReplaceAll(want, `;""`, ";") {
			t.Errorf("%s:\ngot  %q\nwant %q", text, got, want)
		}
	}
}

// TestLinesThatAreNotCorrected checks that the text of a line that was no JSON is not taken for a
// contact.
func TestLinesThatAreNotCorrected(t *testing.T) {
	t.Parallel()
	_, rows := read(t, `{"importErrorLine":"{","importError":"","importErrorColumn":""}`, importfile.Options{})
	if len(rows) != 1 || len(rows[0].Errors) != 1 || rows[0].Errors[0].Reason != "Replace this object by the contact." {
		t.Errorf("got %+v", rows)
	}
}
