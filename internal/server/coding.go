package server

import (
	"io"
	"strconv"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
)

// coding is a content coding (RFC 9110, section 8.4.1).
type coding struct {
	name string
	pool sync.Pool // of encoders
}

// encoder compresses what is written to it.
type encoder interface {
	io.WriteCloser
	Reset(to io.Writer)
}

// brotliLevel is the level at which brotli needs about the time of gzip, and a tenth less space.
const brotliLevel = 3

// codings are the codings of responses, the one that is used for equal preferences first.
var codings = []*coding{
	{name: "br", pool: sync.Pool{New: func() any { return brotli.NewWriterV2(io.Discard, brotliLevel) }}},
	{name: "gzip", pool: sync.Pool{New: func() any { return gzip.NewWriter(io.Discard) }}},
}

// get returns an encoder that writes to w.
func (c *coding) get(w io.Writer) encoder {
	e := c.pool.Get().(encoder) //nolint:forcetypeassert // the pool has only these
	e.Reset(w)
	return e
}

// negotiate returns the coding that the lines of an Accept-Encoding header prefer, nil if they
// prefer a response without one, and whether they accept that (RFC 9110, section 12.5.3).
func negotiate(accepted []string) (best *coding, identity bool) {
	others, wildcard := weightOf(accepted, "*")
	plain, listed := weightOf(accepted, "identity")
	identity = plain > 0 || !listed && (others > 0 || !wildcard)
	quality := plain // a coding is used if nothing prefers a response without one
	for _, c := range codings {
		weight, named := weightOf(accepted, c.name)
		if !named {
			weight = others
		}
		if weight > 0 && (weight > quality || best == nil && weight >= quality) {
			best, quality = c, weight
		}
	}
	return best, identity
}

// weightOf returns the weight that the lines give to a name. One that is malformed counts as 0.
func weightOf(accepted []string, name string) (weight float64, listed bool) {
	for _, line := range accepted {
		for element := range strings.SplitSeq(line, ",") {
			listedName, parameter, weighted := strings.Cut(element, ";")
			if !strings.EqualFold(strings.TrimSpace(listedName), name) {
				continue
			}
			if !weighted {
				return 1, true
			}
			key, value, _ := strings.Cut(parameter, "=")
			q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if !strings.EqualFold(strings.TrimSpace(key), "q") || err != nil || !(q >= 0 && q <= 1) {
				return 0, true
			}
			return q, true
		}
	}
	return 0, false
}
