// Package scalar reads and writes the custom scalars of the GraphQL API.
package scalar

import (
	"encoding/json"
	"io"
	"time"

	"contactgraph/internal/revision"

	"github.com/99designs/gqlgen/graphql"
)

// Malformed is what a text that is no base64 reads as: the caller learns this from the payload, like of any other value.
const Malformed revision.Version = -1

// MarshalVersion writes the opaque text of a version.
func MarshalVersion(v revision.Version) graphql.Marshaler { return graphql.MarshalString(v.String()) }

// UnmarshalVersion reads the text of a version. It never fails: gqlgen reads an argument when its field's turn comes, and
// the fields before have taken effect by then.
func UnmarshalVersion(v any) (revision.Version, error) {
	text, ok := v.(string)
	if !ok {
		return Malformed, nil
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

// UnmarshalTime reads RFC 3339. It never fails, for the reason that UnmarshalVersion has: what is no time reads as one before
// the year 1, which the rules refuse.
func UnmarshalTime(v any) (time.Time, error) {
	text, _ := v.(string)
	t, err := revision.ParseTime(text)
	if err != nil {
		return time.Time{}.AddDate(-1, 0, 0), nil //nolint:nilerr // the year says it
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
