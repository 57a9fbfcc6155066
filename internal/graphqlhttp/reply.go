package graphqlhttp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// reply writes the one answer to a request.
type reply struct {
	w         http.ResponseWriter
	mediaType string
}

// newReply sets the headers that every answer has.
func newReply(w http.ResponseWriter, mediaType string) reply {
	if mediaType == "" { // the client wants neither, and its refusal must be in one
		mediaType = jsonType
	}
	w.Header().Set("Content-Type", mediaType+"; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	return reply{w, mediaType}
}

func (o reply) refuse(r *refusal) {
	if r.name != "" {
		o.w.Header().Set(r.name, r.value)
	}
	o.write(r.status, &graphql.Response{Errors: r.errors()})
}

// ExtensionReplayed names in an answer the mutations, by alias, whose outcome is
// that of an earlier request. It comes from the executor; here it sets a header.
const ExtensionReplayed = "replayed"

func (o reply) send(resp *graphql.Response) {
	status := o.status(resp)
	if resp.Extensions[ExtensionReplayed] != nil {
		o.w.Header().Set("Idempotency-Replayed", "true")
	}
	switch status {
	case http.StatusUnauthorized:
		o.w.Header().Set("WWW-Authenticate", "Bearer") // RFC 9110, section 11.6.1
	case http.StatusServiceUnavailable:
		o.w.Header().Set("Retry-After", "1")
	}
	o.write(status, resp)
}

// status follows GraphQL over HTTP, section Status Codes. To application/json
// every well-formed request is a success. To application/graphql-response+json
// one that could not run, and so has no data, is not; one that ran is, whatever
// became of it. To either a server that cannot do its work says so, for what
// stands between it and the client to know.
func (o reply) status(resp *graphql.Response) int {
	switch {
	case has(resp, CodeUnavailable), has(resp, CodeOutcomeUnknown):
		return http.StatusServiceUnavailable
	case o.mediaType == jsonType, hasData(resp):
		return http.StatusOK
	case has(resp, CodeUnauthenticated):
		return http.StatusUnauthorized
	}
	return http.StatusBadRequest
}

// has tells whether the answer has an error with the code.
func has(resp *graphql.Response, code string) bool {
	return slices.ContainsFunc(resp.Errors, func(err *gqlerror.Error) bool { return err.Extensions["code"] == code })
}

// hasData tells whether the answer has a data member, if only null. One without
// is an answer to a request that did not run, and must have errors (GraphQL
// specification, section 7.1).
func hasData(resp *graphql.Response) bool {
	return len(resp.Data) > 0 || len(resp.Errors) == 0
}

func (o reply) write(status int, resp *graphql.Response) {
	body := borrow()
	defer giveBack(body)
	if err := encode(body, resp); err != nil {
		// Some extension put into the answer what has no JSON. That is the
		// server's own fault, and its RecoverFunc is told of those.
		panic(fmt.Errorf("graphqlhttp: encode the answer: %w", err))
	}
	o.w.Header().Set("Content-Length", strconv.Itoa(body.Len()))
	o.w.WriteHeader(status)
	_, _ = o.w.Write(body.Bytes()) // fails if the client has gone
}

// encode writes the response as JSON. The data are JSON already: json.Marshal
// would read them once more, which costs more than all the rest.
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
		if err := encodeMember(b, "extensions", resp.Extensions); err != nil {
			return err
		}
	}
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

// buffers hold request and response bodies.
var buffers sync.Pool

// maxKept bounds the buffers that are kept: a rare large body must not hold its
// memory for good.
const maxKept = 64 << 10

func borrow() *bytes.Buffer {
	if b, ok := buffers.Get().(*bytes.Buffer); ok {
		return b
	}
	return new(bytes.Buffer)
}

func giveBack(b *bytes.Buffer) {
	if b.Cap() <= maxKept {
		b.Reset()
		buffers.Put(b)
	}
}
