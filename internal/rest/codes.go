package rest

import (
	"net/http"
	"strings"

	"contactgraph/internal/usererror"
)

// Both tables below list every code of the domain; a test checks that. An unlisted code is reported
// as 400 or "Invalid request." with the error's own message.

// bodyKind is what the body of an error response of the Contacts API contains.
type bodyKind int

const (
	messageBody    bodyKind = iota // the error's message
	deniedBody                     // the framework's text for missing rights
	noBody                         // nothing
	modelStateBody                 // the member of the request that is invalid
	contactBody                    // the contact as it is now
)

// codeResponse is how the Contacts API reports an error code.
type codeResponse struct {
	code     usererror.Code
	status   int
	body     bodyKind
	conflict string // value of the header X-Conflict, "" for none
}

// statusByCode is how the Contacts API reports each error code. The order is that of the documented
// checks: of several errors, the first in this table decides. Reading and replacing a contact never
// fail with the codes of the second block.
var statusByCode = []codeResponse{
	{usererror.Forbidden, http.StatusForbidden, deniedBody, ""},
	{usererror.Required, http.StatusBadRequest, modelStateBody, ""},
	{usererror.TooLong, http.StatusBadRequest, modelStateBody, ""},
	{usererror.Invalid, http.StatusBadRequest, modelStateBody, ""},
	{usererror.NotFound, http.StatusNotFound, noBody, ""},
	{usererror.KeyReused, http.StatusUnprocessableEntity, messageBody, ""},
	{usererror.VersionConflict, http.StatusConflict, contactBody, "version"},
	{usererror.EmailTaken, http.StatusConflict, contactBody, "email"},
	{usererror.PhoneTaken, http.StatusConflict, contactBody, "phone"},
	{usererror.RateLimited, http.StatusTooManyRequests, messageBody, ""},
	{usererror.StoreNotFound, http.StatusConflict, messageBody, "store"},
	{usererror.CompanyNotFound, http.StatusConflict, messageBody, "company"},

	{usererror.LoginTaken, http.StatusBadRequest, messageBody, ""},
	{usererror.NameTaken, http.StatusBadRequest, messageBody, ""},
	{usererror.SegmentNotFound, http.StatusBadRequest, messageBody, ""},
	{usererror.PropertyNotFound, http.StatusBadRequest, messageBody, ""},
	{usererror.TooMany, http.StatusBadRequest, messageBody, ""},
	{usererror.Duplicate, http.StatusBadRequest, messageBody, ""},
	{usererror.ReadOnly, http.StatusBadRequest, messageBody, ""},
	{usererror.WrongPassword, http.StatusBadRequest, messageBody, ""},
	{usererror.WrongCode, http.StatusBadRequest, messageBody, ""},
	{usererror.InUse, http.StatusBadRequest, messageBody, ""},
	{usererror.NotApplied, http.StatusBadRequest, messageBody, ""},
}

// decisive returns the error that decides about the response, and how its code is reported. errs is
// not empty.
func decisive(errs usererror.Errors) (*usererror.Error, codeResponse) {
	for _, row := range statusByCode {
		if e := errs.First(row.code); e != nil {
			return e, row
		}
	}
	return errs[0], codeResponse{code: errs[0].Code, status: http.StatusBadRequest, body: messageBody}
}

// codeMessage is how the iService API reports an error code. The detail is withSubject, with the
// error's subject in place of {}, if the error has a subject; else withoutSubject; else the error's
// own message.
type codeMessage struct{ summary, withSubject, withoutSubject string }

// messageByCode is how the iService API reports each error code.
var messageByCode = map[usererror.Code]codeMessage{
	usererror.NotFound: {"Contact not found.",
		"No contact exists with contactID {}.", "No contact exists with this contactID."},
	usererror.Forbidden: {accessDenied,
		"", "Customers may only update properties for their own contact ID."},
	usererror.LoginTaken: {"Login already in use.",
		"{} is assigned to another contact.", "A login is assigned to another contact."},
	usererror.PropertyNotFound: {"Unknown contact property.",
		"propertyID {} does not exist or is not accessible.", "A propertyID does not exist or is not accessible."},
	usererror.SegmentNotFound: {"Unknown segment.",
		"Segment {} does not exist.", "A segment in membership does not exist."},
	usererror.Duplicate:       {"Duplicate entry.", "A login is listed twice.", ""},
	usererror.Required:        {"Missing value.", "", ""},
	usererror.TooLong:         {"Value too long.", "", ""},
	usererror.TooMany:         {"Too many values.", "", ""},
	usererror.Invalid:         {"Invalid value.", "", ""},
	usererror.ReadOnly:        {"Read-only contact property.", "", ""},
	usererror.VersionConflict: {"Contact changed.", "", ""},
	usererror.KeyReused:       {"Idempotency key reused.", "", ""},
	usererror.RateLimited:     {"Too many attempts.", "", ""},

	// setdetails never fails with these.
	usererror.EmailTaken:      {invalidRequest, "", ""},
	usererror.PhoneTaken:      {invalidRequest, "", ""},
	usererror.NameTaken:       {invalidRequest, "", ""},
	usererror.StoreNotFound:   {invalidRequest, "", ""},
	usererror.CompanyNotFound: {invalidRequest, "", ""},
	usererror.WrongPassword:   {invalidRequest, "", ""},
	usererror.WrongCode:       {invalidRequest, "", ""},
	usererror.InUse:           {invalidRequest, "", ""},
	usererror.NotApplied:      {invalidRequest, "", ""},
}

// messageOf returns the message for one error of the domain. It repeats nothing of a request except
// ids and the name of a login that is taken.
func messageOf(e *usererror.Error) message {
	m, ok := messageByCode[e.Code]
	if !ok {
		m.summary = invalidRequest
	}
	hasSubject := e.Subject != "" && e.Subject != "0" // 0 stands for a missing or malformed id
	switch {
	case hasSubject && m.withSubject != "":
		return message{m.summary, strings.ReplaceAll(m.withSubject, "{}", e.Subject)}
	case m.withoutSubject == "", e.Code == usererror.Forbidden && e.Path != "":
		return message{m.summary, e.Message}
	}
	return message{m.summary, m.withoutSubject}
}
