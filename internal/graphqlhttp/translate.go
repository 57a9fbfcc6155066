package graphqlhttp

import (
	"regexp"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// translate gives the executor's errors the codes that clients know, and takes
// the request's values out of their messages. Errors of extensions pass as they
// are.
//
// The executor marks whatever fails between parsing and execution with
// GRAPHQL_VALIDATION_FAILED. What is at fault in the request's other members,
// the operation's name and the variables, becomes BAD_USER_INPUT.
func translate(op *graphql.OperationContext, errs gqlerror.List) gqlerror.List {
	for _, err := range errs {
		switch code := err.Extensions["code"]; {
		case code == errcode.ParseFailed:
			err.Message = parsedLiteral.ReplaceAllString(err.Message, "$1")
		case code != errcode.ValidationFailed:
		case op.Doc == nil:
			if strings.HasPrefix(err.Rule, "ValuesOfCorrectType") {
				err.Message = checkedLiteral.ReplaceAllString(err.Message, "$1")
			}
		case op.Operation == nil:
			return badUserInput(nameWanted(op))
		case len(err.Path) > 0 && err.Path[0] == ast.PathName("variable"):
			errcode.Set(err, CodeBadUserInput)
			err.Message = variableValue.ReplaceAllString(err.Message, "The value$1")
		}
	}
	return errs
}

// Where gqlparser quotes a value: what the parser did not expect, a literal of
// the wrong type, a variable that is no member of its enum. Names stay: without
// those of fields and types few messages would help. A test holds these patterns
// to gqlparser's wording.
var (
	parsedLiteral  = regexp.MustCompile(`(?s)( (?:Block)?String| Int| Float| Comment) ".*`)
	checkedLiteral = regexp.MustCompile(`(?s)( value): .*|, found .*`)
	variableValue  = regexp.MustCompile(`(?s)^.*( is not a valid )`)
)

func nameWanted(op *graphql.OperationContext) string {
	if op.OperationName == "" {
		return "The document has more than one operation: operationName must say which one to run."
	}
	return "The document has no operation of the name that operationName gives."
}
