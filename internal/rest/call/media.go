package call

import (
	"errors"
	"mime"
	"net/http"
	"strings"
)

// Media types of bodies.
const (
	ApplicationJSON = "application/json"
	TextJSON        = "text/json"
	FormURLEncoded  = "application/x-www-form-urlencoded"
	CharsetUTF8     = "; charset=utf-8"
)

// ContentType returns the media type of a request body in lower case, and its charset. ok is false
// if the header is absent or malformed, which the framework does not distinguish. Malformed
// parameters are ignored.
func ContentType(h http.Header) (media, charset string, ok bool) {
	media, parameters, err := mime.ParseMediaType(h.Get("Content-Type"))
	ok = strings.Contains(media, "/") && (err == nil || errors.Is(err, mime.ErrInvalidMediaParameter))
	return media, parameters["charset"], ok
}
