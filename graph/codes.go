package graph

import (
	"contactgraph/graph/generated"
	"contactgraph/internal/graphqlhttp"

	"github.com/99designs/gqlgen/graphql/errcode"
)

// Code is something that an answer can say went wrong, for manuals.
type Code struct{ Name, Meaning string }

// PayloadCodes are the codes of errors that callers can mend, in the order of the schema and in its words.
func PayloadCodes() []Code {
	var all []Code
	for _, v := range generated.NewExecutableSchema(generated.Config{}).Schema().Types["ContactErrorCode"].EnumValues {
		all = append(all, Code{v.Name, v.Description})
	}
	return all
}

// Codes are the values of extensions.code.
func Codes() []Code {
	return []Code{
		{errcode.ParseFailed, "The document is not GraphQL, or has more tokens than it may have."},
		{errcode.ValidationFailed, "The document asks for what the schema does not have."},
		{codeBadInput, "The request is malformed, a variable or argument has no value of its type, or the operation cannot be run as it was sent."},
		{codeUnauthenticated, "The credentials are unknown or have expired, or the operation needs some."},
		{codeForbidden, "The viewer may not ask for this."},
		{codeNoVersion, "The contact never had the version that asOf names, or its log does not reach back to it."},
		{codeCursorExpired, "The log does not have the place of the cursor any more: read everything anew, and go on from lastCursor."},
		{graphqlhttp.CodeUnavailable, "The server cannot answer for now. Nothing has happened: try again."},
		{graphqlhttp.CodeOutcomeUnknown, "Nobody can say whether the write took effect. Repeat it with the same expectedVersion or Idempotency-Key."},
		{codeInternal, "The server has failed. Its log says why."},
	}
}
