package call

// Error is why a request is rejected before it reaches the domain. Each API has further ones, and
// a table of its responses to all of them.
type Error string

// Errors of both APIs.
const (
	ErrUnauthenticated Error = "missing or invalid credentials"
	ErrCrossSite       Error = "another site sent the browser's cookie"
	ErrTooLarge        Error = "the body is too large"
	ErrEncoded         Error = "the body is compressed"
	ErrUnreadable      Error = "the body could not be read"
	ErrInterrupted     Error = "the server stopped reading the body"
	ErrIdempotencyKey  Error = "the idempotency key is malformed"
	ErrStarting        Error = "the server is preparing its database"
)

// Error returns the reason.
func (e Error) Error() string { return string(e) }

// Errors lists them, for tests of the tables of responses.
func Errors() []Error {
	return []Error{ErrUnauthenticated, ErrCrossSite, ErrTooLarge, ErrEncoded, ErrUnreadable, ErrInterrupted, ErrIdempotencyKey, ErrStarting}
}
