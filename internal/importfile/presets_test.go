package importfile_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"contactgraph/internal/importfile"
	"contactgraph/internal/interchange"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write what the files in testdata/presets are read as")

// presetOf has the preset that each file is recognized as. The files have the headers that the
// documentation of the programs shows, and people who do not exist.
var presetOf = map[string]string{
	"google.csv": "google", "google-2023.csv": "google", "outlook.csv": "outlook", "hubspot.csv": "hubspot",
	"salesforce.csv": "salesforce", "salesforce-report.csv": "salesforce",
	"mailchimp.csv": "mailchimp", "mailchimp-unsubscribed.csv": "mailchimp",
	"apple.vcf": "apple", "android.vcf": "android", "vcard4.vcf": "vcard",
	"contacts-api.json": "contacts-api", "iservice.json": "iservice",
}

// TestFilesOfOtherPrograms compares each file of another program, read without any option, with the
// lines of the file of the same name that ends in .want: the columns with values that become
// nothing, and each contact in the form of exports.
func TestFilesOfOtherPrograms(t *testing.T) {
	t.Parallel()
	for name, preset := range presetOf {
		text, err := os.ReadFile(filepath.Join("testdata/presets", name))
		if err != nil {
			t.Fatal(err)
		}
		f, rows := read(t, string(text), importfile.Options{})
		if got := f.Info().Preset; got != preset {
			t.Errorf("%s: recognized as %q, want %q", name, got, preset)
		}
		unused, err := json.Marshal(f.Unused())
		if err != nil {
			t.Fatal(err)
		}
		got := string(unused) + "\n"
		for _, row := range rows {
			for _, e := range row.Errors {
				t.Errorf("%s, line %d: %v", name, row.Line, e)
			}
			got += string(interchange.AppendLine(nil, &row.Record)) + "\n"
		}
		golden := filepath.Join("testdata/presets", name+".want")
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
