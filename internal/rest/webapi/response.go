package webapi

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"contactgraph/internal/auth"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/idempotency"
	"contactgraph/internal/limiter"
	"contactgraph/internal/rest/aspnet"
	"contactgraph/internal/rest/call"
	"contactgraph/internal/usererror"
)

const (
	authorizationDenied = "Authorization has been denied for this request."
	errorOccurred       = "An error has occurred."
	wrongPassword       = "The password is wrong."
)

// conflictHeader gives the reason for a 409; the documented body has no member for it.
const conflictHeader = "X-Conflict"

// response is a response of the Contacts API.
type response struct {
	status      int
	name, value string // an additional header that explains the status; name is "" if there is none
	body        []byte // nil for no body
}

// responseError is an error that carries its response.
type responseError struct{ response }

// Error returns the name of the status.
func (e responseError) Error() string { return http.StatusText(e.status) }

// with returns the response with an additional header.
func (resp response) with(name, value string) response {
	resp.name, resp.value = name, value
	return resp
}

// send writes the response in the media type that the request asks for.
func (resp response) send(w http.ResponseWriter, r *http.Request) {
	call.NoStore(w)
	if resp.name != "" {
		w.Header().Set(resp.name, resp.value)
	}
	if resp.body != nil {
		w.Header().Set("Content-Type", negotiate(r.Header)+call.CharsetUTF8)
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(resp.body)))
	w.WriteHeader(resp.status)
	_, _ = w.Write(resp.body) // fails only if the client has gone away
}

// messageResponse has a sentence as its body, like the framework's HttpError.
func messageResponse(status int, text string) response {
	return response{status: status, body: object{}.add("Message", text).end()}
}

// invalidResponse reports an invalid request.
func invalidResponse(state aspnet.ModelState) response {
	return response{
		status: http.StatusBadRequest,
		body:   object{}.add("Message", "The request is invalid.").add("ModelState", state).end(),
	}
}

// faultResponse reports a failure of the server.
func faultResponse(err error) response {
	if call.Unavailable(err) {
		return messageResponse(http.StatusServiceUnavailable, errorOccurred).with("Retry-After", call.RetryAfter)
	}
	return messageResponse(http.StatusInternalServerError, errorOccurred)
}

// errForbidden is an error of this API only.
const errForbidden call.Error = "the viewer does not have access"

// errorResponses maps the errors of requests to responses.
var errorResponses = map[call.Error]response{
	call.ErrUnauthenticated: messageResponse(http.StatusUnauthorized, authorizationDenied),
	errForbidden:            messageResponse(http.StatusForbidden, authorizationDenied),
	call.ErrCrossSite:       messageResponse(http.StatusForbidden, authorizationDenied),
	call.ErrTooLarge:        messageResponse(http.StatusRequestEntityTooLarge, "Maximum request length exceeded."),
	call.ErrUnreadable:      messageResponse(http.StatusBadRequest, "The request body could not be read."),
	call.ErrIdempotencyKey:  messageResponse(http.StatusBadRequest, idempotency.MessageKey),
	call.ErrEncoded: messageResponse(http.StatusUnsupportedMediaType,
		"The request entity's content encoding is not supported for this resource.").with("Accept-Encoding", "identity"),
}

// sendError reports the error of a request to the Contacts API, and logs it if it is a fault.
func (a *API) sendError(w http.ResponseWriter, r *http.Request, err error) {
	resp, err := a.responseTo(r, err)
	if err != nil {
		a.LogFault(r, err)
		resp = faultResponse(err)
	}
	resp.send(w, r)
}

// responseTo returns the response to a request that failed with err. A fault of the server, which
// the client cannot fix, has none: responseTo returns its error.
func (a *API) responseTo(r *http.Request, err error) (response, error) {
	if e, ok := errors.AsType[responseError](err); ok {
		return e.response, nil
	}
	if e, ok := errors.AsType[call.Error](err); ok {
		if call.Unavailable(e) {
			return faultResponse(e), nil
		}
		return errorResponses[e], nil
	}
	if e, ok := errors.AsType[*limiter.RateError](err); ok {
		return rateLimited(e), nil
	}
	if errors.Is(err, auth.ErrRefused) {
		return messageResponse(http.StatusUnprocessableEntity, wrongPassword), nil
	}
	errs, ok := errors.AsType[usererror.Errors](err)
	if !ok {
		return response{}, err
	}
	body, _ := errors.AsType[bodyError](err)
	e, row := decisive(errs)
	switch row.body {
	case deniedBody:
		return messageResponse(row.status, authorizationDenied), nil
	case noBody:
		return response{status: row.status}, nil
	case modelStateBody:
		return invalidResponse(body.modelState(e)), nil
	case contactBody:
		if e.Code == usererror.EmailTaken && errs.Has(usererror.PhoneTaken) {
			row.conflict = "email,phone"
		}
		if body.creates {
			return messageResponse(row.status, takenMessage(e.Code)).with(conflictHeader, row.conflict), nil
		}
		return a.conflictResponse(r, body.fields, e, row.conflict)
	}
	resp := messageResponse(row.status, e.Message)
	if row.status == http.StatusTooManyRequests {
		resp = resp.with("Retry-After", strconv.Itoa(max(1, int(e.RetryAfter.Seconds()))))
	}
	if row.conflict != "" {
		resp = resp.with(conflictHeader, row.conflict)
	}
	return resp, nil
}

// conflictResponse reports a write that conflicts with another write. The body is the contact of
// the URL as it is now, never the other contact that has the email or phone.
func (a *API) conflictResponse(r *http.Request, fs accountFields, e *usererror.Error, reason string) (response, error) {
	latest := e.Latest
	if latest == nil {
		id, _ := routeID(r)
		c, err := a.Queries.Get(r.Context(), id)
		if err != nil {
			return a.responseTo(r, err)
		}
		latest = c
	}
	resp, err := a.contactResponse(r.Context(), http.StatusConflict, fs, latest)
	if err != nil {
		return a.responseTo(r, err)
	}
	return resp.with(conflictHeader, reason), nil
}

// takenMessage reports that a contact with the key of a new one exists. It has no contact as its
// body: there is none that the client has named.
func takenMessage(code usererror.Code) string {
	if code == usererror.PhoneTaken {
		return "A contact with the same Phone exists."
	}
	return "A contact with the same Email exists."
}

// rateLimited reports that the caller has sent too many requests.
func rateLimited(err *limiter.RateError) response {
	return messageResponse(http.StatusTooManyRequests, "Too many requests. Try again later.").
		with("Retry-After", strconv.Itoa(err.RetryAfter))
}

// bodyError is an error of a command, with the body that the command came from.
type bodyError struct {
	error

	dto     string          // the name of its model
	fields  accountFields   // that it can have
	columns []catalogMember // that it can have, if it is of a store or company
	creates bool            // a contact
}

// Unwrap returns the error of the command.
func (b bodyError) Unwrap() error { return b.error }

// modelState reports an error that the validation of the body did not find, because only the domain
// knows the rule. An error that is not about a field of the contact is about the password.
func (b bodyError) modelState(e *usererror.Error) aspnet.ModelState {
	name, limit, text := memberPassword, contact.MaxPassword, errorOccurred
	if e.Path == field.PathPassword && e.Code == usererror.Invalid {
		text = e.Message // a rule of the account
	}
	for _, m := range members {
		if m.field.Path == e.Path {
			name, limit = m.name, m.field.Limit
		}
	}
	for _, m := range b.columns {
		if m.column.Path == e.Path {
			name, limit, text = m.name, m.column.Limit, e.Message
		}
	}
	if own := b.fields.nameAt(e.Path); own != "" {
		name, limit, text = own, catalog.MaxValue, e.Message
	}
	if e.Code == usererror.TooLong {
		text = fmt.Sprintf("The field %s must be a string with a maximum length of %d.", name, limit)
	}
	return aspnet.ModelState{{Key: b.dto + "." + name, Messages: []string{text}}}
}
