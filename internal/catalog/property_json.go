package catalog

import (
	"encoding/json"
	"regexp"
	"strconv"

	"contactgraph/ent"
	"contactgraph/ent/property"
)

// This file has the values of properties as JSON: a list of a property with multiple, a value or
// null of any other. Values of integers and decimal numbers are numbers, all others are strings.

// isNumeric reports whether values of the property are numbers in JSON.
func isNumeric(p *ent.Property) bool {
	return p.Kind == property.KindInteger || p.Kind == property.KindNumber
}

// JSONOf returns the values that a contact has for the property. Numbers have the digits that are
// stored.
func JSONOf(p *ent.Property, texts []string) any {
	list := make([]any, len(texts))
	for i, text := range texts {
		list[i] = text
		if isNumeric(p) {
			list[i] = NumberOf(text)
		}
	}
	switch {
	case p.Multiple:
		return list
	case len(list) == 0:
		return nil
	}
	return list[0]
}

// number matches what a property of the types integer and number can have as a value. JSON allows
// neither its plus sign nor leading zeros, and requires digits on both sides of a point.
var number = regexp.MustCompile(`^([+-]?)0*(\d*)(\.\d*)?([eE][+-]?\d+)?$`)

// NumberOf returns a number that is stored as text in the form of JSON; the text itself if it is no
// number, which no write stores.
func NumberOf(text string) any {
	m := number.FindStringSubmatch(text)
	if m == nil {
		return text
	}
	sign, whole, fraction, exponent := m[1], m[2], m[3], m[4]
	if sign == "+" {
		sign = ""
	}
	if whole == "" {
		whole = "0"
	}
	if fraction == "." {
		fraction = ""
	}
	return json.Number(sign + whole + fraction + exponent)
}

// TextsOf returns the texts of values that are sent as JSON, in order; ok is false for JSON of
// another type. null has no values. It does not check whether the texts fit the property.
func TextsOf(p *ent.Property, sent any) (texts []string, ok bool) {
	if sent == nil {
		return nil, true
	}
	list := []any{sent}
	if p.Multiple {
		if list, ok = sent.([]any); !ok {
			return nil, false
		}
	}
	for _, element := range list {
		text, isText := element.(string)
		if isNumeric(p) {
			text, isText = digitsOf(element)
		}
		if !isText {
			return nil, false
		}
		texts = append(texts, text)
	}
	return texts, true
}

// digitsOf returns the digits of a number: of a variable as they were sent, and of a literal, which
// GraphQL reads as an integer or float of 64 bits.
func digitsOf(v any) (digits string, ok bool) {
	switch v := v.(type) {
	case json.Number:
		return v.String(), true
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64), true
	}
	return "", false
}

// JSONForm returns what TextsOf accepts, as a phrase for messages: a value must be …
func JSONForm(p *ent.Property) string {
	element, list := "a string", "a list of strings"
	if isNumeric(p) {
		element, list = "a number", "a list of numbers"
	}
	if p.Multiple {
		return list
	}
	return element + " or null"
}
