package apierror

import (
	"contactgraph/internal/graphqlhttp"

	"github.com/99designs/gqlgen/graphql/errcode"
)

// Code is an error code with its meaning, for manuals.
type Code struct{ Name, Meaning string }

// Codes returns every value of extensions.code, with its meaning. Two are those of gqlgen, for
// documents that cannot be parsed or validated.
func Codes() []Code {
	return []Code{
		{errcode.ParseFailed, "The document is not valid GraphQL syntax, or has too many tokens."},
		{errcode.ValidationFailed, "The document does not match the schema."},
		{CodeBadInput, "The request is malformed, a variable or argument has the wrong type, or the operation cannot run as it was sent."},
		{CodeUnauthenticated, "The credentials are unknown or have expired, or the operation requires credentials."},
		{CodeForbidden, "You do not have permission to do this."},
		{CodeCostLimit, "The operation, its document or its response is too large: the message says what to change. extensions.cost has the weight and the limit."},
		{CodeRateLimited, "You have sent too many requests, or too many of your operations are running: wait for as many seconds as the header Retry-After or the extension retryAfter says."},
		{CodeNoVersion, "The contact never had the version given as asOf, or its change log does not reach back to it."},
		{CodeCursorExpired, "The cursor is no longer valid: read all contacts again, then continue from lastCursor."},
		{graphqlhttp.CodeUnavailable, "The server is temporarily unavailable. Nothing was changed; try again."},
		{graphqlhttp.CodeOutcomeUnknown, "It is unknown whether the write took effect. Retry it with the same expectedVersion or Idempotency-Key."},
		{CodeInternal, "The server failed. Its log shows the cause."},
	}
}
