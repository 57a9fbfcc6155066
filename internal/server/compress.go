package server

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sync/semaphore"
)

const (
	// minCompressed is the size in bytes from which a response is compressed. A smaller one is sent
	// in one packet anyway.
	minCompressed = 1 << 10
	// maxEncoders is how many responses are compressed at the same time: an encoder uses up to 2.5
	// MiB. Beyond it, responses are sent as they are.
	maxEncoders = 32
	// encodedAtOnce is how many bytes an encoder is given at once: it copies what it is given.
	encodedAtOnce = 64 << 10
)

// encoders limits how many responses are compressed at the same time.
var encoders = semaphore.NewWeighted(maxEncoders)

// compress compresses responses with the coding that the client prefers. It leaves a response as it
// is if it is small, has a coding already, is a part of a larger one, or is of a type that does not
// become smaller or must arrive at once, as an event stream.
//
// The size of a compressed response reveals what it has in common with text that others may have
// chosen (BREACH). So a response with a credential is not compressed: it sets a cookie, or has the
// Cache-Control no-transform, which proxies respect too. Neither is one that a page of another site
// can have a browser request with its cookie, as often as it likes.
//
// A response is compressed in memory, and sent when the handler has returned or flushes: so a
// client that reads slowly holds no encoder, unless the handler sends a response in parts.
func compress(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &compressor{ResponseWriter: w, request: r}
		defer c.release() // if the handler panics, the rest is not sent
		next.ServeHTTP(c, r)
		c.finish()
	})
}

// compressor is the ResponseWriter of a response that may be compressed.
type compressor struct {
	http.ResponseWriter

	request *http.Request
	status  int       // that the handler has set; 0 before
	coding  *coding   // in which the response is sent if it is large enough; nil for none
	least   int       // the size from which it is
	held    []byte    // the beginning of the body, while it is unknown whether the body is large enough
	body    io.Writer // takes the rest of the body; nil while that is unknown

	encoder encoder      // nil if there is none
	encoded bytes.Buffer // what the encoder has written, and was not sent yet
	begun   bool         // whether the header was sent
}

var _ http.ResponseWriter = (*compressor)(nil)

// Unwrap gives http.ResponseController access to the connection.
func (c *compressor) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// WriteHeader decides whether the response is compressed, if the handler has set its size.
func (c *compressor) WriteHeader(status int) {
	if status < http.StatusOK {
		c.ResponseWriter.WriteHeader(status) // another one follows, or the connection is taken over
	}
	if status < http.StatusOK || c.status != 0 {
		return
	}
	c.status = status
	c.choose()
	length, err := strconv.Atoi(c.Header().Get("Content-Length"))
	switch {
	case c.coding == nil, err == nil && length < c.least:
		c.begin(c.ResponseWriter)
	case err == nil:
		c.encode()
	}
}

// choose chooses the coding of the response, and sets the headers that depend on the request.
func (c *compressor) choose() {
	h := c.Header()
	notModified := c.status == http.StatusNotModified
	if !notModified && !compressible(c.status, h) {
		return
	}
	if !slices.Contains(h["Vary"], "Accept-Encoding") {
		h.Add("Vary", "Accept-Encoding")
	}
	accepted := c.request.Header["Accept-Encoding"]
	if len(accepted) == 0 || hasCredential(h) || forOtherSite(c.request) {
		return
	}
	chosen, identity := negotiate(accepted)
	switch {
	case chosen == nil:
	case notModified:
		weaken(h)
	default:
		c.coding, c.least = chosen, minCompressed
		if !identity {
			c.least = 0
		}
	}
}

func (c *compressor) Write(b []byte) (int, error) {
	if c.status == 0 {
		c.WriteHeader(http.StatusOK)
	}
	if c.body == nil {
		if len(c.held)+len(b) < c.least {
			c.held = append(c.held, b...)
			return len(b), nil
		}
		c.encode()
		if _, err := c.body.Write(c.held); err != nil {
			return 0, err
		}
	}
	return c.body.Write(b)
}

// FlushError sends what has been compressed so far. An encoder may hold back a part of what was
// written, because a flushed one compresses less.
func (c *compressor) FlushError() error {
	if c.status == 0 {
		c.WriteHeader(http.StatusOK)
	}
	err := c.sendHeld()
	if err == nil && c.encoder != nil {
		err = c.send()
	}
	if err != nil {
		return err
	}
	return http.NewResponseController(c.ResponseWriter).Flush()
}

// finish sends the rest of the response.
func (c *compressor) finish() {
	if c.status == 0 {
		return // the handler has written nothing, or has taken over the connection
	}
	if c.sendHeld() != nil || c.encoder == nil {
		return
	}
	_ = c.encoder.Close() // it writes to memory
	c.release()
	_ = c.send() // fails only if the client has gone away
}

// sendHeld sends what is held, because the body has turned out to be small.
func (c *compressor) sendHeld() error {
	if c.body != nil {
		return nil
	}
	c.begin(c.ResponseWriter)
	if len(c.held) == 0 {
		return nil
	}
	_, err := c.body.Write(c.held)
	return err
}

// encode begins a body in the coding that was chosen, or as it is if there are too many encoders.
func (c *compressor) encode() {
	bodiless := c.request.Method == http.MethodHead
	if !bodiless && !encoders.TryAcquire(1) {
		c.begin(c.ResponseWriter)
		return
	}
	if bodiless {
		c.describe()
		c.begin(io.Discard) // from a body, net/http would compute its size without the coding
		return
	}
	c.encoder = c.coding.get(&c.encoded)
	c.body = inParts{c.encoder}
}

// begin sends the header, and lets body take the rest of the body.
func (c *compressor) begin(body io.Writer) {
	c.begun, c.body = true, body
	c.ResponseWriter.WriteHeader(c.status)
}

// describe sets the headers of a response with a coding. If the handler panics before one is sent,
// they would be wrong.
func (c *compressor) describe() {
	h := c.Header()
	h.Set("Content-Encoding", c.coding.name)
	h.Del("Content-Length")
	h.Del("Accept-Ranges")
	weaken(h)
}

// send sends what the encoder has written.
func (c *compressor) send() error {
	if !c.begun {
		c.describe()
		if c.encoder == nil { // it has written everything
			c.Header().Set("Content-Length", strconv.Itoa(c.encoded.Len()))
		}
		c.begin(c.body)
	}
	_, err := c.encoded.WriteTo(c.ResponseWriter)
	return err
}

// release returns the encoder, if there is one.
func (c *compressor) release() {
	if c.encoder != nil {
		c.coding.pool.Put(c.encoder)
		c.encoder = nil
		encoders.Release(1)
	}
}

// inParts writes in parts of encodedAtOnce bytes.
type inParts struct{ io.Writer }

func (p inParts) Write(b []byte) (n int, err error) {
	for part := range slices.Chunk(b, encodedAtOnce) {
		written, err := p.Writer.Write(part)
		n += written
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// compressible reports whether a response has a body that becomes smaller and may arrive later.
func compressible(status int, h http.Header) bool {
	if status == http.StatusNoContent || h["Content-Encoding"] != nil || h["Content-Range"] != nil {
		return false
	}
	media, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	kind, subtype, _ := strings.Cut(strings.TrimSpace(media), "/")
	switch kind {
	case "text":
		return subtype != "event-stream"
	case "application":
		return strings.Contains(subtype, "json") || subtype == "graphql" || subtype == "javascript"
	}
	return false
}

// hasCredential reports whether a response sets a cookie or says that it must not be transformed.
func hasCredential(h http.Header) bool {
	return h["Set-Cookie"] != nil || strings.Contains(h.Get("Cache-Control"), "no-transform")
}

// forOtherSite reports whether a page of another site has caused a request with a cookie, such as
// by a link.
func forOtherSite(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	return (site == "cross-site" || site == "same-site") && r.Header["Cookie"] != nil
}

// weaken makes the entity tag a weak one, because the same tag stands for every coding. A weak tag
// is compared as the strong one is (RFC 9110, section 13.1.2).
func weaken(h http.Header) {
	if tag := h.Get("ETag"); strings.HasPrefix(tag, `"`) {
		h.Set("ETag", "W/"+tag)
	}
}
