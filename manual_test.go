package main

import (
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"contactgraph/internal/weborigin"
	"contactgraph/web"
)

// TestManualMatchesCode looks for the limits and costs, which the page has from the code only, and
// for the headers in the document.
func TestManualMatchesCode(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	web.New((&state{}).settings, manual(requestLimits{})).Page(w, web.GraphQLAPI)
	page := w.Body.String()
	for _, want := range []string{"<td>Items in one mutation of several contacts</td><td class=\"manual-most\">100</td>", ">1,000<", ">256 KiB<", ">10 seconds<", "<code>Contact.lastChanges</code>"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is not on the page", want)
		}
	}
	text, err := os.ReadFile("docs/other-origins.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, headers := range [][]string{weborigin.SentHeaders(), weborigin.ReadHeaders()} {
		list := "`" + strings.Join(headers, "`, `") + "`."
		if !strings.Contains(strings.Join(strings.Fields(string(text)), " "), ": "+list) {
			t.Errorf("docs/other-origins.md does not list %s", list)
		}
	}
}

func TestNumbersInWords(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{7: "7", 1000: "1,000", 50_000: "50,000", 1_000_000: "1,000,000"} {
		if got := number(n); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
	for d, want := range map[time.Duration]string{24 * time.Hour: "24 hours", 10 * time.Second: "10 seconds", 500 * time.Millisecond: "500ms", time.Hour: "1h0m0s"} {
		if got := inWords(d); got != want {
			t.Errorf("%s is %s, want %s", d, got, want)
		}
	}
}
