package weborigin_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"contactgraph/internal/weborigin"
)

// origins are texts with the origins that they denote, "" for none.
var origins = map[string]string{
	"https://app.example.com": "https://app.example.com", " HTTPS://App.Example.COM/ ": "https://app.example.com",
	"https://app.example.com:443": "https://app.example.com", "https://app.example.com:8443": "https://app.example.com:8443", "https://app.example.com:080": "https://app.example.com:80",
	"https://xn--bcher-kva.example": "https://xn--bcher-kva.example", "https://intranet": "https://intranet", "https://a_b.example.com": "https://a_b.example.com",
	"https://192.0.2.7": "https://192.0.2.7", "https://[2001:DB8:0::1]:444": "https://[2001:db8::1]:444",
	"http://localhost:80": "http://localhost", "http://app.localhost:3000": "http://app.localhost:3000", "http://127.0.0.1:3000": "http://127.0.0.1:3000", "http://[::1]": "http://[::1]",
	"http://app.example.com": "", "http://localhost.example.com": "", "http://192.0.2.7": "", "app.example.com": "", "//app.example.com": "", "https:app.example.com": "", "https://": "", "": "", "null": "", "*": "",
	"https://*.example.com": "", "https://app.example.com/path": "", "https://app.example.com//": "", "https://app.example.com?": "", "https://app.example.com#": "", "https://u@app.example.com": "",
	"https://app.example.com:0": "", "https://app.example.com:65536": "", "https://app.example.com:x": "", "https://bücher.example": "", "https://app.example.com.": "", "https://-a.example": "",
	"https://127.1": "", "https://[::ffff:192.0.2.7]": "", "https://[fe80::1%25eth0]": "", "https://app example.com": "", "ftp://app.example.com": "", "file:///": "", "https://a\nb.example": "",
	"https://" + strings.Repeat("a.", 126) + "io": "",
}

func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range origins {
		if got, err := weborigin.Parse(text); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %q, %v, want %q", text, got, err, want)
		}
	}
}

// TestOriginsCanBeAllowed: what Parse accepts can be allowed, in any of its forms.
func TestOriginsCanBeAllowed(t *testing.T) {
	t.Parallel()
	for text, origin := range origins {
		if origin == "" && text != weborigin.Any {
			if _, err := weborigin.NewPolicy([]string{"https://app.example.com", text}); err == nil {
				t.Errorf("%q can be allowed", text)
			}
			continue
		}
		p, err := weborigin.NewPolicy([]string{text})
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if text == weborigin.Any {
			origin = "null" // which stands for all origins that have no name
		}
		r := request(http.MethodOptions, "Origin: "+origin, "Access-Control-Request-Method: PUT", "Access-Control-Request-Headers: x-apikey")
		w := httptest.NewRecorder()
		p.Share(http.NotFoundHandler()).ServeHTTP(w, r)
		if allowed := w.Header().Get("Access-Control-Allow-Origin"); w.Code != http.StatusNoContent || allowed != origin && allowed != text || !p.Accepts(r) {
			t.Errorf("%q: a preflight of %s: %d %v", text, origin, w.Code, w.Header())
		}
	}
}

// marks are the headers with which browsers say where a request comes from.
type marks struct {
	headers string // separated by |
	// Whether a page of another origin sent the request; whether a policy accepts it that allows
	// https://app.example.com, and one that allows all; and whether its cookie counts.
	foreign, listed, any, cookie bool
}

var requests = []marks{
	{"", false, true, true, true}, // a program
	{"X-ApiKey: x", false, true, true, true},
	{"Sec-Fetch-Site: same-origin", false, true, true, true},
	{"Sec-Fetch-Site: none", false, true, true, true},        // the address bar, a bookmark
	{"Origin: https://example.com", false, true, true, true}, // the host of httptest.NewRequest
	{"Sec-Fetch-Site: same-origin|Origin: https://behind-a-proxy.example", false, true, true, true},

	{"Sec-Fetch-Site: same-site", true, false, false, false}, // an image
	{"Sec-Fetch-Site: cross-site", true, false, false, false},
	{"Sec-Fetch-Site: new-value", true, false, false, false},
	{"Sec-Fetch-Site: cross-site|Sec-Fetch-Mode: navigate", true, false, false, true}, // a link
	{"Sec-Fetch-Site: cross-site|Sec-Fetch-Mode: no-cors", true, false, false, false},

	{"Origin: https://evil.example", true, false, true, false},
	{"Origin: https://example.com:8443", true, false, true, false},
	{"Origin: null", true, false, true, false},
	{"Origin: %zz", true, false, true, false},
	{"Sec-Fetch-Site: cross-site|Origin: https://example.com", true, false, true, false},
	{"Sec-Fetch-Site: same-site|Origin: https://app.example.com:8443", true, false, true, false},
	{"Origin: http://app.example.com", true, false, true, false},
	{"Origin: https://APP.example.com", true, false, true, false}, // browsers send lower case
	{"Origin: https://app.example.com.evil.example", true, false, true, false},
	{"Origin: https://evil.example|Origin: https://app.example.com", true, false, true, false},

	{"Origin: https://app.example.com", true, true, true, false},
	{"Sec-Fetch-Site: cross-site|Origin: https://app.example.com", true, true, true, false},
	{"Sec-Fetch-Site: same-site|Origin: https://app.example.com", true, true, true, false},
	{"Sec-Fetch-Site: same-site|Sec-Fetch-Mode: cors|Origin: https://app.example.com", true, true, true, false},
}

// TestMarks: the method of a request does not matter, except that a cookie counts only for a link
// by GET.
func TestMarks(t *testing.T) {
	t.Parallel()
	listed, every := policy(t, "https://app.example.com"), policy(t, "*")
	for _, m := range requests {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "DELETE"} {
			r := request(method, strings.Split(m.headers, "|")...)
			cookie := m.cookie && (!m.foreign || method == "GET")
			got := marks{m.headers, weborigin.Foreign(r), listed.Accepts(r), every.Accepts(r), weborigin.TrustsCookie(r)}
			if want := (marks{m.headers, m.foreign, m.listed, m.any, cookie}); got != want {
				t.Errorf("%s: got %v, want %v", method, got, want)
			}
			if none := policy(t); none.Accepts(r) == m.foreign {
				t.Errorf("%s %s: accepted without allowed origins: %v", method, m.headers, !m.foreign)
			}
		}
	}
}

func policy(t *testing.T, allowed ...string) *weborigin.Policy {
	t.Helper()
	p, err := weborigin.NewPolicy(allowed)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func request(method string, headers ...string) *http.Request {
	r := httptest.NewRequest(method, "/", nil)
	for _, h := range headers {
		if name, value, ok := strings.Cut(h, ": "); ok {
			r.Header.Add(name, value)
		}
	}
	return r
}
