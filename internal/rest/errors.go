package rest

// requestError is why a request is rejected before it reaches the domain. Each API maps these
// errors to its responses: errorResponses and errorMessages.
type requestError string

// Errors of both APIs.
const (
	errUnauthenticated requestError = "missing or invalid credentials"
	errCrossSite       requestError = "another site sent the browser's cookie"
	errTooLarge        requestError = "the body is too large"
	errEncoded         requestError = "the body is compressed"
	errUnreadable      requestError = "the body could not be read"
	errInterrupted     requestError = "the server stopped reading the body"
	errIdempotencyKey  requestError = "the idempotency key is malformed"
)

// errForbidden is an error of the Contacts API only.
const errForbidden requestError = "the viewer does not have access"

// Errors of the iService API only.
const (
	errNoOperation requestError = "unknown operation"
	errMethod      requestError = "the operation does not support the HTTP method"
	errNotJSON     requestError = "the body is not JSON"
	errNotForm     requestError = "the body is not a form"
	errShape       requestError = "the JSON does not have the documented format"
	errNoLogins    requestError = "setLogins without logins"
	errLogin       requestError = "wrong login or password"
)

// Error returns the reason.
func (e requestError) Error() string { return string(e) }
