package catalog

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"contactgraph/ent/property"
	"contactgraph/internal/revision"
	"contactgraph/internal/storable"
)

// PropertyType describes the values of a type of property.
type PropertyType struct {
	Values string                                    // a phrase for messages: a value must be …
	Fits   func(value string, choices []string) bool // reports whether the value is valid
}

// PropertyTypes describes the values of each type of property.
var PropertyTypes = map[property.Kind]PropertyType{
	property.KindText:     {"text", func(string, []string) bool { return true }},
	property.KindInteger:  {"a whole number of at most 64 bits", isInteger},
	property.KindNumber:   {"a decimal number in the range of 64-bit floats", isNumber},
	property.KindDate:     {"a date in the form YYYY-MM-DD", isDate},
	property.KindDateTime: {"an RFC 3339 time such as 2024-11-21T06:40:14Z", isDateTime},
	property.KindChoice:   {"one of its choices", func(v string, choices []string) bool { return slices.Contains(choices, v) }},
}

func isInteger(v string, _ []string) bool {
	_, err := strconv.ParseInt(v, 10, 64)
	return err == nil
}

// isNumber accepts decimal digits with a sign, point and exponent. Other forms that Go can parse,
// such as hexadecimal numbers and NaN, are invalid. Numbers that are too large for a float of 64
// bits are, too: many clients could not read a contact that has one.
func isNumber(v string, _ []string) bool {
	if v == "" || strings.Trim(v, "+-0123456789.eE") != "" || len(v) > 100 {
		return false
	}
	_, err := strconv.ParseFloat(v, 64)
	return err == nil
}

func isDate(v string, _ []string) bool {
	t, err := time.Parse(time.DateOnly, v)
	return err == nil && storable.Time(t)
}

func isDateTime(v string, _ []string) bool {
	t, err := revision.ParseTime(v)
	return err == nil && storable.Time(t)
}
