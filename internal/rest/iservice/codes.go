package iservice

import (
	"strings"

	"contactgraph/internal/usererror"
)

// codeMessage is how the iService API reports an error code. The detail is withSubject, with the
// error's subject in place of {}, if the error has a subject; else withoutSubject; else the error's
// own message.
type codeMessage struct{ summary, withSubject, withoutSubject string }

// messageByCode is how the iService API reports each error code; a test checks that it lists all.
// An unlisted code is reported as "Invalid request." with the error's own message.
var messageByCode = map[usererror.Code]codeMessage{
	usererror.NotFound: {"Contact not found.",
		"No contact exists with contactID {}.", "No contact exists with this contactID."},
	usererror.Merged:    {"Contact merged.", "", ""},
	usererror.Forbidden: {accessDenied, "", ""},
	usererror.LoginTaken: {"Login already in use.",
		"{} is assigned to another contact.", "A login is assigned to another contact."},
	usererror.EmailTaken: {"Login already in use.", "", ""},
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
	usererror.NotAvailable:    {notAvailable, "", ""},

	// No operation fails with these.
	usererror.Empty:           {invalidRequest, "", ""},
	usererror.PhoneTaken:      {invalidRequest, "", ""},
	usererror.ExternalIDTaken: {invalidRequest, "", ""},
	usererror.NameTaken:       {invalidRequest, "", ""},
	usererror.NumberTaken:     {invalidRequest, "", ""},
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
	case m.withoutSubject == "":
		return message{m.summary, e.Message}
	}
	return message{m.summary, m.withoutSubject}
}
