package webapi

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"contactgraph/ent"
	"contactgraph/internal/app"
	"contactgraph/internal/contact"
	"contactgraph/internal/rest/call"
	"contactgraph/internal/rest/resttest"
	"contactgraph/internal/usererror"
)

// TestContactsAPIReportsEveryCode walks all codes of the domain: each has one row in statusByCode
// and is reported with its status. An unlisted code is a 400 with the error's message.
func TestContactsAPIReportsEveryCode(t *testing.T) {
	t.Parallel()
	rows := map[usererror.Code]int{}
	for _, row := range statusByCode {
		if rows[row.code] != 0 {
			t.Errorf("%s has two rows", row.code)
		}
		rows[row.code] = row.status
	}
	for _, code := range usererror.Codes() {
		if status, _, _ := codeResponseTo(code); status != rows[code] {
			t.Errorf("%s: status %d, not %d: add it to statusByCode", code, status, rows[code])
		}
	}
	if len(rows) != len(usererror.Codes()) {
		t.Errorf("%d rows for %d codes", len(rows), len(usererror.Codes()))
	}
	if status, _, body := codeResponseTo("UNLISTED"); status != http.StatusBadRequest || body != `{"Message":"A text."}` {
		t.Errorf("an unlisted code: %d %s", status, body)
	}
}

func TestTheDocumentAllowsEveryCode(t *testing.T) {
	t.Parallel()
	for _, code := range usererror.Codes() {
		status, header, body := codeResponseTo(code)
		header.Set("X-Request-Id", "set-by-the-server")
		err := resttest.Check(resttest.Response{Method: http.MethodPut, Target: "/api/v1/Contacts/7", Status: status, Header: header, Body: body})
		if err != nil {
			t.Errorf("%s: %v", code, err)
		}
	}
}

// codeResponseTo returns the response to a PUT that fails with the code.
func codeResponseTo(code usererror.Code) (status int, header http.Header, body string) {
	api := New(call.New(call.Config{Services: &app.Services{Contacts: contact.New(nil, nil, contact.Passwords{}, time.Now, nil)}}))
	r := httptest.NewRequest(http.MethodPut, "/", nil)
	w := httptest.NewRecorder()
	api.sendError(w, r, usererror.Errors{{Code: code, Message: "A text.", Latest: &ent.Contact{ID: 7, Secret: "s"}}})
	return w.Code, w.Header(), w.Body.String()
}
