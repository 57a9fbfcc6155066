package rest

import (
	"net/http"
	"strings"

	"contactgraph/internal/contact"
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
	code     contact.Code
	status   int
	body     bodyKind
	conflict string // value of the header X-Conflict, "" for none
}

// statusByCode is how the Contacts API reports each error code. The order is that of the documented
// checks: of several errors, the first in this table decides. Reading and replacing a contact never
// fail with the codes of the second block.
var statusByCode = []codeResponse{
	{contact.Forbidden, http.StatusForbidden, deniedBody, ""},
	{contact.Required, http.StatusBadRequest, modelStateBody, ""},
	{contact.TooLong, http.StatusBadRequest, modelStateBody, ""},
	{contact.Invalid, http.StatusBadRequest, modelStateBody, ""},
	{contact.NotFound, http.StatusNotFound, noBody, ""},
	{contact.KeyReused, http.StatusUnprocessableEntity, messageBody, ""},
	{contact.VersionConflict, http.StatusConflict, contactBody, "version"},
	{contact.EmailTaken, http.StatusConflict, contactBody, "email"},
	{contact.PhoneTaken, http.StatusConflict, contactBody, "phone"},
	{contact.StoreNotFound, http.StatusConflict, messageBody, "store"},
	{contact.CompanyNotFound, http.StatusConflict, messageBody, "company"},

	{contact.LoginTaken, http.StatusBadRequest, messageBody, ""},
	{contact.NameTaken, http.StatusBadRequest, messageBody, ""},
	{contact.SegmentNotFound, http.StatusBadRequest, messageBody, ""},
	{contact.PropertyNotFound, http.StatusBadRequest, messageBody, ""},
	{contact.TooMany, http.StatusBadRequest, messageBody, ""},
	{contact.Duplicate, http.StatusBadRequest, messageBody, ""},
	{contact.ReadOnly, http.StatusBadRequest, messageBody, ""},
	{contact.WrongPassword, http.StatusBadRequest, messageBody, ""},
	{contact.InUse, http.StatusBadRequest, messageBody, ""},
	{contact.NotApplied, http.StatusBadRequest, messageBody, ""},
}

// decisive returns the error that decides about the response, and how its code is reported. errs is
// not empty.
func decisive(errs contact.Errors) (*contact.Error, codeResponse) {
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
var messageByCode = map[contact.Code]codeMessage{
	contact.NotFound: {"Contact not found.",
		"No contact exists with contactID {}.", "No contact exists with this contactID."},
	contact.Forbidden: {accessDenied,
		"", "Customers may only update properties for their own contact ID."},
	contact.LoginTaken: {"Login already in use.",
		"{} is assigned to another contact.", "A login is assigned to another contact."},
	contact.PropertyNotFound: {"Unknown contact property.",
		"propertyID {} does not exist or is not accessible.", "A propertyID does not exist or is not accessible."},
	contact.SegmentNotFound: {"Unknown segment.",
		"Segment {} does not exist.", "A segment in membership does not exist."},
	contact.Duplicate:       {"Duplicate entry.", "A login is given twice.", ""},
	contact.Required:        {"Missing value.", "", ""},
	contact.TooLong:         {"Value too long.", "", ""},
	contact.TooMany:         {"Too many values.", "", ""},
	contact.Invalid:         {"Invalid value.", "", ""},
	contact.ReadOnly:        {"Read-only contact property.", "", ""},
	contact.VersionConflict: {"Contact changed.", "", ""},
	contact.KeyReused:       {"Idempotency key reused.", "", ""},

	// setdetails never fails with these.
	contact.EmailTaken:      {invalidRequest, "", ""},
	contact.PhoneTaken:      {invalidRequest, "", ""},
	contact.NameTaken:       {invalidRequest, "", ""},
	contact.StoreNotFound:   {invalidRequest, "", ""},
	contact.CompanyNotFound: {invalidRequest, "", ""},
	contact.WrongPassword:   {invalidRequest, "", ""},
	contact.InUse:           {invalidRequest, "", ""},
	contact.NotApplied:      {invalidRequest, "", ""},
}

// messageOf returns the message for one error of the domain. It repeats nothing of a request except
// ids and the name of a login that is taken.
func messageOf(e *contact.Error) message {
	m, ok := messageByCode[e.Code]
	if !ok {
		m.summary = invalidRequest
	}
	hasSubject := e.Subject != "" && e.Subject != "0" // 0 stands for a missing or malformed id
	switch {
	case hasSubject && m.withSubject != "":
		return message{m.summary, strings.ReplaceAll(m.withSubject, "{}", e.Subject)}
	case m.withoutSubject == "", e.Code == contact.Forbidden && e.Path != "":
		return message{m.summary, e.Message}
	}
	return message{m.summary, m.withoutSubject}
}
