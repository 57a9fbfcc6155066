package normalize_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"contactgraph/internal/normalize"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "record the forms of a new version")

// samples are texts of all kinds, of which every form is recorded.
var samples = struct{ texts, phones []string }{
	texts: []string{
		"", " ", "Ann", "ANN  Ärlig", "Straße", "Ǆ", "I\u0307stanbul", "ꭰ", "o\u0301 o\u0327", "ann\u200b", "\ufeffann", "ᾼ\u0345", "Øre Łódź", "李 小龙",
		"Ann@Example.com", "ann+tag@example.com", "ann@example.com.", "ann@EXAMPLE\uff0ecom", "ann\uff20example.com", "ann@bücher.de",
		"ann@xn--bcher-kva.de", "ann@straße.de", "no address", "a@b@c.se", "@example.com", "Äpfel@localhost", "x.y-z_1@sub.example.co.uk",
	},
	phones: []string{
		"", "n/a", "-", "000", "070-174 99 41", "0701749941", "+46 (0)70-174 99 41", "0046701749941", "tel:+46-70-1749941", "(202) 555-0143",
		"1-800-FLOWERS", "+12025550143 x22", "+12025550143;ext=22", "+1 202 555 0143, 22", "１２３４５６７", "+52 1 55 1234 5678", "06 1234 5678",
		"8 701 555 0143", "112", "12 34", "office 070-174 99 41", "+46",
	},
}

// forms returns the forms of the samples.
func forms() map[string]string {
	all := map[string]string{}
	for _, s := range samples.texts {
		all["name of "+s], all["email of "+s], all["order of "+s] = normalize.Name(s), normalize.Email(s), normalize.Order(s, "Ann")
		all["words of the name "+s], all["words of the email "+s] = strings.Join(normalize.NameWords(s), " "), strings.Join(normalize.EmailWords(s), " ")
		all["spellings of the name "+s], all["spellings of the email "+s] = strings.Join(normalize.NameSpellings(s), " "), strings.Join(normalize.EmailSpellings(s), " ")
	}
	for _, s := range samples.phones {
		for _, code := range []string{"", "46", "+1"} {
			in := fmt.Sprintf("phone %s with code %s", s, code)
			all["words of the "+in] = strings.Join(normalize.PhoneWords(code, s), " ")
			all["spellings of the "+in] = strings.Join(normalize.PhoneSpellings(code, s), " ")
			for _, country := range []string{"", "SE", "US"} {
				all[in+" in "+country] = normalize.Phone(country, code, s)
			}
		}
	}
	return all
}

// TestFormsHaveTheirVersion fails if a form changes without a new FormsVersion: then the stored
// forms of existing databases would not be computed again.
func TestFormsHaveTheirVersion(t *testing.T) {
	t.Parallel()
	file := filepath.Join("testdata", "forms", fmt.Sprint(normalize.FormsVersion, ".json"))
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) && *update {
		if text, err = json.MarshalIndent(forms(), "", "\t"); err == nil {
			err = os.WriteFile(file, append(text, '\n'), 0o600)
		}
	}
	if err != nil {
		t.Fatalf("%v: record the forms of a new version with go test ./internal/normalize -run FormsHaveTheirVersion -update", err)
	}
	var recorded map[string]string
	if err := json.Unmarshal(text, &recorded); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(recorded, forms()); diff != "" {
		t.Errorf("forms differ from those of version %d: raise FormsVersion; if that version has not been released, delete %s instead; "+
			"then run this test with -update (-recorded +now)\n%s", normalize.FormsVersion, file, diff)
	}
}
