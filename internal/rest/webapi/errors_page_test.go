package webapi

import (
	"fmt"
	"os"
	"regexp"
	"testing"

	"contactgraph/internal/usererror"
)

// TestErrorsPageHasTheStatuses compares the statuses of docs/errors.md with those of the Contacts
// API. A code that it never reports has none there.
func TestErrorsPageHasTheStatuses(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../../docs/errors.md")
	if err != nil {
		t.Fatal(err)
	}
	want := map[usererror.Code]string{}
	for _, row := range statusByCode {
		want[row.code] = fmt.Sprint(row.status)
	}
	compared := 0
	for _, row := range regexp.MustCompile("(?m)^\\| `([A-Z_]+)` \\| (\\d+|–) \\| \\D").FindAllStringSubmatch(string(text), -1) {
		status, ok := want[usererror.Code(row[1])]
		if !ok {
			status = "–"
		}
		if row[2] != status {
			t.Errorf("%s has the status %s, but %s on the page", row[1], status, row[2])
		}
		compared++
	}
	if compared < len(want) {
		t.Errorf("the page has %d codes, want %d at least", compared, len(want))
	}
}
