package graphqlhttp

import (
	"net/http"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Values of an error's extensions.code. gqlgen adds GRAPHQL_PARSE_FAILED and
// GRAPHQL_VALIDATION_FAILED.
const (
	// CodeBadUserInput marks a malformed request, a variable of the wrong type, and an operation
	// that cannot run as it was sent.
	CodeBadUserInput = "BAD_USER_INPUT"
	// CodeBatching marks an array of requests.
	CodeBatching = "BATCHING_NOT_SUPPORTED"
	// CodeUnauthenticated marks a request whose caller must sign in first. The executor returns it;
	// this package maps it to the status 401.
	CodeUnauthenticated = "UNAUTHENTICATED"
	// CodeForbidden marks a request whose caller may not do what it asks for. The executor returns
	// it; this package maps it to the status 403.
	CodeForbidden = "FORBIDDEN"
	// CodeCursorExpired marks a request that continues from a position that no longer exists. The
	// executor returns it; this package maps it to the status 410.
	CodeCursorExpired = "CURSOR_EXPIRED"
	// CodeInternal marks a failure of the server.
	CodeInternal = "INTERNAL_SERVER_ERROR"
	// CodeUnavailable marks a temporary failure. The executor returns it; this package maps it to
	// the status 503, with Retry-After.
	CodeUnavailable = "SERVICE_UNAVAILABLE"
	// CodeOutcomeUnknown marks a write that may or may not have taken effect. The executor returns
	// it; this package maps it to the status 503.
	CodeOutcomeUnknown = "OUTCOME_UNKNOWN"
	// CodeCostLimit marks a request that costs more than its caller may spend on one. Limiter
	// returns it.
	CodeCostLimit = "COST_LIMIT"
	// CodeRateLimited marks a request of a caller that has sent too many. Limiter returns it; this
	// package maps it to the status 429, with Retry-After.
	CodeRateLimited = "RATE_LIMITED"
)

const allowedMethods = "GET, POST"

// requestError is the response to a malformed request, or to one that this transport does not
// support. The messages are constants, so that none of them can repeat what the client sent.
type requestError struct {
	status      int
	message     string
	code        string // CodeBadUserInput if empty
	name, value string // an additional header that explains the status
}

// Error returns the message.
func (e *requestError) Error() string { return e.message }

// All request errors.
var (
	errMethod = &requestError{status: http.StatusMethodNotAllowed, name: "Allow", value: allowedMethods,
		message: "Only GET and POST are supported."}
	errMutationByGet = &requestError{status: http.StatusMethodNotAllowed, name: "Allow", value: http.MethodPost,
		message: "Mutations must be sent by POST."}
	errNotAcceptable = &requestError{status: http.StatusNotAcceptable,
		message: "The Accept header must allow application/json or application/graphql-response+json."}
	errCrossSite = &requestError{status: http.StatusForbidden,
		message: "Requests from a page of another origin are not accepted."}
	errForged = &requestError{status: http.StatusBadRequest,
		message: "Requests from another site must have the header apollo-require-preflight or x-apollo-operation-name."}

	errContentType = &requestError{status: http.StatusUnsupportedMediaType,
		message: "The Content-Type must be application/json with the charset UTF-8."}
	errContentEncoding = &requestError{status: http.StatusUnsupportedMediaType, name: "Accept-Encoding", value: "identity",
		message: "The request body must not be compressed."}
	errBodyTooLarge = &requestError{status: http.StatusRequestEntityTooLarge,
		message: "The request body is too large."}
	errQueryTooLarge = &requestError{status: http.StatusRequestEntityTooLarge,
		message: "The query is too large."}
	errUnreadable = &requestError{status: http.StatusBadRequest,
		message: "The request body could not be read."}

	errURLTooLong = &requestError{status: http.StatusRequestURITooLong,
		message: "The URL is too long: send the request by POST."}
	errURL = &requestError{status: http.StatusBadRequest,
		message: "The query string of the URL is malformed."}
	errURLRepeats = &requestError{status: http.StatusBadRequest,
		message: "The URL has the same parameter more than once."}

	errUTF8 = &requestError{status: http.StatusBadRequest,
		message: "The request is not valid UTF-8."}
	errJSON = &requestError{status: http.StatusBadRequest,
		message: "The request is not valid JSON."}
	errTrailing = &requestError{status: http.StatusBadRequest,
		message: "The request has data after the JSON value."}
	errNesting = &requestError{status: http.StatusBadRequest,
		message: "The JSON of the request is nested too deeply."}
	errDuplicate = &requestError{status: http.StatusBadRequest,
		message: "A JSON object of the request has two members with the same name."}
	errSurrogate = &requestError{status: http.StatusBadRequest,
		message: "A JSON string of the request has an unpaired surrogate."}

	errNotObject = &requestError{status: http.StatusUnprocessableEntity,
		message: "The request must be a JSON object."}
	errBatch = &requestError{status: http.StatusUnprocessableEntity, code: CodeBatching,
		message: "Batches are not supported: send each operation in a request of its own, or several fields in one operation."}
	errQuery = &requestError{status: http.StatusUnprocessableEntity,
		message: "The request must have a query that is a string, a documentId or extensions.persistedQuery."}
	errDocumentID = &requestError{status: http.StatusUnprocessableEntity,
		message: "The documentId must be a string."}
	errPersistedQuery = &requestError{status: http.StatusUnprocessableEntity,
		message: "extensions.persistedQuery must be a JSON object."}
	errTwoDocuments = &requestError{status: http.StatusUnprocessableEntity,
		message: "A request with a documentId must have neither a query nor extensions.persistedQuery."}
	errOperationName = &requestError{status: http.StatusUnprocessableEntity,
		message: "The operationName must be a string."}
	errVariables = &requestError{status: http.StatusUnprocessableEntity,
		message: "The variables must be a JSON object."}
	errExtensions = &requestError{status: http.StatusUnprocessableEntity,
		message: "The extensions must be a JSON object."}

	errInterrupted = unavailable(CodeUnavailable, "The request body was not read to its end: send the request again.")
	errTimeout     = &requestError{status: http.StatusRequestTimeout,
		message: "The request body did not arrive in time: send the request again."}
	errTooManyOperations = &requestError{status: http.StatusTooManyRequests, code: CodeRateLimited, name: "Retry-After", value: "1",
		message: "Too many of your operations are running: end one, then try again."}
)

// unavailable returns an error that asks the client to try again.
func unavailable(code, message string) *requestError {
	return &requestError{status: http.StatusServiceUnavailable, code: code, name: "Retry-After", value: "1", message: message}
}

// errors returns e as GraphQL errors.
func (e *requestError) errors() gqlerror.List {
	code := e.code
	if code == "" {
		code = CodeBadUserInput
	}
	return coded(code, e.message)
}

func badUserInput(message string) gqlerror.List { return coded(CodeBadUserInput, message) }

func coded(code, message string) gqlerror.List {
	return gqlerror.List{{Message: message, Extensions: map[string]any{"code": code}}}
}
