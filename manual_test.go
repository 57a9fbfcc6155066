package main

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"contactgraph/graph"
	"contactgraph/graph/apierror"
	"contactgraph/web"
)

// TestManualMatchesCode looks for the limits and codes, which the page has from the code only.
func TestManualMatchesCode(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	web.New((&state{}).settings, manual(requestLimits{})).Page(w, web.Manual)
	page := w.Body.String()
	for _, want := range []string{"<td>Updates in one updateContacts mutation</td><td class=\"manual-most\">100</td>", ">1,000<", ">256 KiB<", ">10 seconds<", "For 24 hours"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is not on the page", want)
		}
	}
	for _, c := range append(apierror.Codes(), graph.PayloadCodes()...) {
		if !strings.Contains(page, "<code>"+c.Name+"</code>") {
			t.Errorf("the code %s is not on the page", c.Name)
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
