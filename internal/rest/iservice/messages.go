package iservice

import (
	"contactgraph/internal/idempotency"
	"contactgraph/internal/rest/call"
)

// message is one error of an iService response: an entry of errors and the entry of errorDetails
// that explains it.
type message struct{ summary, detail string }

// Errors of this API only.
const (
	errNoForm       call.Error = "unknown endpoint"
	errNotSupported call.Error = "an operation that only iService has"
	errNoOperation  call.Error = "unknown operation"
	errMethod       call.Error = "the operation does not support the HTTP method"
	errNotJSON      call.Error = "the body is not JSON"
	errNotForm      call.Error = "the body is not a form"
	errShape        call.Error = "the JSON does not have the documented format"
	errNoLogins     call.Error = "setLogins without logins"
	errLogin        call.Error = "wrong login or password"
	errRegistration call.Error = "registrations are not allowed"
	errNoAccount    call.Error = "no account to register in"
	errForeign      call.Error = "a customer writes another contact"
	errNoContact    call.Error = "the caller is no customer"
)

const (
	errorOccurred  = "An error has occurred."
	accessDenied   = "Access denied."
	invalidRequest = "Invalid request."
	notSupported   = "Not supported."
	notAvailable   = "Not available."
)

// faultMessage reports a failure of the server.
var faultMessage = message{errorOccurred, "The server could not process the request."}

// errorMessages maps the errors of requests to messages of the iService API.
var errorMessages = map[call.Error]message{
	call.ErrUnauthenticated: {"You must be logged in.", "The session is missing or has expired."},
	call.ErrCrossSite:       {accessDenied, "The request was sent from another site."},
	call.ErrStarting:        faultMessage,
	errNoForm:               {notSupported, "This server does not have this endpoint."},
	errNotSupported:         {notSupported, "This server does not have this operation."},
	errNoOperation:          {invalidRequest, "The URL parameter api does not name an operation of this endpoint."},
	errMethod:               {invalidRequest, "This operation does not support the HTTP method of the request."},
	call.ErrTooLarge:        {invalidRequest, "The request body is too large."},
	call.ErrEncoded:         {invalidRequest, "The request body must not be compressed."},
	call.ErrUnreadable:      {invalidRequest, "The request body could not be read."},
	call.ErrInterrupted:     {errorOccurred, "The request body was not read to its end: send the request again."},
	call.ErrIdempotencyKey:  {invalidRequest, idempotency.MessageKey},
	errNotJSON:              {invalidRequest, "The request body is not valid JSON."},
	errNotForm:              {invalidRequest, "The request body is not a valid form."},
	errShape:                {invalidRequest, "The request body does not have the documented format."},
	errNoLogins:             {invalidRequest, "setLogins is true, but logins is missing."},
	errForeign:              {accessDenied, "Customers may only update properties for their own contact ID."},
	errNoContact:            {accessDenied, "Only customers have details of their own."},
	errLogin:                {"Login failed.", "The email address or the password is wrong."},
	errRegistration:         {notAvailable, "Registration is off. The operator of the server can allow it with --iservice-registration."},
	errNoAccount:            {notAvailable, "This server has no account in which people can register."},
}
