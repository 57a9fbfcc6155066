package server

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// normalizeLegacyPath rewrites the paths of the legacy APIs to the form that the routes have.
// Clients of these APIs write them in any case, with a trailing slash, and with spaces around an
// id. Other paths are unchanged, and so is RequestURI, the request line as it was sent.
func normalizeLegacyPath(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if segments, ok := legacySegments(r.URL.EscapedPath()); ok {
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

// legacySegments returns the normalized path of a legacy API as unescaped segments. ok is false for
// other paths.
func legacySegments(escaped string) (segments []string, ok bool) {
	for s := range strings.SplitSeq(strings.Trim(escaped, "/"), "/") {
		s, err := url.PathUnescape(s)
		if err != nil {
			return nil, false
		}
		segments = append(segments, s)
	}
	names := lower(segments)
	switch {
	case names[0] == api:
		return apiSegments(segments), true
	case isIService(names[0]), names[0] == "f" && len(names) > 1 && isIService(names[1]):
		return names, true
	default:
		return nil, false
	}
}

func isIService(name string) bool { return strings.HasPrefix(name, "webapp-api-") }

// The first segment of the REST API's paths, and the index of the id in the path of a contact.
const (
	api       = "api"
	contactID = 3
)

// apiSegments normalizes the path of the REST API. A path with empty or dot segments matches no
// route. It is not cleaned up by a redirect, as ServeMux would do, because clients may change a
// redirected PUT to GET.
func apiSegments(segments []string) []string {
	normalized := lower(segments)
	if len(normalized) > contactID { // keeps the case of an invalid id, which the response repeats
		normalized[contactID] = strings.TrimSpace(segments[contactID])
	}
	for _, s := range normalized {
		if s == "" || s == "." || s == ".." {
			return []string{api, ""}
		}
	}
	if len(normalized) == 1 {
		return []string{api, ""}
	}
	return normalized
}

func lower(segments []string) []string {
	lowered := slices.Clone(segments)
	for i, s := range lowered {
		lowered[i] = strings.ToLower(s)
	}
	return lowered
}
