package interchange

import (
	"bytes"
	"encoding/json"
	"strings"

	"contactgraph/internal/contact/field"
	"contactgraph/internal/storable"
)

var errValues = reason("This must be a list of values, each a text or an object with a value and a description.")

// appendValues appends the values of a property as JSON: a list of objects with the value and, if
// there is one, the description.
func appendValues(b []byte, values []field.Value) []byte {
	b = append(b, '[')
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(append(b, `{"value":`...), v.Value)
		if v.Description != nil {
			b = appendString(append(b, `,"description":`...), *v.Description)
		}
		b = append(b, '}')
	}
	return append(b, ']')
}

// parseValues reads what appendValues wrote. It also accepts null, a text, a number, and a list of
// these.
func parseValues(b []byte) ([]field.Value, error) {
	if b = bytes.TrimSpace(b); !bytes.HasPrefix(b, []byte("[")) {
		if bytes.Equal(b, []byte("null")) {
			return nil, nil
		}
		v, err := parsePropertyValue(b)
		return []field.Value{v}, err
	}
	var elements []json.RawMessage
	if json.Unmarshal(b, &elements) != nil {
		return nil, errValues
	}
	var values []field.Value
	for _, e := range elements {
		v, err := parsePropertyValue(e)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	return values, nil
}

func parsePropertyValue(b []byte) (v field.Value, err error) {
	switch {
	case bytes.HasPrefix(b, []byte("{")):
		var sent struct {
			Value       *string `json:"value"`
			Description *string `json:"description"`
		}
		d := json.NewDecoder(bytes.NewReader(b))
		d.DisallowUnknownFields()
		if d.Decode(&sent) != nil || sent.Value == nil {
			return v, errValues
		}
		v = field.Value{Value: *sent.Value, Description: sent.Description}
	case bytes.HasPrefix(b, []byte(`"`)):
		if json.Unmarshal(b, &v.Value) != nil {
			return v, errValues
		}
	default:
		var n json.Number
		if json.Unmarshal(b, &n) != nil || n == "" {
			return v, errValues
		}
		v.Value = n.String()
	}
	if !storable.Text(v.Value) || v.Description != nil && !storable.Text(*v.Description) {
		return v, errNotStorable
	}
	return v, nil
}

// valuesCell returns the values of a property as a cell: none as an empty cell, one without a
// description as its text, any others as a JSON list, in which those without a description are
// strings. A text that could be read as a list is a list of one.
func valuesCell(values []field.Value) string {
	if len(values) == 0 {
		return ""
	}
	if len(values) == 1 && values[0].Description == nil && !strings.HasPrefix(values[0].Value, "[") {
		return EscapeCell(values[0].Value)
	}
	list := make([]any, len(values))
	for i, v := range values {
		if list[i] = any(v.Value); v.Description != nil {
			list[i] = v
		}
	}
	return string(appendCompact(nil, list))
}

// parseValuesCell reads what valuesCell wrote. A text that begins as a list and is not one is the
// value itself.
func parseValuesCell(cell string) ([]field.Value, error) {
	if cell == "" {
		return nil, nil
	}
	if strings.HasPrefix(cell, "[") {
		if values, err := parseValues([]byte(cell)); err == nil {
			return values, nil
		}
	}
	text := UnescapeCell(cell)
	if !storable.Text(text) {
		return nil, errNotStorable
	}
	return []field.Value{{Value: text}}, nil
}
