package server

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// foldLegacy brings the addresses of the legacy APIs to the one form that the routes have, because their clients write them
// in any case, with a slash at the end, with blanks round an id. Other addresses stay as they are, and so does the request
// line as it was sent (RequestURI).
func foldLegacy(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if segments, ok := fold(r.URL.EscapedPath()); ok {
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

// fold returns the one form of a legacy API's path, as unescaped segments; ok is false for other paths.
func fold(escaped string) (segments []string, ok bool) {
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
		return foldAPI(segments), true
	case isIService(names[0]), names[0] == "f" && len(names) > 1 && isIService(names[1]):
		return names, true
	default:
		return nil, false
	}
}

func isIService(name string) bool { return strings.HasPrefix(name, "webapp-api-") }

// The first segment of the REST API's paths, and the place of the id in a contact's.
const (
	api       = "api"
	contactID = 3
)

// foldAPI folds the path of the REST API. One with empty or dot segments is none of its routes: it is not cleaned up, as
// ServeMux would, by a redirect that a PUT may not survive.
func foldAPI(segments []string) []string {
	folded := lower(segments)
	if len(folded) > contactID { // the answer repeats an id that is none, as it was written
		folded[contactID] = strings.TrimSpace(segments[contactID])
	}
	for _, s := range folded {
		if s == "" || s == "." || s == ".." {
			return []string{api, ""}
		}
	}
	if len(folded) == 1 {
		return []string{api, ""}
	}
	return folded
}

func lower(segments []string) []string {
	folded := slices.Clone(segments)
	for i, s := range folded {
		folded[i] = strings.ToLower(s)
	}
	return folded
}
