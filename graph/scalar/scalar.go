// Package scalar reads and writes the custom scalars of the GraphQL API: Version, Time and JSON.
// Reading never fails, because gqlgen reads the arguments of a mutation after earlier mutations of
// the request have taken effect: an invalid text becomes a value that the services reject.
package scalar

import (
	"encoding/json"
	"io"
	"time"

	"contactgraph/internal/revision"

	"github.com/99designs/gqlgen/graphql"
)

// Malformed is what UnmarshalVersion returns for a text that is not base64. The services report it
// in the payload, as any other invalid value.
const Malformed revision.Version = -1

// MarshalVersion writes the opaque text of a version.
func MarshalVersion(v revision.Version) graphql.Marshaler { return graphql.MarshalString(v.String()) }

// UnmarshalVersion parses the text of a version. It never fails: see Malformed.
func UnmarshalVersion(v any) (revision.Version, error) {
	text, ok := v.(string)
	if !ok {
		return Malformed, nil
	}
	version, err := revision.Parse(text)
	if err != nil {
		return Malformed, nil //nolint:nilerr // Malformed stands for the error
	}
	return version, nil
}

// MarshalTime writes a time in UTC.
func MarshalTime(t time.Time) graphql.Marshaler {
	return graphql.MarshalString(revision.FormatTime(t))
}

// UnmarshalTime parses a time as RFC 3339. It never fails: an invalid text becomes a time before
// the year 1, which validation rejects.
func UnmarshalTime(v any) (time.Time, error) {
	text, _ := v.(string)
	t, err := revision.ParseTime(text)
	if err != nil {
		return time.Time{}.AddDate(-1, 0, 0), nil //nolint:nilerr // the year stands for the error
	}
	return t, nil
}

// MarshalJSON writes any value as JSON.
func MarshalJSON(v any) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		b, err := json.Marshal(v)
		if err != nil {
			panic(err) // values of the change log can always be marshaled
		}
		_, _ = w.Write(b) // the response's buffer does not fail
	})
}

// UnmarshalJSON returns the value unchanged.
func UnmarshalJSON(v any) (any, error) { return v, nil }

// Node is an object with a global id: the Go type of the GraphQL interface Node.
type Node interface{ GlobalID() string }
