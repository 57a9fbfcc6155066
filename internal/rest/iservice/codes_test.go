package iservice

import (
	"testing"

	"contactgraph/internal/rest/call"
	"contactgraph/internal/usererror"
)

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

func TestEveryRequestErrorHasAMessage(t *testing.T) {
	t.Parallel()
	for _, e := range append(call.Errors(), errNoForm, errNotSupported, errNoOperation, errMethod, errNotJSON, errNotForm, errShape, errNoLogins, errLogin,
		errForeign, errNoContact) {
		if errorMessages[e].summary == "" || errorMessages[e].detail == "" {
			t.Errorf("%v", e)
		}
	}
}
