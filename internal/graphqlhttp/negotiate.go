package graphqlhttp

import (
	"math"
	"strconv"
	"strings"
)

const (
	jsonType        = "application/json"
	responseType    = "application/graphql-response+json"
	eventStreamType = "text/event-stream"
)

// The offered media types, the default first. For clients without an Accept header the
// specification recommends application/graphql-response+json, but those are old clients, which know
// only application/json and its statuses.
var (
	offers           = []string{jsonType, responseType}
	offersWithStream = []string{jsonType, responseType, eventStreamType}
)

// preference is how strongly a client prefers a media type.
type preference struct {
	quality     float64 // the q-value; zero means not acceptable
	specificity int     // of the range that matched: 3 the type itself, 2 type/*, 1 */*
	position    int     // of that range in the header
}

func (p preference) exceeds(other preference) bool {
	if p.quality != other.quality {
		return p.quality > other.quality
	}
	if p.specificity != other.specificity {
		return p.specificity > other.specificity
	}
	return p.position < other.position
}

// negotiate returns the offer that the Accept header lines prefer, the first offer if there are
// none, and "" if they accept no offer (RFC 9110, section 12.5.1). Among equal preferences the
// order of the header decides.
func negotiate(accept, offers []string) string {
	if len(accept) == 0 || len(accept) == 1 && accept[0] == "" {
		return offers[0]
	}
	var chosen string
	var best preference
	for _, offer := range offers {
		p := prefer(accept, offer)
		if p.quality > 0 && (chosen == "" || p.exceeds(best)) {
			chosen, best = offer, p
		}
	}
	return chosen
}

// prefer returns the preference for one offer: that of the most specific range that matches it.
func prefer(accept []string, offer string) preference {
	var p preference
	position := 0
	for _, line := range accept {
		for element := range strings.SplitSeq(line, ",") {
			position++
			name, parameters, _ := strings.Cut(element, ";")
			specificity := match(strings.TrimSpace(name), offer)
			if specificity <= p.specificity {
				continue
			}
			if quality, ok := weigh(parameters); ok {
				p = preference{quality, specificity, position}
			}
		}
	}
	return p
}

// match returns how specifically the media range names the offer, 0 if it does not match.
func match(mediaRange, offer string) int {
	kind, _, _ := strings.Cut(offer, "/")
	switch {
	case strings.EqualFold(mediaRange, offer):
		return 3
	case len(mediaRange) == len(kind)+2 && strings.HasSuffix(mediaRange, "/*") &&
		strings.EqualFold(mediaRange[:len(kind)], kind):
		return 2
	case mediaRange == "*/*":
		return 1
	}
	return 0
}

// weigh reads the parameters of a media range. It returns false for a range to ignore: one with a
// malformed weight or a charset other than UTF-8.
func weigh(parameters string) (quality float64, ok bool) {
	quality = 1
	for parameter := range strings.SplitSeq(parameters, ";") {
		name, value, _ := strings.Cut(parameter, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		switch {
		case strings.EqualFold(name, "q"):
			var err error
			quality, err = strconv.ParseFloat(value, 64)
			if err != nil || math.IsNaN(quality) || quality < 0 || quality > 1 {
				return 0, false
			}
		case strings.EqualFold(name, "charset"):
			if !strings.EqualFold(strings.Trim(value, `"`), "utf-8") {
				return 0, false
			}
		}
	}
	return quality, true
}
