package rest

// texts are an entry of errors and the one of errorDetails that explains it.
type texts struct{ summary, detail string }

const (
	accessDenied   = "Access denied."
	invalidRequest = "Invalid request."
)

// faultTexts are the reply to a fault of ours.
var faultTexts = texts{errorOccurred, "The server could not process the request."}

// refusedTexts say how the iService door answers a refusal.
var refusedTexts = map[refusalError]texts{
	errUnauthenticated: {"You must be logged in.", "The session is missing or has expired."},
	errCrossSite:       {accessDenied, "The request comes from a page of another site."},
	errNoOperation:     {invalidRequest, "The parameter api of the URL names no operation of this address."},
	errMethod:          {invalidRequest, "This operation does not support the HTTP method of the request."},
	errTooLarge:        {invalidRequest, "The request body is too large."},
	errEncoded:         {invalidRequest, "The request body must not be compressed."},
	errUnreadable:      {invalidRequest, "The request body could not be read."},
	errRequestKey:      {invalidRequest, "The header Idempotency-Key must have 1 to 255 characters."},
	errNotJSON:         {invalidRequest, "The request body is not valid JSON."},
	errNotForm:         {invalidRequest, "The request body is not a valid form."},
	errShape:           {invalidRequest, "The request body is not of the documented form."},
	errNoLogins:        {invalidRequest, "setLogins is true, but logins does not list the new logins."},
	errLogin:           {"Login failed.", "The email address or the password is wrong."},
}
