package main

import (
	"net/http/httptest"
	"strings"
	"testing"

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
