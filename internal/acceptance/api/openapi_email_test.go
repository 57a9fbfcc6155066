package api

import (
	"net/http"
	"regexp"
	"testing"
	"time"

	"contactgraph/internal/acceptance/harness"
	"contactgraph/internal/mail/mailtest"
)

// provokeWithEmail provokes the examples that need a server which sends email and lets people
// register, and names them as the function examples does.
func provokeWithEmail(t *testing.T) (sent []string) {
	t.Helper()
	const (
		asJSON = "application/json"
		asForm = "application/x-www-form-urlencoded"
	)
	mailbox, err := mailtest.Start(mailtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mailbox.Close() })
	s := harness.Launch(t, harness.NewDemoDatabase(t, harness.Selected(), 20), "--demo", "--iservice-registration",
		"--smtp-url", mailbox.URL(), "--mail-from", "no-reply@example.com", "--public-url", "http://localhost", "--mail-link-origin", "https://www.example.com")
	s.Await()
	anonymous := func(a *request) { a.header = harness.Anonymous }
	link := func(text string) func(*request) {
		return func(a *request) {
			anonymous(a)
			a.body = `{"emailAddress":"customer11@1to1service.com","resetUrl":"` + text + `"}`
		}
	}
	return provoke(t, s, []exampleTest{
		{"register", asJSON, anonymous, http.StatusOK, "registered"},
		{"register", asJSON, anonymous, http.StatusOK, "taken"},
		{"resetSend", asJSON, link("https://www.example.net/?token=GUID"), http.StatusOK, "origin"},
		{"resetSend", asForm, anonymous, http.StatusOK, "recorded"},
		{"resetSend", asJSON, link("https://www.example.com/?token=GUID"), http.StatusOK, "recorded"},
		{"resetConfirm", asJSON, anonymous, http.StatusOK, "void"},
		{"resetConfirm", asJSON, func(a *request) {
			anonymous(a)
			a.body = `{"confirmGuid":"` + awaitToken(t, mailbox) + `","newPassword":"correct horse battery"}`
		}, http.StatusOK, "set"},
	})
}

var tokenInLink = regexp.MustCompile(`https://www\.example\.com/\?token=(\S+)`)

// awaitToken returns the token of the first link to the form.
func awaitToken(t *testing.T, mailbox *mailtest.Server) string {
	t.Helper()
	timeout := time.After(time.Minute)
	for {
		messages, more := mailbox.Messages()
		for _, m := range messages {
			if link := tokenInLink.FindStringSubmatch(m.Text); link != nil {
				return link[1]
			}
		}
		select {
		case <-more:
		case <-timeout:
			t.Fatalf("no message has a link to the form: %v", messages)
		}
	}
}
