// Package scalar reads and writes the custom scalars of the GraphQL API: Version, Time and JSON.
// Reading never fails: an invalid text becomes a value that the services reject, so that the
// payload of a mutation reports it together with all other errors.
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
			panic(err) // values of the change log and of properties can always be marshaled
		}
		_, _ = w.Write(b) // the response's buffer does not fail
	})
}

// Object is a JSON object whose members have an order.
type Object []Member

// Member is a member of an Object.
type Member struct {
	Name  string
	Value any
}

// MarshalJSON returns the object with its members in their order.
func (o Object) MarshalJSON() ([]byte, error) {
	text := []byte{'{'}
	for i, m := range o {
		if i > 0 {
			text = append(text, ',')
		}
		for _, part := range []any{m.Name, m.Value} {
			b, err := json.Marshal(part)
			if err != nil {
				return nil, err
			}
			text = append(append(text, b...), ':')
		}
		text = text[:len(text)-1]
	}
	return append(text, '}'), nil
}

// UnmarshalJSON returns the value unchanged.
func UnmarshalJSON(v any) (any, error) { return v, nil }

// Node is an object with a global id: the Go type of the GraphQL interface Node.
type Node interface{ GlobalID() string }
