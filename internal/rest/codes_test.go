package rest

import (
	"net/http"
	"testing"

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
		if status, _, _ := CodeResponse(code); status != rows[code] {
			t.Errorf("%s: status %d, not %d: add it to statusByCode", code, status, rows[code])
		}
	}
	if len(rows) != len(usererror.Codes()) {
		t.Errorf("%d rows for %d codes", len(rows), len(usererror.Codes()))
	}
	if status, _, body := CodeResponse("UNLISTED"); status != http.StatusBadRequest || body != `{"Message":"A text."}` {
		t.Errorf("an unlisted code: %d %s", status, body)
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
