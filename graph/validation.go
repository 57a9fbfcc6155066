package graph

import (
	"contactgraph/internal/graphqlhttp"

	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// limitedRules returns the rules of the specification, which report at most as many errors as a
// response shows: a document of 4 KB can have a million conflicting fields. gqlgen calls it for
// each document that it validates.
//
// gqlgen replaces two of them by its own, which report at most one error for each field.
func limitedRules() *rules.Rules {
	reported := 0
	limited := rules.NewRules()
	for name, rule := range rules.NewDefaultRules().GetInner() {
		limited.AddRule(name, func(observers *validator.Events, report validator.AddErrFunc) {
			rule(observers, func(options ...validator.ErrorOption) {
				// One more than are shown, so that the response says that there are more.
				if reported++; reported <= graphqlhttp.MaxErrors+1 {
					report(options...)
				}
			})
		})
	}
	return limited
}
