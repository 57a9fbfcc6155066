package graphqlhttp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"

	"github.com/99designs/gqlgen/graphql"
)

// responseWriter writes the response to a request for a single response.
type responseWriter struct {
	w         http.ResponseWriter
	mediaType string
}

// newResponseWriter sets the headers that every response has.
func newResponseWriter(w http.ResponseWriter, mediaType string) responseWriter {
	if mediaType == "" { // the client accepts none, but the error needs a type
		mediaType = jsonType
	}
	w.Header().Set("Content-Type", mediaType+"; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	return responseWriter{w, mediaType}
}

func (o responseWriter) sendError(e *requestError) {
	if e.name != "" {
		o.w.Header().Set(e.name, e.value)
	}
	o.write(o.requestStatus(e), &graphql.Response{Errors: e.errors()})
}

// ExtensionReplayed is the key of a response extension that lists, by alias, the mutations whose
// outcome is that of an earlier request. The executor sets it; this package adds a header for it.
const ExtensionReplayed = "replayed"

func (o responseWriter) send(resp *graphql.Response) {
	status := o.status(resp)
	if resp.Extensions[ExtensionReplayed] != nil {
		o.w.Header().Set("Idempotency-Replayed", "true")
	}
	switch status {
	case http.StatusUnauthorized:
		o.w.Header().Set("WWW-Authenticate", "Bearer") // RFC 9110, section 11.6.1
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		o.w.Header().Set("Retry-After", retryAfter(resp))
	}
	o.write(status, resp)
}

// retryAfter returns the number of seconds that the errors of a response have, by default 1.
func retryAfter(resp *graphql.Response) string {
	for _, err := range resp.Errors {
		if seconds := err.Extensions[ExtensionRetryAfter]; seconds != nil {
			return fmt.Sprint(seconds)
		}
	}
	return "1"
}

func (o responseWriter) write(status int, resp *graphql.Response) {
	body := getBuffer()
	defer putBuffer(body)
	if err := encode(body, resp); err != nil {
		// Some extension has added a value that cannot be encoded as JSON. That is a fault of the
		// server, and its RecoverFunc logs those.
		panic(fmt.Errorf("graphqlhttp: encode the response: %w", err))
	}
	o.w.Header().Set("Content-Length", strconv.Itoa(body.Len()))
	o.w.WriteHeader(status)
	_, _ = o.w.Write(body.Bytes()) // fails only if the client has gone away
}

// encode writes the response as JSON. The data are JSON already; json.Marshal would parse them
// again, which costs more than all the rest.
func encode(b *bytes.Buffer, resp *graphql.Response) error {
	b.WriteByte('{')
	if len(resp.Errors) > 0 {
		if err := encodeMember(b, "errors", resp.Errors); err != nil {
			return err
		}
	}
	if hasData(resp) {
		separate(b)
		b.WriteString(`"data":`)
		if len(resp.Data) > 0 {
			b.Write(resp.Data)
		} else {
			b.WriteString("null")
		}
	}
	if len(resp.Extensions) > 0 {
		separate(b)
		if err := encodeExtensions(b, resp.Extensions); err != nil {
			return err
		}
	}
	b.WriteByte('}')
	return nil
}

// encodeExtensions writes the extensions of a response. Most have only the cost.
func encodeExtensions(b *bytes.Buffer, extensions map[string]any) error {
	cost, ok := extensions[extensionCost].(Cost)
	if !ok || len(extensions) > 1 {
		return encodeMember(b, "extensions", extensions)
	}
	b.WriteString(`"extensions":{"` + extensionCost + `":`)
	b.Write(cost.AppendJSON(b.AvailableBuffer()))
	b.WriteByte('}')
	return nil
}

func encodeMember(b *bytes.Buffer, name string, value any) error {
	b.WriteByte('"')
	b.WriteString(name)
	b.WriteString(`":`)
	encoder := json.NewEncoder(b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return err
	}
	b.Truncate(b.Len() - 1) // the newline that Encode adds
	return nil
}

// separate writes the comma between two members.
func separate(b *bytes.Buffer) {
	if b.Len() > len("{") {
		b.WriteByte(',')
	}
}

// buffers are reused for request and response bodies.
var buffers sync.Pool

// maxPooled is the capacity up to which buffers are reused, so that a rare large body does not keep
// its memory.
const maxPooled = 64 << 10

func getBuffer() *bytes.Buffer {
	if b, ok := buffers.Get().(*bytes.Buffer); ok {
		return b
	}
	return new(bytes.Buffer)
}

func putBuffer(b *bytes.Buffer) {
	if b.Cap() <= maxPooled {
		b.Reset()
		buffers.Put(b)
	}
}
