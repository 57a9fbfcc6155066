package rest

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"contactgraph/ent"
	"contactgraph/internal/app"
	"contactgraph/internal/contact"
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
	api := New(Config{Services: &app.Services{Contacts: contact.New(nil, nil, nil, time.Now)}})
	r := httptest.NewRequest(http.MethodPut, "/", nil)
	for _, code := range usererror.Codes() {
		got, err := api.responseTo(r, usererror.Errors{{Code: code, Message: "A text.", Latest: &ent.Contact{}}})
		if rows[code] == 0 || err != nil || got.status != rows[code] {
			t.Errorf("%s: status %d, not %d, %v: add it to statusByCode", code, got.status, rows[code], err)
		}
	}
	if len(rows) != len(usererror.Codes()) {
		t.Errorf("%d rows for %d codes", len(rows), len(usererror.Codes()))
	}
	got, err := api.responseTo(r, usererror.Errors{{Code: "UNLISTED", Message: "A text."}})
	if want := `{"Message":"A text."}`; err != nil || got.status != http.StatusBadRequest || string(got.body) != want {
		t.Errorf("an unlisted code: %d %s, %v", got.status, got.body, err)
	}
}

// TestIServiceReportsEveryCode walks all codes of the domain: each has a summary in messageByCode.
// An unlisted code is an invalid request with the error's message.
func TestIServiceReportsEveryCode(t *testing.T) {
	t.Parallel()
	for _, code := range usererror.Codes() {
		got := messageOf(&usererror.Error{Code: code, Message: "A text."})
		if messageByCode[code].summary == "" || got.summary != messageByCode[code].summary || got.detail == "" {
			t.Errorf("%s: %q: add it to messageByCode", code, got)
		}
	}
	if len(messageByCode) != len(usererror.Codes()) {
		t.Errorf("%d rows for %d codes", len(messageByCode), len(usererror.Codes()))
	}
	if got := messageOf(&usererror.Error{Code: "UNLISTED", Message: "A text."}); got != (message{invalidRequest, "A text."}) {
		t.Errorf("an unlisted code: %q", got)
	}
}
