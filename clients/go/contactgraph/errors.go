package contactgraph

import (
	"errors"
	"time"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Code is the code of a failed request. It is an error itself, for errors.Is. Codes may be added.
type Code string

// The codes.
const (
	// There is no response of the server: it cannot be reached, or the connection was lost.
	CodeNoResponse Code = "NO_RESPONSE"
	// The response is not one of the GraphQL API: check the address.
	CodeBadResponse Code = "BAD_RESPONSE"

	CodeParseFailed                Code = "GRAPHQL_PARSE_FAILED"
	CodeValidationFailed           Code = "GRAPHQL_VALIDATION_FAILED"
	CodeBadUserInput               Code = "BAD_USER_INPUT"
	CodeBatchingNotSupported       Code = "BATCHING_NOT_SUPPORTED"
	CodePersistedQueryNotFound     Code = "PERSISTED_QUERY_NOT_FOUND"
	CodePersistedQueryNotSupported Code = "PERSISTED_QUERY_NOT_SUPPORTED"
	CodeIntrospectionDisabled      Code = "INTROSPECTION_DISABLED"

	// The credentials are missing or unknown, or have expired.
	CodeUnauthenticated Code = "UNAUTHENTICATED"
	// The caller does not have permission.
	CodeForbidden Code = "FORBIDDEN"
	// The operation or its response is too large.
	CodeCostLimit Code = "COST_LIMIT"
	// There were too many requests.
	CodeRateLimited Code = "RATE_LIMITED"
	// The contact never had the version of a snapshot, or the log does not reach back to it.
	CodeNoSuchVersion Code = "NO_SUCH_VERSION"
	// The contact was merged into another one, which extensions.mergedInto names.
	CodeMerged Code = "MERGED"
	// The log cannot continue from the cursor, after retention or a restore: read all contacts
	// again.
	CodeCursorExpired Code = "CURSOR_EXPIRED"
	// The server is temporarily unavailable. Nothing was changed.
	CodeUnavailable Code = "SERVICE_UNAVAILABLE"
	// The server does not know whether the write was applied.
	CodeOutcomeUnknown Code = "OUTCOME_UNKNOWN"
	// The server failed.
	CodeInternal Code = "INTERNAL_SERVER_ERROR"
)

func (c Code) Error() string { return string(c) }

// outcomeUnknown reports whether a write that failed so may have been applied.
func (c Code) outcomeUnknown() bool {
	return c == CodeNoResponse || c == CodeOutcomeUnknown || c == CodeInternal
}

// temporary reports whether the same request can succeed later.
func (c Code) temporary() bool {
	return c.outcomeUnknown() || c == CodeUnavailable || c == CodeRateLimited
}

// Error is a request that failed: it was not executed, or there is no response to it. What a person
// can fix is a RejectedError instead. Compare codes with errors.Is:
//
//	errors.Is(err, contactgraph.CodeUnauthenticated)
type Error struct {
	// The code of the first error of the response.
	Code Code
	// The messages of the response.
	Message string
	// The status of the response; 0 if there is none.
	Status int
	// The id by which an operator finds the request in the log; empty if there is no response.
	RequestID string
	// How long the server asks the caller to wait; 0 if it does not.
	RetryAfter time.Duration
	// The errors of the response, with their paths and extensions.
	Errors gqlerror.List

	// Whether the request was a write that may have been applied, by this attempt or one before.
	// Repeat it with the same key to find out: see Client.WithIdempotencyKey.
	OutcomeUnknown bool
	// The idempotency key of a write.
	IdempotencyKey string

	// What prevented a response, such as the end of the context.
	Err error
}

func (e *Error) Error() string {
	text := "contactgraph: " + string(e.Code)
	if e.Message != "" {
		text += ": " + e.Message
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the code and, if there is one, the cause.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Code}
	}
	return []error{e.Code, e.Err}
}

// IsTemporary reports whether the same request can succeed later. The client has then repeated it
// already.
func IsTemporary(err error) bool {
	var failed *Error
	return errors.As(err, &failed) && failed.Code.temporary()
}

// IsOutcomeUnknown reports whether the error is that of a write that may have been applied.
func IsOutcomeUnknown(err error) bool {
	var failed *Error
	return errors.As(err, &failed) && failed.OutcomeUnknown
}
