package catalog

import (
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"contactgraph/ent/property"
	"contactgraph/internal/revision"
	"contactgraph/internal/storable"
)

// kind is what the values of a property's type look like.
type PropertyType struct {
	Values string
	Fits   func(value string, choices []string) bool
}

var PropertyTypes = map[property.Kind]PropertyType{
	property.KindText:     {"text", func(string, []string) bool { return true }},
	property.KindInteger:  {"whole numbers of at most 64 bits", isInteger},
	property.KindNumber:   {"decimal numbers", isNumber},
	property.KindDate:     {"dates as YYYY-MM-DD", isDate},
	property.KindDateTime: {"times as RFC 3339, such as 2024-11-21T06:40:14Z", isDateTime},
	property.KindChoice:   {"one of its choices", func(v string, choices []string) bool { return slices.Contains(choices, v) }},
}

func isInteger(v string, _ []string) bool {
	_, err := strconv.ParseInt(v, 10, 64)
	return err == nil
}

// isNumber accepts decimal digits with a point and an exponent, and nothing else that Go would read as a number.
func isNumber(v string, _ []string) bool {
	if v == "" || strings.Trim(v, "+-0123456789.eE") != "" || len(v) > 100 {
		return false
	}
	_, _, err := big.ParseFloat(v, 10, 64, big.ToNearestEven)
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
