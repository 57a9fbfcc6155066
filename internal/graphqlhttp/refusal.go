package graphqlhttp

import (
	"net/http"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Codes of this package in an error's extensions.code, beside gqlgen's
// GRAPHQL_PARSE_FAILED and GRAPHQL_VALIDATION_FAILED.
const (
	// CodeBadUserInput marks a malformed request, a variable of the wrong
	// type, and an operation that cannot be run as it was sent.
	CodeBadUserInput = "BAD_USER_INPUT"
	// CodeUnauthenticated marks a request whose caller must sign in first. It
	// comes from the executor; here it selects the status 401.
	CodeUnauthenticated = "UNAUTHENTICATED"
	// CodeInternal marks an answer that the server failed to give.
	CodeInternal = "INTERNAL_SERVER_ERROR"
	// CodeUnavailable marks an answer that the server cannot give for now. It
	// comes from the executor; here it selects the status 503, with
	// Retry-After.
	CodeUnavailable = "SERVICE_UNAVAILABLE"
	// CodeOutcomeUnknown marks a write of which the server cannot say whether
	// it took effect. It comes from the executor; here it selects the status
	// 503.
	CodeOutcomeUnknown = "OUTCOME_UNKNOWN"
)

const allowedMethods = "GET, POST"

// refusal is the answer to a request that is not a GraphQL request, or not one
// that this transport runs. The texts are constants, so that none of them can
// repeat what the client sent.
type refusal struct {
	status      int
	message     string
	code        string // CodeBadUserInput when empty
	name, value string // of a header that explains the status
}

// Error returns the message.
func (r *refusal) Error() string { return r.message }

// Every refusal that there is.
var (
	errMethod = &refusal{status: http.StatusMethodNotAllowed, name: "Allow", value: allowedMethods,
		message: "GraphQL is served by GET and POST."}
	errMutationByGet = &refusal{status: http.StatusMethodNotAllowed, name: "Allow", value: http.MethodPost,
		message: "A mutation needs POST."}
	errNotAcceptable = &refusal{status: http.StatusNotAcceptable,
		message: "The answer is application/json or application/graphql-response+json, and the Accept header wants neither."}
	errForged = &refusal{status: http.StatusBadRequest,
		message: "A request from another site needs a header apollo-require-preflight or x-apollo-operation-name."}

	errContentType = &refusal{status: http.StatusUnsupportedMediaType,
		message: "The Content-Type must be application/json, in UTF-8."}
	errContentEncoding = &refusal{status: http.StatusUnsupportedMediaType, name: "Accept-Encoding", value: "identity",
		message: "The request body must not be compressed."}
	errBodyTooLarge = &refusal{status: http.StatusRequestEntityTooLarge,
		message: "The request body is too large."}
	errQueryTooLarge = &refusal{status: http.StatusRequestEntityTooLarge,
		message: "The query is too large."}
	errUnreadable = &refusal{status: http.StatusBadRequest,
		message: "The request body could not be read."}

	errURLTooLong = &refusal{status: http.StatusRequestURITooLong,
		message: "The URL is too long: send the request by POST."}
	errURL = &refusal{status: http.StatusBadRequest,
		message: "The URL's query string is malformed."}
	errURLRepeats = &refusal{status: http.StatusBadRequest,
		message: "A parameter of the URL stands there twice."}

	errUTF8 = &refusal{status: http.StatusBadRequest,
		message: "The request is not valid UTF-8."}
	errJSON = &refusal{status: http.StatusBadRequest,
		message: "The request is not valid JSON."}
	errTrailing = &refusal{status: http.StatusBadRequest,
		message: "Something follows the JSON value of the request."}
	errNesting = &refusal{status: http.StatusBadRequest,
		message: "The request's JSON nests too deep."}
	errDuplicate = &refusal{status: http.StatusBadRequest,
		message: "An object of the request has two members of the same name."}
	errSurrogate = &refusal{status: http.StatusBadRequest,
		message: "A string of the request has half a surrogate pair."}

	errNotObject = &refusal{status: http.StatusBadRequest,
		message: "The request body must be one JSON object; there are no batches."}
	errQuery = &refusal{status: http.StatusBadRequest,
		message: "The request needs a query, which is a string."}
	errOperationName = &refusal{status: http.StatusBadRequest,
		message: "The operationName must be a string."}
	errVariables = &refusal{status: http.StatusBadRequest,
		message: "The variables must be a JSON object."}
	errExtensions = &refusal{status: http.StatusBadRequest,
		message: "The extensions must be a JSON object."}

	errEnded = &refusal{status: http.StatusServiceUnavailable, code: CodeInternal,
		message: "The request ended before there was an answer."}
)

// errors returns the refusal as GraphQL has it.
func (r *refusal) errors() gqlerror.List {
	code := r.code
	if code == "" {
		code = CodeBadUserInput
	}
	return coded(code, r.message)
}

func badUserInput(message string) gqlerror.List { return coded(CodeBadUserInput, message) }

func coded(code, message string) gqlerror.List {
	return gqlerror.List{{Message: message, Extensions: map[string]any{"code": code}}}
}
