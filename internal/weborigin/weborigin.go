// Package weborigin decides what pages of other web origins may do: which of them may call the APIs
// (CORS), and that none of them is authenticated by a cookie.
//
// Start reading at Foreign, by which a page of another origin is recognized, and at Policy, which
// has the origins that the operator allows.
package weborigin

import "net/http"

// Header is the header in which a browser sends the origin of the page that sends a request.
const Header = "Origin"

// Foreign reports whether a browser marks r as sent by a page of another origin than this server's.
// Programs send no such marks. A browser that is too old for Sec-Fetch-Site marks a GET only if it
// shows the page the response.
func Foreign(r *http.Request) bool { return rejects(&ownOnly, r) }

// TrustsCookie reports whether r may be authenticated by a cookie, which a browser adds to requests
// without being asked, also to those of pages on other hosts of the same site. A link may: its page
// does not see the response.
func TrustsCookie(r *http.Request) bool {
	link := r.Method == http.MethodGet && r.Header.Get("Sec-Fetch-Mode") == "navigate"
	return link || !Foreign(r)
}

// ownOnly trusts no other origin.
var ownOnly http.CrossOriginProtection

// rejects reports whether the protection rejects r. It accepts every GET, so r is checked as a
// POST.
func rejects(protection *http.CrossOriginProtection, r *http.Request) bool {
	return protection.Check(&http.Request{Method: http.MethodPost, Host: r.Host, Header: r.Header}) != nil
}
