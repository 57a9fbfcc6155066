package rest

import "contactgraph/internal/idempotency"

// message is one error of an iService response: an entry of errors and the entry of errorDetails
// that explains it.
type message struct{ summary, detail string }

const (
	accessDenied   = "Access denied."
	invalidRequest = "Invalid request."
)

// faultMessage reports a failure of the server.
var faultMessage = message{errorOccurred, "The server could not process the request."}

// errorMessages maps the errors of requests to messages of the iService API.
var errorMessages = map[requestError]message{
	errUnauthenticated: {"You must be logged in.", "The session is missing or has expired."},
	errCrossSite:       {accessDenied, "The request was sent from another site."},
	errNoOperation:     {invalidRequest, "The URL parameter api does not name an operation of this endpoint."},
	errMethod:          {invalidRequest, "This operation does not support the HTTP method of the request."},
	errTooLarge:        {invalidRequest, "The request body is too large."},
	errEncoded:         {invalidRequest, "The request body must not be compressed."},
	errUnreadable:      {invalidRequest, "The request body could not be read."},
	errInterrupted:     {errorOccurred, "The request body was not read to its end: send the request again."},
	errIdempotencyKey:  {invalidRequest, idempotency.MessageKey},
	errNotJSON:         {invalidRequest, "The request body is not valid JSON."},
	errNotForm:         {invalidRequest, "The request body is not a valid form."},
	errShape:           {invalidRequest, "The request body does not have the documented format."},
	errNoLogins:        {invalidRequest, "setLogins is true, but logins is missing."},
	errLogin:           {"Login failed.", "The email address or the password is wrong."},
}
