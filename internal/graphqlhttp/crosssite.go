package graphqlhttp

import (
	"net/http"
	"net/url"
	"strings"
)

// forged tells whether a page of another origin may have sent the request
// without its browser asking this server first. A browser asks, by a preflight,
// before it sends a header that pages do not send by themselves, so such a
// header proves the request: either of the two that Apollo's clients send. The
// server answers no preflight with leave.
//
// Only GET needs the proof. A POST is read as application/json or not at all,
// and that type has a preflight of its own.
func forged(r *http.Request) bool {
	return r.Method == http.MethodGet && foreign(r) &&
		r.Header.Get("Apollo-Require-Preflight") == "" &&
		r.Header.Get("X-Apollo-Operation-Name") == ""
}

// foreign tells whether a browser says that the request comes from another
// origin. Programs say neither way and pass. So does a browser that is too old
// for Sec-Fetch-Site and sends no Origin; what it gets by that is the run of a
// query, whose answer the page cannot read.
func foreign(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "none": // none: the address bar, a bookmark
		return false
	case "":
		origin := r.Header.Get("Origin")
		if origin == "" {
			return false
		}
		u, err := url.Parse(origin)
		return err != nil || !strings.EqualFold(u.Host, r.Host)
	}
	return true
}
