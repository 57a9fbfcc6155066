package webapi

import (
	"net/http"

	"contactgraph/internal/usererror"
)

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

// statusByCode is how the Contacts API reports each error code; a test checks that it lists all. An
// unlisted code is reported as 400 with the error's own message. The order is that of the
// documented checks: of several errors, the first in this table decides. Of the second block, only
// PropertyNotFound, TooMany and ReadOnly occur: of account fields.
var statusByCode = []codeResponse{
	{usererror.Forbidden, http.StatusForbidden, deniedBody, ""},
	{usererror.Required, http.StatusBadRequest, modelStateBody, ""},
	{usererror.TooLong, http.StatusBadRequest, modelStateBody, ""},
	{usererror.Invalid, http.StatusBadRequest, modelStateBody, ""},
	{usererror.NotFound, http.StatusNotFound, noBody, ""},
	{usererror.Merged, http.StatusConflict, messageBody, "merged"},
	{usererror.KeyReused, http.StatusUnprocessableEntity, messageBody, ""},
	{usererror.VersionConflict, http.StatusConflict, contactBody, "version"},
	{usererror.EmailTaken, http.StatusConflict, contactBody, nameEmail},
	{usererror.PhoneTaken, http.StatusConflict, contactBody, namePhone},
	{usererror.RateLimited, http.StatusTooManyRequests, messageBody, ""},
	{usererror.StoreNotFound, http.StatusConflict, messageBody, "store"},
	{usererror.CompanyNotFound, http.StatusConflict, messageBody, "company"},
	{usererror.NumberTaken, http.StatusConflict, messageBody, "number"},

	{usererror.Empty, http.StatusBadRequest, messageBody, ""},
	{usererror.LoginTaken, http.StatusBadRequest, messageBody, ""},
	{usererror.ExternalIDTaken, http.StatusBadRequest, messageBody, ""},
	{usererror.NameTaken, http.StatusBadRequest, messageBody, ""},
	{usererror.SegmentNotFound, http.StatusBadRequest, messageBody, ""},
	{usererror.PropertyNotFound, http.StatusBadRequest, messageBody, ""},
	{usererror.TooMany, http.StatusBadRequest, messageBody, ""},
	{usererror.Duplicate, http.StatusBadRequest, messageBody, ""},
	{usererror.ReadOnly, http.StatusForbidden, deniedBody, ""},
	{usererror.WrongPassword, http.StatusBadRequest, messageBody, ""},
	{usererror.WrongCode, http.StatusBadRequest, messageBody, ""},
	{usererror.InUse, http.StatusBadRequest, messageBody, ""},
	{usererror.NotApplied, http.StatusBadRequest, messageBody, ""},
	{usererror.NotAvailable, http.StatusBadRequest, messageBody, ""},
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
