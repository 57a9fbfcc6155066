package webapi

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"contactgraph/internal/rest/aspnet"
)

// What clients learn of a query that is not one of the operation. The APIs that replace legacy ones
// ignore such parameters, as those did.
const (
	queryMalformed = "The query of the URL is malformed."
	queryUnknown   = "There is no such parameter."
	queryRepeated  = "The parameter is given more than once."
)

// parametersOf reads the query of a URL, for an operation that has the parameters with these names.
// It returns their texts by these names, whatever the letter case in the URL, "" for those that are
// absent, and reports every other parameter and those that are given more than once.
func parametersOf(u *url.URL, names ...string) (texts map[string]string, state aspnet.ModelState) {
	invalid := func(key, message string) {
		state = append(state, aspnet.FieldErrors{Key: key, Messages: []string{message}})
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		invalid("", queryMalformed)
	}
	given := map[string][]string{}
	for _, key := range slices.Sorted(maps.Keys(query)) {
		i := slices.IndexFunc(names, func(name string) bool { return strings.EqualFold(name, key) })
		if i < 0 {
			invalid(key, queryUnknown)
			continue
		}
		given[names[i]] = append(given[names[i]], query[key]...)
	}
	texts = map[string]string{}
	for _, name := range names {
		switch values := given[name]; len(values) {
		case 0:
		case 1:
			texts[name] = values[0]
		default:
			invalid(name, queryRepeated)
		}
	}
	return texts, state
}
