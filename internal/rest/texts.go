package rest

import (
	"strings"

	"contactgraph/internal/usererror"
)

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

// codeTexts say how the iService door answers what the rules find wrong. The detail is named, with the error's subject for {},
// where it has one; else other; else the error's own message.
var codeTexts = map[usererror.Code]struct{ summary, named, other string }{
	usererror.NotFound: {"Contact not found.",
		"No contact exists with contactID {}.", "No contact exists with this contactID."},
	usererror.Forbidden: {accessDenied,
		"", "Customers may only update properties for their own contact ID."},
	usererror.LoginTaken: {"Login already in use.",
		"{} is assigned to another contact.", "A login is assigned to another contact."},
	usererror.PropertyNotFound: {"Unknown contact property.",
		"propertyID {} does not exist or is not accessible.", "A propertyID does not exist or is not accessible."},
	usererror.SegmentNotFound: {"Unknown segment.",
		"Segment {} does not exist.", "A segment of membership does not exist."},
	usererror.Duplicate:       {"Duplicate entry.", "A login is given twice.", ""},
	usererror.Required:        {"Missing value.", "", ""},
	usererror.TooLong:         {"Value too long.", "", ""},
	usererror.TooMany:         {"Too many values.", "", ""},
	usererror.Invalid:         {"Invalid value.", "", ""},
	usererror.ReadOnly:        {"Read-only contact property.", "", ""},
	usererror.VersionConflict: {"Contact changed.", "", ""},
	usererror.KeyReused:       {"Idempotency key reused.", "", ""},
}

// textsOf are the texts for one thing that the rules find wrong. They repeat nothing of a request but ids and the name of a
// login that is taken.
func textsOf(e *usererror.Error) texts {
	t, ok := codeTexts[e.Code]
	if !ok {
		t.summary = invalidRequest
	}
	switch known := e.Subject != "" && e.Subject != "0"; { // 0 stands for an id that was missing or none
	case known && t.named != "":
		return texts{t.summary, strings.ReplaceAll(t.named, "{}", e.Subject)}
	case t.other == "", e.Code == usererror.Forbidden && e.Path != "":
		return texts{t.summary, e.Message}
	}
	return texts{t.summary, t.other}
}
