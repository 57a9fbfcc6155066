package graph

import (
	"errors"
	"fmt"

	"contactgraph/graph/cost"
	"contactgraph/graph/persisted"
	"contactgraph/internal/graphqlhttp"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// unsuggesting are rules whose errors suggest names of the schema, without the suggestions.
var unsuggesting = map[string]validator.RuleFunc{
	rules.KnownArgumentNamesRule.Name:  rules.KnownArgumentNamesRuleWithoutSuggestions.RuleFunc,
	rules.KnownTypeNamesRule.Name:      rules.KnownTypeNamesRuleWithoutSuggestions.RuleFunc,
	rules.ValuesOfCorrectTypeRule.Name: rules.ValuesOfCorrectTypeRuleWithoutSuggestions.RuleFunc,
}

// limitedRules returns the rules of the specification, which report at most as many errors as a
// response shows: a document of 4 KB can have a million conflicting fields. Their errors suggest
// names of the schema if suggests is true. gqlgen calls it for each document that it validates.
//
// gqlgen replaces two of them by its own, which report at most one error for each field.
func limitedRules(suggests bool) *rules.Rules {
	reported := 0
	limited := rules.NewRules()
	for name, rule := range rules.NewDefaultRules().GetInner() {
		if silent, ok := unsuggesting[name]; ok && !suggests {
			rule = silent
		}
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

// LoadTrusted reads trusted documents from files. It fails if one of them could never run.
func LoadTrusted(files []string) (*Trusted, error) {
	return persisted.Load(files, checkDocument)
}

// checkDocument fails if the server would reject a document whatever its caller and variables are.
func checkDocument(query string) error {
	if len(query) > graphqlhttp.MaxQuery {
		return fmt.Errorf("it has more than %d bytes", graphqlhttp.MaxQuery)
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: query}, graphqlhttp.ParserTokenLimit)
	switch {
	case err != nil:
		return err
	case len(doc.Operations) == 0:
		return errors.New("it has no operation")
	}
	if err := cost.Check(doc); err != nil {
		return err
	}
	if errs := validator.ValidateWithRules(schema(), doc, limitedRules(true)); len(errs) > 0 {
		return errs
	}
	return nil
}
