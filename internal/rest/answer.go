package rest

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"contactgraph/internal/contact"
	"contactgraph/internal/dberr"
	"contactgraph/internal/rest/aspnet"
)

const (
	authorizationDenied = "Authorization has been denied for this request."
	errorOccurred       = "An error has occurred."
)

// answer is what the contacts door says.
type answer struct {
	status      int
	name, value string // of a header that explains the status, if there is one
	body        []byte // nil for none
}

// answerError is why a request failed, where that is its answer.
type answerError struct{ answer }

// Error returns the name of the status.
func (e answerError) Error() string { return http.StatusText(e.status) }

// with returns the answer with a header that explains it.
func (a answer) with(name, value string) answer {
	a.name, a.value = name, value
	return a
}

// message is an answer with a sentence, as the framework's HttpError.
func message(status int, text string) answer {
	return answer{status: status, body: object{}.add("Message", text).end()}
}

// invalid is the answer to a request that is not valid.
func invalid(state aspnet.ModelState) answer {
	return answer{
		status: http.StatusBadRequest,
		body:   object{}.add("Message", "The request is invalid.").add("ModelState", state).end(),
	}
}

// send writes the answer in the media type that the request asks for.
func send(w http.ResponseWriter, r *http.Request, said answer) {
	noStore(w)
	if said.name != "" {
		w.Header().Set(said.name, said.value)
	}
	if said.body != nil {
		w.Header().Set("Content-Type", negotiate(r.Header)+charsetUTF8)
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(said.body)))
	w.WriteHeader(said.status)
	_, _ = w.Write(said.body) // the client is gone: there is nobody to tell
}

// refused says how the contacts door answers a refusal.
var refused = map[refusalError]answer{
	errUnauthenticated: message(http.StatusUnauthorized, authorizationDenied),
	errForbidden:       message(http.StatusForbidden, authorizationDenied),
	errCrossSite:       message(http.StatusForbidden, authorizationDenied),
	errTooLarge:        message(http.StatusRequestEntityTooLarge, "Maximum request length exceeded."),
	errUnreadable:      message(http.StatusBadRequest, "The request body could not be read."),
	errRequestKey:      message(http.StatusBadRequest, "The header Idempotency-Key must have 1 to 255 characters."),
	errEncoded: message(http.StatusUnsupportedMediaType, "The request entity's content encoding is not supported for this resource.").
		with("Accept-Encoding", "identity"),
}

// refuseContact answers a request that failed with err.
func (a *API) refuseContact(w http.ResponseWriter, r *http.Request, err error) {
	said, err := a.answerTo(r, err)
	if err != nil {
		a.logFault(r, err)
		said = answerToFault(err)
	}
	send(w, r, said)
}

// answerToFault is the answer where the client has done nothing wrong.
func answerToFault(err error) answer {
	if errors.Is(err, dberr.ErrUnavailable) || errors.Is(err, dberr.ErrUnknown) {
		return message(http.StatusServiceUnavailable, errorOccurred).with("Retry-After", retryAfter)
	}
	return message(http.StatusInternalServerError, errorOccurred)
}

// retryAfter is how long a client should wait for the database, in seconds. After a write whose outcome is unknown trying
// again is safe: with the version that the first attempt expected it can take effect but once.
const retryAfter = "1"

// answerTo is the answer to a request that failed with err, or the fault that it failed with.
func (a *API) answerTo(r *http.Request, err error) (answer, error) {
	if failed, ok := errors.AsType[answerError](err); ok {
		return failed.answer, nil
	}
	if why, ok := errors.AsType[refusalError](err); ok {
		return refused[why], nil
	}
	errs, ok := errors.AsType[contact.Errors](err)
	if !ok {
		return answer{}, err
	}
	e, how := decisive(errs)
	switch how.body {
	case deniedBody:
		return message(how.status, authorizationDenied), nil
	case noBody:
		return answer{status: how.status}, nil
	case modelStateBody:
		return invalid(stateOf(e)), nil
	case contactBody:
		if e.Code == contact.EmailTaken && errs.Has(contact.PhoneTaken) {
			how.conflict = "email,phone"
		}
		return a.conflict(r, e, how.conflict)
	}
	said := message(how.status, e.Message)
	if how.conflict != "" {
		said = said.with(conflictHeader, how.conflict)
	}
	return said, nil
}

// conflictHeader tells the reason of a 409, for which the documented body has no member.
const conflictHeader = "X-Conflict"

// conflict is the answer to a PUT that met another's work: the contact of the URL as it is now, never the other contact.
func (a *API) conflict(r *http.Request, e *contact.Error, reason string) (answer, error) {
	latest := e.Latest
	if latest == nil {
		id, _ := routeID(r)
		c, err := a.contacts.Get(r.Context(), id)
		if err != nil {
			return a.answerTo(r, err)
		}
		latest = c
	}
	return answer{status: http.StatusConflict, body: readContactDto(latest)}.with(conflictHeader, reason), nil
}

// stateOf tells what is wrong by a rule that the binder does not know, because it is about no field of the contact but about
// the password.
func stateOf(e *contact.Error) aspnet.ModelState {
	name, limit := memberPassword, contact.MaxPassword
	for _, m := range members {
		if m.field.Path == e.Path {
			name, limit = m.name, m.field.Limit
		}
	}
	said := errorOccurred
	if e.Code == contact.TooLong {
		said = fmt.Sprintf("The field %s must be a string with a maximum length of %d.", name, limit)
	}
	return aspnet.ModelState{{Key: updateContactDto.Name + "." + name, Messages: []string{said}}}
}
