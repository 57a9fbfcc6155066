package graphqlhttp

import (
	"net/http"
	"net/url"
	"strings"
)

// crossSite rejects a POST that a browser marks as sent by a page of another origin, whatever its
// credentials. Such a page cannot use the API anyway, because a POST of JSON causes a preflight,
// and this server allows none. But browsers have had faults in preflights and cookies.
var crossSite http.CrossOriginProtection

// forged reports whether a page of another origin may have sent the request without a preflight. A
// browser sends a preflight before a request with a header that pages cannot send by themselves,
// and this server allows none, so such a header shows that no page of another origin sent the
// request. Two headers count: those that Apollo's clients send.
//
// Only GET needs this check. A POST is checked by crossSite, which accepts every GET.
func forged(r *http.Request) bool {
	return r.Method == http.MethodGet && crossOrigin(r) &&
		r.Header.Get("Apollo-Require-Preflight") == "" &&
		r.Header.Get("X-Apollo-Operation-Name") == ""
}

// crossOrigin reports whether the browser marks the request as coming from another origin. Programs
// send neither header and pass. So does a browser that is too old for Sec-Fetch-Site and sends no
// Origin: the query runs then, but the page cannot read the response.
func crossOrigin(r *http.Request) bool {
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
