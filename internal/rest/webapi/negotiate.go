package webapi

import (
	"cmp"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"contactgraph/internal/rest/call"
)

// offers are the media types of responses, the default first.
var offers = []string{call.ApplicationJSON, call.TextJSON}

// mediaRange is an element of an Accept header.
type mediaRange struct {
	kind, subkind string
	quality       float64
}

// negotiate chooses the media type of a response as DefaultContentNegotiator does with one JSON
// formatter: what Accept prefers; if Accept names no offered type, the type of the request body;
// else the default. It never results in a 406.
func negotiate(h http.Header) string {
	if accepted := preferred(h, offers); accepted != "" {
		return accepted
	}
	if sent, _, ok := call.ContentType(h); ok && slices.Contains(offers, sent) {
		return sent
	}
	return offers[0]
}

// preferred returns which of the offered media types Accept prefers, the first if it prefers none,
// "" if it names none of them.
func preferred(h http.Header, offers []string) string {
	for _, accepted := range parseAccept(h.Values("Accept")) {
		if i := slices.IndexFunc(offers, accepted.matches); i >= 0 {
			return offers[i]
		}
	}
	return ""
}

// parseAccept returns the media ranges of the Accept lines by descending quality, the more specific
// first if equal. It skips malformed ranges and those with quality 0.
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

// matches reports whether the range includes the offer. Parameters of the range, such as a charset,
// are ignored.
func (m mediaRange) matches(offer string) bool {
	kind, subkind, _ := strings.Cut(offer, "/")
	return (m.kind == "*" && m.subkind == "*") || (m.kind == kind && (m.subkind == "*" || m.subkind == subkind))
}
