package main

import (
	"net/http/httptest"
	"strings"
	"testing"

	"contactgraph/graph"
	"contactgraph/web"
)

// TestManualHasWhatTheCodeHas looks for limits and codes on the page, which stand there nowhere else.
func TestManualHasWhatTheCodeHas(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	web.New((&state{}).settings, manual()).Page(w, web.Manual)
	page := w.Body.String()
	for _, want := range []string{"<td>Updates in one updateContacts</td><td class=\"manual-most\">100</td>", ">1,000<", ">256 KiB<", ">10 seconds<", "for 24 hours a repeat"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is not on the page", want)
		}
	}
	for _, c := range append(graph.Codes(), graph.PayloadCodes()...) {
		if !strings.Contains(page, "<code>"+c.Name+"</code>") {
			t.Errorf("the code %s is not on the page", c.Name)
		}
	}
}
