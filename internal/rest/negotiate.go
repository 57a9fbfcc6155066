package rest

import (
	"cmp"
	"errors"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

const (
	applicationJSON = "application/json"
	textJSON        = "text/json"
	formURLEncoded  = "application/x-www-form-urlencoded"
	charsetUTF8     = "; charset=utf-8"
)

// offers are the media types of answers, the default first.
var offers = []string{applicationJSON, textJSON}

// mediaRange is an element of an Accept header.
type mediaRange struct {
	kind, subkind string
	quality       float64
}

// negotiate picks the media type of an answer as DefaultContentNegotiator does with one JSON formatter: what Accept asks for
// first; where it asks for nothing that there is, the type of the request's own body; else the default. It never comes to
// 406.
func negotiate(h http.Header) string {
	for _, wanted := range parseAccept(h.Values("Accept")) {
		if i := slices.IndexFunc(offers, wanted.matches); i >= 0 {
			return offers[i]
		}
	}
	if sent, _, ok := contentType(h); ok && slices.Contains(offers, sent) {
		return sent
	}
	return offers[0]
}

// parseAccept returns the ranges of Accept lines, the most wanted first, and of equally wanted ones the more specific. It
// passes over what is no range, and over what is not wanted at all.
func parseAccept(lines []string) []mediaRange {
	var ranges []mediaRange
	for element := range strings.SplitSeq(strings.Join(lines, ","), ",") {
		media, parameters, err := mime.ParseMediaType(element)
		kind, subkind, ok := strings.Cut(media, "/")
		if err != nil || !ok {
			continue
		}
		quality, err := strconv.ParseFloat(parameters["q"], 64)
		if err != nil {
			quality = 1
		}
		if quality > 0 {
			ranges = append(ranges, mediaRange{kind, subkind, quality})
		}
	}
	slices.SortStableFunc(ranges, func(a, b mediaRange) int {
		return cmp.Or(cmp.Compare(b.quality, a.quality), cmp.Compare(b.specificity(), a.specificity()))
	})
	return ranges
}

// specificity is 0 for */*, 1 for type/*, and 2 for a media type.
func (m mediaRange) specificity() int {
	switch {
	case m.kind == "*":
		return 0
	case m.subkind == "*":
		return 1
	}
	return 2
}

// matches reports whether the offer is in the range. Parameters of the range, such as a charset, make no difference.
func (m mediaRange) matches(offer string) bool {
	kind, subkind, _ := strings.Cut(offer, "/")
	return (m.kind == "*" && m.subkind == "*") || (m.kind == kind && (m.subkind == "*" || m.subkind == subkind))
}

// contentType returns the media type of a request's body in lower case, and its charset. ok is false where the header is
// absent or no media type, which to the framework is the same. Parameters that are none spoil nothing.
func contentType(h http.Header) (media, charset string, ok bool) {
	media, parameters, err := mime.ParseMediaType(h.Get("Content-Type"))
	ok = strings.Contains(media, "/") && (err == nil || errors.Is(err, mime.ErrInvalidMediaParameter))
	return media, parameters["charset"], ok
}
