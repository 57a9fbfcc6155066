package graphqlhttp

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// StatusPartialSuccess is the status of an operation that ran, but with errors. GraphQL over HTTP
// defines it, for application/graphql-response+json only.
const StatusPartialSuccess = 294

// statusByCode has the statuses of requests that did not run, in application/graphql-response+json.
var statusByCode = map[any]int{
	errcode.ParseFailed:      http.StatusBadRequest,
	errcode.ValidationFailed: http.StatusUnprocessableEntity,
	CodeBadUserInput:         http.StatusUnprocessableEntity,
	CodeCostLimit:            http.StatusUnprocessableEntity,
	CodeUnauthenticated:      http.StatusUnauthorized,
	CodeForbidden:            http.StatusForbidden,
	CodeCursorExpired:        http.StatusGone,
	CodeInternal:             http.StatusInternalServerError,
}

// status follows GraphQL over HTTP, edition of September 2026, section Status Codes; decision 26
// has the reasons. In application/json every well-formed request is a success. In
// application/graphql-response+json a request that could not run, and so has no data, is an error.
// In both, a server that could not do anything of its work responds with 503, and one whose client
// sends too much with 429, so that proxies between them notice.
func (o responseWriter) status(resp *graphql.Response) int {
	switch {
	case hasCode(resp, CodeUnavailable, CodeOutcomeUnknown) && !hasValue(resp):
		return http.StatusServiceUnavailable
	case hasCode(resp, CodeRateLimited) && !hasData(resp):
		return http.StatusTooManyRequests
	case o.mediaType == jsonType, hasData(resp) && len(resp.Errors) == 0:
		return http.StatusOK
	case hasData(resp):
		return StatusPartialSuccess
	}
	for _, err := range resp.Errors {
		if status, ok := statusByCode[err.Extensions["code"]]; ok {
			return status
		}
	}
	return http.StatusUnprocessableEntity
}

// requestStatus returns the status of a request error. Clients that ask for application/json know
// no 422.
func (o responseWriter) requestStatus(e *requestError) int {
	if o.mediaType == jsonType && e.status == http.StatusUnprocessableEntity {
		return http.StatusBadRequest
	}
	return e.status
}

// hasCode reports whether the response has an error with one of the codes.
func hasCode(resp *graphql.Response, codes ...any) bool {
	return slices.ContainsFunc(resp.Errors, func(err *gqlerror.Error) bool { return slices.Contains(codes, err.Extensions["code"]) })
}

// hasData reports whether the response has a data member, even if it is null. A response without
// one is for a request that did not run, and must have errors (GraphQL specification, section 7.1).
func hasData(resp *graphql.Response) bool {
	return len(resp.Data) > 0 || len(resp.Errors) == 0
}

// hasValue reports whether a root field of the response has a value.
func hasValue(resp *graphql.Response) bool {
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(resp.Data, &fields) // without data there are no fields
	for _, value := range fields {
		if string(value) != "null" {
			return true
		}
	}
	return false
}
