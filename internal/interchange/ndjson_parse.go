package interchange

import (
	"bytes"
	"encoding/json"

	"contactgraph/internal/contact/field"
)

// The members and columns that a file of the rows that could not be imported has in addition: why,
// and the columns that it is about. Imports ignore them.
const (
	ImportError       = "importError"
	ImportErrorColumn = "importErrorColumn"
)

// ignored are members of the GraphQL type Contact that repeat others, and those of import errors.
var ignored = map[string]bool{"id": true, "__typename": true, ImportError: true, ImportErrorColumn: true}

// ParseLine reads a contact that AppendLine wrote. If some of its values cannot be read, it returns
// the others and ValueErrors.
func ParseLine(line []byte) (*Record, error) {
	var errs ValueErrors
	r := &Record{}
	seen := map[string]bool{}
	ok := eachMember(line, func(name string, value json.RawMessage) {
		switch {
		case ignored[name]:
		case seen[name]:
			errs.add(name, string(value), errTwice)
		case name == field.PathProperties:
			parseProperties(r, value, &errs)
		default:
			if err := parseMember(r, name, value); err != nil {
				errs.add(name, string(value), err)
			}
		}
		seen[name] = true
	})
	if !ok {
		return &Record{}, ValueErrors{{"", shorten(string(line)), errNotObject.Error()}}
	}
	return r, errs.orNil()
}

func parseMember(r *Record, name string, value json.RawMessage) error {
	m := membersByPath[name]
	if m == nil {
		return errUnknown
	}
	if bytes.Equal(value, []byte("null")) {
		if m.nonNull {
			return errNull
		}
		m.set(r, nil)
		return nil
	}
	v, err := m.kind.parseJSON(value)
	if err == nil {
		m.set(r, v)
	}
	return err
}

func parseProperties(r *Record, value json.RawMessage, errs *ValueErrors) {
	seen := map[string]bool{}
	ok := eachMember(value, func(key string, value json.RawMessage) {
		values, err := parseValues(value)
		if seen[key] {
			err = errTwice
		}
		seen[key] = true
		if err != nil {
			errs.add(PropertyPath(key), string(value), err)
			return
		}
		r.Properties = append(r.Properties, Property{key, values})
	})
	if !ok {
		errs.add(field.PathProperties, string(value), errNotObject)
	}
}

// eachMember calls fn for the members of an object, in their order. It reports whether the text is
// an object and nothing else.
func eachMember(text []byte, fn func(name string, value json.RawMessage)) bool {
	if !json.Valid(text) {
		return false
	}
	d := json.NewDecoder(bytes.NewReader(text))
	if first, err := d.Token(); err != nil || first != json.Delim('{') {
		return false
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return false
		}
		var value json.RawMessage
		if d.Decode(&value) != nil {
			return false
		}
		fn(name.(string), value) //nolint:forcetypeassert // names of members are strings
	}
	return true
}
