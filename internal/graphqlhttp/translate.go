package graphqlhttp

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// translate gives the executor's errors the codes of this API, and removes values of the request
// from their messages, as far as they can be secrets. Errors of extensions stay unchanged. It
// returns at most MaxErrors of them, and one more that says so if there are more.
//
// The executor marks every error between parsing and execution with GRAPHQL_VALIDATION_FAILED.
// Errors in the operation name and in the variables, which are not part of the document, become
// BAD_USER_INPUT.
func translate(op *graphql.OperationContext, params *Request, errs gqlerror.List) gqlerror.List {
	for _, err := range errs {
		switch code := err.Extensions["code"]; {
		case code == errcode.ParseFailed:
			err.Message = parsedLiteral.ReplaceAllString(err.Message, "$1")
		case code != errcode.ValidationFailed:
		case op.Doc == nil:
			if strings.HasPrefix(err.Rule, "ValuesOfCorrectType") && !shownNumber.MatchString(err.Message) {
				err.Message = checkedLiteral.ReplaceAllString(err.Message, "$1")
			}
		case op.Operation == nil:
			return badUserInput(operationNameMessage(op))
		case len(err.Path) > 0 && err.Path[0] == ast.PathName("variable"):
			errcode.Set(err, CodeBadUserInput)
			err.Message = variableValue.ReplaceAllString(err.Message, "The value$1")
			if number, ok := valueAt(params.Variables, err.Path[1:]).(json.Number); ok {
				err.Message = usedNumber.ReplaceAllString(err.Message, "cannot use "+nameOf(number)+" as ")
			}
		}
		err.Message = shorten(err.Message)
	}
	if len(errs) <= MaxErrors {
		return errs
	}
	return append(errs[:MaxErrors:MaxErrors], coded(errcode.ValidationFailed, "The document has more errors, which are not shown.")...)
}

// shorten cuts a message that is too long.
func shorten(message string) string {
	if len(message) <= maxMessage {
		return message
	}
	return strings.ToValidUTF8(message[:maxMessage], "") + "…"
}

// Where gqlparser quotes a value: an unexpected token, a literal of the wrong type, and a variable
// that is not a member of its enum. Names stay in the messages, because few messages would help
// without the names of fields and types. A test compares these patterns with gqlparser's messages.
var (
	parsedLiteral  = regexp.MustCompile(`(?s)( (?:Block)?String| Int| Float| Comment) ".*`)
	checkedLiteral = regexp.MustCompile(`(?s)( value): .*|, found .*`)
	shownNumber    = regexp.MustCompile(`^Int cannot represent non-integer value: -?[0-9][0-9.eE+-]{0,18}$`) // as nameOf
	variableValue  = regexp.MustCompile(`(?s)^.*( is not a valid )`)
)

// usedNumber is where gqlparser describes a number that is not of the type of a variable: as the
// integer that it could read, or as a string.
var usedNumber = regexp.MustCompile(`^cannot use .* as `)

// nameOf returns a number as it was sent if only its notation is wrong, as that of 10.0 for an Int.
// Others can be secrets.
func nameOf(number json.Number) string {
	const longest = 20
	if text := number.String(); len(text) <= longest && strings.ContainsAny(text, ".eE") {
		return text
	}
	return "this number"
}

// valueAt returns the variable, or the value in it, at the path of an error. A single value counts
// as a list of it.
func valueAt(variables any, path ast.Path) any {
	value := variables
	for _, element := range path {
		switch e := element.(type) {
		case ast.PathName:
			object, _ := value.(map[string]any)
			value = object[string(e)]
		case ast.PathIndex:
			if list, ok := value.([]any); ok {
				value = list[e]
			}
		}
	}
	return value
}

func operationNameMessage(op *graphql.OperationContext) string {
	if op.OperationName == "" {
		return "The document has more than one operation: set operationName to select one."
	}
	return "The document has no operation with the given operationName."
}
