package rest_test

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"contactgraph/internal/mail"
	"contactgraph/internal/mail/mailtest"
	"contactgraph/internal/reset"
	"contactgraph/internal/viewer"
)

const (
	resetSendPath    = "/f/webapp-api-login?api=resetSend"
	resetConfirmPath = "/f/webapp-api-login?api=resetconfirm"
	newPassword      = "correct horse battery"
)

// mailing makes the fixture send messages to the server that it returns.
func (f *fixture) mailing() *mailtest.Server {
	f.t.Helper()
	server := must(mailtest.Start(mailtest.Options{}))
	f.t.Cleanup(func() { server.Close() })
	sender := must(mail.NewSender(must(mail.ParseURL(server.URL(), "")), "no-reply@example.com"))
	f.Resets.SendBy(sender, reset.Links{Console: "https://contacts.example.com", Origins: []string{"https://www.example.com"}})
	return server
}

var tokens = regexp.MustCompile(`cgr_[\w-]{43}`)

// link requests a link for the customer and returns it.
func (f *fixture) link(to *mailtest.Server, body string, h headers) string {
	f.t.Helper()
	before, _ := to.Messages()
	expect(f.t, f.do("POST", resetSendPath, body, h), 200, done)
	if err := f.Resets.SendDue(f.t.Context()); err != nil {
		f.t.Fatal(err)
	}
	after, _ := to.Messages()
	if len(after) != len(before)+1 || after[len(before)].To != customerMail {
		f.t.Fatalf("%s: the messages are %v", body, after[len(before):])
	}
	text := after[len(before)].Text
	return regexp.MustCompile(`https://\S+`).FindString(text)
}

var jsonBody = headers{"Content-Type": "application/json"}

func confirmation(token, password string) string {
	return `{"confirmGuid":"` + token + `","newPassword":"` + password + `"}`
}

func TestResetSendsALinkThatSetsThePasswordOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	to := f.mailing()
	session := f.cookie()
	page := f.link(to, url.Values{"EMAILADDRESS": {strings.ToUpper(customerMail)}}.Encode(), urlEncoded)
	if !strings.HasPrefix(page, "https://contacts.example.com/sign-in/new-password#cgr_") {
		t.Errorf("without resetUrl, the link is %s", page)
	}
	form := f.link(to, `{"emailAddress":"`+customerMail+`","resetUrl":"https://www.example.com/f/new?token=GUID"}`, jsonBody)
	token := tokens.FindString(form)
	if form != "https://www.example.com/f/new?token="+token {
		t.Fatalf("the link is %s", form)
	}

	void := failed("Invalid value.", "The link has expired or was used, or a newer one was sent. Request a new one.")
	expect(t, f.do("POST", resetConfirmPath, confirmation(tokens.FindString(page), newPassword), jsonBody), 200, void)
	expect(t, f.do("POST", resetConfirmPath, confirmation("", newPassword), jsonBody), 200, void)
	for password, want := range map[string]string{
		"":             failed("Missing value.", "The new password must not be null or empty."),
		"short":        failed("Invalid value.", "The password must have at least 8 characters."),
		"aaaaaaaaaaaa": failed("Invalid value.", "The password must have at least four different characters."),
		customerMail:   failed("Invalid value.", "The password must not be the login or the email address."),
	} {
		expect(t, f.do("POST", resetConfirmPath, confirmation(token, password), jsonBody), 200, want)
	}
	expect(t, f.do("GET", loggedInPath, "", session), 200, asJohn)

	expect(t, f.do("POST", "/webapp-api-login?API=RESETCONFIRM", confirmation(token, newPassword), jsonBody), 200, done)
	expect(t, f.do("GET", loggedInPath, "", session), 200, notSignedIn+noErrors)
	expect(t, f.do("POST", loginPath, form466(newPassword), urlEncoded), 200, asJohn)
	expect(t, f.do("POST", resetConfirmPath, confirmation(token, newPassword+"!"), jsonBody), 200, void)
}

func form466(password string) string { return form(customerMail, password) }

// TestResetSendRevealsNothing: what differs in the database is only what the request has named.
func TestResetSendRevealsNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	to := f.mailing()
	for _, login := range []string{"unknown@example.com", "taken@example.com", "elsewhere@example.com", "no address", "Ü\u2060@example.com"} {
		expect(t, f.do("POST", resetSendPath, `{"emailAddress":"`+login+`"}`, jsonBody), 200, done)
	}
	f.found = false // no account
	expect(t, f.do("POST", resetSendPath, `{"emailAddress":"`+customerMail+`"}`, jsonBody), 200, done)
	if err := f.Resets.SendDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	if messages, _ := to.Messages(); len(messages) > 0 {
		t.Errorf("messages were sent: %v", messages)
	}
}

func TestResetSendIsRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	unavailable := failed("Not available.", "This server sends no email. Ask an administrator for a new password.")
	expect(t, f.do("POST", resetSendPath, `{"emailAddress":"`+customerMail+`"}`, jsonBody), 200, unavailable)
	expect(t, f.do("POST", resetConfirmPath, confirmation("x", newPassword), jsonBody), 200, unavailable)
	f.mailing()
	to := func(link string) string { return `{"emailAddress":"` + customerMail + `","resetUrl":"` + link + `"}` }
	const form = "The link must be a URL that begins with https:// or http://."
	const origin = "The origin of the link is not allowed. The operator of the server can allow it with --mail-link-origin."
	for body, want := range map[string]string{
		`x`:                                  failed("Invalid request.", "The request body is not valid JSON."),
		`null`:                               failed("Invalid request.", "The request body does not have the documented format."),
		`{"emailAddress":["a@example.com"]}`: failed("Invalid request.", "The request body does not have the documented format."),
		`{}`:                                 failed("Missing value.", "The login must not be blank."),
		`{"emailAddress":" "}`:               failed("Missing value.", "The login must not be blank."),
		`{"emailAddress":"a\u0000"}`:         failed("Invalid value.", "The login must be valid text without NUL characters."),
		to("https://evil.example/GUID"):      failed("Invalid value.", origin),
		to("https://www.example.com.evil.test/GUID"): failed("Invalid value.", origin),
		to("http://www.example.com/GUID"):            failed("Invalid value.", origin),
		to("https://www.example.com@evil.test/GUID"): failed("Invalid value.", form),
		to("javascript:alert(GUID)"):                 failed("Invalid value.", form),
		to("/new?token=GUID"):                        failed("Invalid value.", form),
		to("https://www.example.com/new"):            failed("Invalid value.", "The link must contain the text GUID after its host. The token replaces it."),
	} {
		if got := f.do("POST", resetSendPath, body, jsonBody); got.body != want {
			t.Errorf("%s: got  %s\nwant %s", body, got.body, want)
		}
	}
	if n := f.client.PasswordReset.Query().CountX(viewer.NewSystemContext(t.Context(), 0)); n != 0 {
		t.Errorf("%d requests were recorded", n)
	}
	expect(t, f.do("GET", resetSendPath, "", nil), 200,
		notSignedIn+failed("Invalid request.", "This operation does not support the HTTP method of the request.")[1:])
}

// TestResetsHaveToWait: neither the owner of a login receives many messages, nor can tokens be
// guessed at speed.
func TestResetsHaveToWait(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.mailing()
	wait := failed("Too many requests.", "Try again later.")
	for path, body := range map[string]string{
		resetSendPath: `{"emailAddress":"` + customerMail + `"}`, resetConfirmPath: confirmation("guess", newPassword),
	} {
		answers := map[string]int{}
		for range 25 {
			answers[f.do("POST", path, body, jsonBody).body]++
		}
		if answers[wait] == 0 || len(answers) != 2 {
			t.Errorf("%s: %v", path, slices.Sorted(maps.Keys(answers)))
		}
	}
}
