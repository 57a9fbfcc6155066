// Package legacypath reads the paths of the legacy APIs as their clients write them.
package legacypath

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Normalize rewrites the paths of the legacy APIs to the form that the routes have: in lower case,
// and those of iService below /f/. Clients of these APIs write them in any case, with a trailing
// slash, and with spaces around an id, and may leave out /f. Other paths are unchanged, and so is
// RequestURI, the request line as it was sent.
func Normalize(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if segments, ok := normalized(r.URL.EscapedPath()); ok {
			u := *r.URL
			u.Path, u.RawPath = "", ""
			for _, s := range segments {
				u.Path += "/" + s
				u.RawPath += "/" + url.PathEscape(s)
			}
			r.URL = &u
		}
		next.ServeHTTP(w, r)
	})
}

// Segment returns a segment of the path as it was sent, without the spaces around it: "" if the
// path is shorter.
func Segment(r *http.Request, index int) string {
	u, err := url.ParseRequestURI(r.RequestURI)
	if err != nil {
		return ""
	}
	segments, err := split(u.EscapedPath())
	if err != nil || index >= len(segments) {
		return ""
	}
	return strings.TrimSpace(segments[index])
}

// split returns the unescaped segments of a path. Slashes around it do not count.
func split(escaped string) (segments []string, err error) {
	for s := range strings.SplitSeq(strings.Trim(escaped, "/"), "/") {
		s, err := url.PathUnescape(s)
		if err != nil {
			return nil, err
		}
		segments = append(segments, s)
	}
	return segments, nil
}

// normalized returns the normalized path of a legacy API as unescaped segments. ok is false for
// other paths.
func normalized(escaped string) (names []string, ok bool) {
	names, err := split(escaped)
	if err != nil {
		return nil, false
	}
	for i, s := range names {
		names[i] = strings.ToLower(strings.TrimSpace(s))
	}
	switch {
	case names[0] == api:
		return apiSegments(names), true
	case isIService(names[0]):
		return append([]string{"f"}, names...), true
	case names[0] == "f" && len(names) > 1 && isIService(names[1]):
		return names, true
	default:
		return nil, false
	}
}

func isIService(name string) bool { return strings.HasPrefix(name, "webapp-api-") }

// api is the first segment of the Contacts API's paths.
const api = "api"

// apiSegments returns the path of the Contacts API, or one that no route has if it has empty or dot
// segments. It is not cleaned up by a redirect, as ServeMux would do, because clients may change a
// redirected PUT to GET.
func apiSegments(names []string) []string {
	unclean := func(s string) bool { return s == "" || s == "." || s == ".." }
	if len(names) == 1 || slices.ContainsFunc(names, unclean) {
		return []string{api, ""}
	}
	return names
}
