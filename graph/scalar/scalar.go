// Package scalar reads and writes the custom scalars of the GraphQL API.
package scalar

import (
	"encoding/json"
	"io"
	"time"

	"contactgraph/internal/revision"

	"github.com/99designs/gqlgen/graphql"
)

// InputError is the error of a value that a scalar cannot be read from. Its text is for clients.
type InputError string

// Error is the text.
func (e InputError) Error() string { return string(e) }

// Malformed is what a text that is no base64 reads as: the caller is told so in the payload, like of any other value.
const Malformed revision.Version = -1

// MarshalVersion writes the opaque text of a version.
func MarshalVersion(v revision.Version) graphql.Marshaler { return graphql.MarshalString(v.String()) }

// UnmarshalVersion reads the text of a version. It fails only for what is no text.
func UnmarshalVersion(v any) (revision.Version, error) {
	text, ok := v.(string)
	if !ok {
		return Malformed, InputError("a Version must be a string")
	}
	version, err := revision.Parse(text)
	if err != nil {
		return Malformed, nil //nolint:nilerr // Malformed says it
	}
	return version, nil
}

// MarshalTime writes a time in UTC.
func MarshalTime(t time.Time) graphql.Marshaler {
	return graphql.MarshalString(revision.FormatTime(t))
}

// UnmarshalTime reads RFC 3339.
func UnmarshalTime(v any) (time.Time, error) {
	text, ok := v.(string)
	if !ok {
		return time.Time{}, InputError("a Time must be a string, such as \"2024-11-21T06:40:14Z\"")
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}, InputError("a Time must be RFC 3339, such as \"2024-11-21T06:40:14Z\"")
	}
	return t, nil
}

// MarshalJSON writes any value as JSON.
func MarshalJSON(v any) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		b, err := json.Marshal(v)
		if err != nil {
			panic(err) // what the log holds came from JSON, or goes there
		}
		_, _ = w.Write(b) // the response's buffer does not fail
	})
}

// UnmarshalJSON takes any value as it comes.
func UnmarshalJSON(v any) (any, error) { return v, nil }

// Node is a thing with a global id: what gqlgen makes of the interface Node.
type Node interface{ GlobalID() string }
