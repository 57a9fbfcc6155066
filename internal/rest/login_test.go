package rest_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"contactgraph/ent"
	"contactgraph/ent/user"
	"contactgraph/internal/auth"
	"contactgraph/internal/contact"
	"contactgraph/internal/database"
	"contactgraph/internal/viewer"
)

const (
	loginPath    = "/f/webapp-api-login?api=login"
	loggedInPath = "/f/webapp-api-login?api=loggedin"
	logoutPath   = "/f/webapp-api-login?api=logout"

	noErrors    = `"errors":[],"errorDetails":[]}`
	notSignedIn = `{"loggedIn":{"isLoggedIn":false,"contactID":null,"contactName":"","logins":[],"accessibleSegments":[]},`
	customers   = `"logins":[{"name":"` + customerMail + `","type":"Email"}],"accessibleSegments":["2","3"]},` + noErrors
	asJohn      = `{"loggedIn":{"isLoggedIn":true,"contactID":466,"contactName":"John Deer",` + customers
	segments    = `"accessibleSegments":["1","2","3","4","5","6","7","8","9","10","11","12"]},` + noErrors
	asAnn       = `{"loggedIn":{"isLoggedIn":true,"contactID":null,"contactName":"Ann Agent",` +
		`"logins":[{"name":"` + agentMail + `","type":"Email"}],` + segments
)

var urlEncoded = headers{"Content-Type": "application/x-www-form-urlencoded"}

func form(login, password string) string {
	return url.Values{"emailAddress": {login}, "Password": {password}}.Encode()
}

// sessionCookie returns the cookie that a response sets, nil if none.
func (r response) sessionCookie() *http.Cookie {
	for _, c := range r.Cookies() {
		if c.Name == auth.CookieName {
			return c
		}
	}
	return nil
}

func TestSignInSetsACookieThatSignOutEnds(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for login, want := range map[string]string{strings.ToUpper(customerMail): asJohn, agentMail: asAnn} {
		got := f.do("POST", loginPath, form(login, password), urlEncoded)
		expect(t, got, 200, want)
		cookie := got.sessionCookie()
		if cookie == nil || !cookie.HttpOnly || cookie.Path != "/" || cookie.SameSite != http.SameSiteLaxMode || cookie.MaxAge <= 0 || cookie.Secure {
			t.Fatalf("cookie %v", cookie)
		}
		h := headers{"Cookie": cookie.Name + "=" + cookie.Value}
		expect(t, f.do("GET", loggedInPath, "", h), 200, want)
		expect(t, f.do("POST", "/webapp-api-login?API=LoggedIn", "", h), 200, want)
		expect(t, f.do("POST", setPath, `{"contactID":466}`, h), 200, done)

		out := f.do("POST", logoutPath, "", h)
		expect(t, out, 200, notSignedIn+noErrors)
		if c := out.sessionCookie(); c == nil || c.Value != "" || c.MaxAge >= 0 {
			t.Errorf("signing out sets %v", c)
		}
		expect(t, f.do("GET", loggedInPath, "", h), 200, notSignedIn+noErrors)
		expect(t, f.do("POST", setPath, `{"contactID":466}`, h), 200,
			failed("You must be logged in.", "The session is missing or has expired."))
		expect(t, f.do("GET", logoutPath, "", h), 200, notSignedIn+noErrors)
	}
}

// TestSignInEndsTheSessionOfTheCookieBefore, and no other session.
func TestSignInEndsTheSessionOfTheCookieBefore(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	old, other := f.cookie(), f.cookie()
	f.do("POST", loginPath, form(customerMail, "wrong"), urlEncoded.and("Cookie", old["Cookie"]))
	expect(t, f.do("GET", loggedInPath, "", old), 200, asJohn)
	expect(t, f.do("POST", loginPath, form(agentMail, password), urlEncoded.and("Cookie", old["Cookie"])), 200, asAnn)
	expect(t, f.do("GET", loggedInPath, "", old), 200, notSignedIn+noErrors)
	expect(t, f.do("GET", loggedInPath, "", other), 200, asJohn)
}

// forgetAttempts forgets the failed sign-ins.
func (f *fixture) forgetAttempts() {
	f.t.Helper()
	err := f.db.Write(viewer.NewSystemContext(f.t.Context(), 0), 0, func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.Ent.Attempt.Delete().Exec(ctx)
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
}

func TestSignInIsRefusedAlikeForEveryReason(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	refused := notSignedIn + failed("Login failed.", "The email address or the password is wrong.")[1:]
	for name, body := range map[string]string{
		"wrong password":    form(customerMail, "wrong"),
		"unknown login":     form("unknown@example.com", password),
		"another account's": form("elsewhere@example.com", password),
		"no password":       form(customerMail, ""),
		"one without any":   form("taken@example.com", ""),
		"nothing":           "",
		"other fields":      "user=" + customerMail + "&pass=" + password,
	} {
		f.forgetAttempts()
		got := f.do("POST", loginPath, body, urlEncoded)
		expect(t, got, 200, refused)
		if got.sessionCookie() != nil {
			t.Errorf("%s: sets a cookie", name)
		}
	}
	f.forgetAttempts()
	expect(t, f.do("POST", loginPath+"&"+form(customerMail, password), "", urlEncoded), 200, refused)
	expect(t, f.do("POST", loginPath, form(customerMail, password), headers{"Content-Type": "text/plain"}), 200, refused)
	f.found = false
	expect(t, f.do("POST", loginPath, form(customerMail, password), urlEncoded), 200, refused)
}

func TestSignInReadsForms(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	refused := func(detail string) string { return notSignedIn + failed("Invalid request.", detail)[1:] }
	expect(t, f.do("GET", loginPath+"&"+form(customerMail, password), "", nil), 200,
		refused("This operation does not support the HTTP method of the request."))
	expect(t, f.do("POST", "/webapp-api-login", form(customerMail, password), urlEncoded), 200,
		refused("The URL parameter api does not name an operation of this endpoint."))
	expect(t, f.do("POST", loginPath, "Password=%zz", urlEncoded), 200, refused("The request body is not a valid form."))
	expect(t, f.do("POST", loginPath, "x", headers{"Content-Type": "multipart/form-data"}), 200, refused("The request body is not a valid form."))
	expect(t, f.do("POST", loginPath, "x="+strings.Repeat("x", 256<<10), urlEncoded), 200, refused("The request body is too large."))
	expect(t, f.do("POST", loginPath, "x", urlEncoded.and("Content-Encoding", "gzip")), 200, refused("The request body must not be compressed."))

	expect(t, f.do("POST", loginPath, "EMAILADDRESS="+customerMail+"&password="+password, urlEncoded), 200, asJohn)
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	for name, value := range map[string]string{"emailAddress": customerMail, "Password": password} {
		if err := parts.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := parts.Close(); err != nil {
		t.Fatal(err)
	}
	expect(t, f.do("POST", loginPath, body.String(), headers{"Content-Type": parts.FormDataContentType()}), 200, asJohn)
}

func TestLoggedInDescribesTheCaller(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	expect(t, f.do("GET", loggedInPath, "", nil), 200, notSignedIn+noErrors)
	expect(t, f.do("GET", loggedInPath, "", headers{"X-ApiKey": "forged"}), 200, notSignedIn+noErrors)
	expect(t, f.do("GET", loggedInPath, "", headers{"X-ApiKey": agentKey}), 200,
		`{"loggedIn":{"isLoggedIn":true,"contactID":null,"contactName":"Demo agent","logins":[],`+segments)
	cookie := f.cookie()
	for body, name := range map[string]string{
		`"FirstName":"<Jo>"`:              "<Jo>",
		`"LastName":"Deer"`:               "Deer",
		`"FirstName":"","LastName":"Doe"`: "Doe",
		`"Email":"x@example.com"`:         "",
	} {
		if got := f.put(customer, `{"Version":"`+f.version(customer)+`",`+body+`}`); got.StatusCode != 200 {
			t.Fatal(got.body)
		}
		expect(t, f.do("GET", loggedInPath, "", cookie), 200,
			`{"loggedIn":{"isLoggedIn":true,"contactID":466,"contactName":"`+name+`",`+customers)
	}
	if _, err := f.Contacts.Delete(f.staff, contact.Delete{ID: customer, Lock: contact.Lock{OnConflict: contact.Overwrite}}); err != nil {
		t.Fatal(err)
	}
	expect(t, f.do("GET", loggedInPath, "", cookie), 200, notSignedIn+noErrors)
}

// The browser sends the cookie with requests of other sites too, so a cookie alone does not
// authorize them.
func TestOtherSitesCannotUseTheCookie(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	cookie := f.cookie()
	refused := failed("Access denied.", "The request was sent from another site.")
	foreign := []headers{{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}}
	for _, from := range foreign {
		h := from.and("Cookie", cookie["Cookie"])
		before := f.version(customer)
		expect(t, f.do("POST", setPath, `{"contactID":466}`, h), 200, refused)
		expect(t, f.do("PUT", contactPath(customer), `{"Version":"`+f.version(customer)+`"}`, h.and("Content-Type", "application/json")), 403, denied)
		expect(t, f.do("POST", loginPath, form(customerMail, password), from.and("Content-Type", urlEncoded["Content-Type"])), 200, notSignedIn+refused[1:])
		expect(t, f.do("POST", logoutPath, "", h), 200, notSignedIn+refused[1:])
		expect(t, f.do("GET", logoutPath, "", h), 200, notSignedIn+refused[1:])
		expect(t, f.do("GET", loggedInPath, "", h), 200, notSignedIn+refused[1:])
		expect(t, f.do("GET", contactPath(customer), "", h), 403, denied)
		expect(t, f.do("GET", loggedInPath, "", h.and("Authorization", "Bearer "+strings.SplitN(cookie["Cookie"], "=", 2)[1])), 200, asJohn)
		if after := f.version(customer); after != before {
			t.Errorf("%v: version %s became %s", from, before, after)
		}
		// A page cannot set this header by accident.
		expect(t, f.do("POST", setPath, `{"contactID":466}`, h.and("X-ApiKey", agentKey)), 200, done)
		token := strings.SplitN(cookie["Cookie"], "=", 2)[1]
		expect(t, f.do("POST", setPath, `{"contactID":466}`, h.and("Authorization", "Bearer "+token)), 200, done)
		expect(t, f.do("POST", setPath, `{"contactID":466}`, from), 200,
			failed("You must be logged in.", "The session is missing or has expired."))
	}
	for _, own := range []headers{{"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": f.url}} {
		expect(t, f.do("POST", setPath, `{"contactID":466}`, own.and("Cookie", cookie["Cookie"])), 200, done)
	}
}

// TestStaffWithSecondFactorCannotSignIn: this API has no parameter for a code, so a user who has a
// second factor, or must set one up, is refused like one with a wrong password.
func TestStaffWithSecondFactorCannotSignIn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	refused := notSignedIn + failed("Login failed.", "The email address or the password is wrong.")[1:]
	for name, change := range map[string]func(*ent.UserUpdate){
		"with one":    func(u *ent.UserUpdate) { u.SetTotpSecret([]byte("12345678901234567890")) },
		"without one": func(u *ent.UserUpdate) { u.ClearTotpSecret().SetSecondFactorRequired(true) },
	} {
		err := f.db.Write(viewer.NewSystemContext(f.t.Context(), f.account), 0, func(ctx context.Context, tx *database.Tx) error {
			u := tx.Ent.User.Update().Where(user.AccountID(f.account))
			change(u)
			return u.Exec(ctx)
		})
		if err != nil {
			t.Fatal(err)
		}
		got := f.do("POST", loginPath, form(agentMail, password), urlEncoded)
		expect(t, got, 200, refused)
		if got.sessionCookie() != nil {
			t.Errorf("%s: sets a cookie", name)
		}
	}
	if n := f.db.Client().Session.Query().CountX(viewer.NewSystemContext(f.t.Context(), f.account)); n != 0 {
		t.Errorf("%d sessions are open", n)
	}
}

func TestSignInReadsJSON(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	right := `{"emailAddress":"` + customerMail + `","Password":"` + password + `"}`
	refused := notSignedIn + failed("Login failed.", "The email address or the password is wrong.")[1:]
	rejected := func(detail string) string { return notSignedIn + failed("Invalid request.", detail)[1:] }
	notJSON, shape := rejected("The request body is not valid JSON."), rejected("The request body does not have the documented format.")
	for name, c := range map[string]struct{ body, want string }{
		"as documented":   {right, asJohn},
		"any letter case": {`{"EMAILADDRESS":"` + customerMail + `","password":"` + password + `","__TZO__":1}`, asJohn},
		"wrong":           {strings.Replace(right, password, "wrong", 1), refused},
		"a number":        {`{"emailAddress":1,"Password":2}`, refused},
		"null":            {`{"emailAddress":null,"Password":null}`, refused},
		"no members":      {`{}`, refused},
		"a list":          {`{"emailAddress":["` + customerMail + `"],"Password":"` + password + `"}`, shape},
		"an array":        {`[` + right + `]`, shape},
		"null alone":      {`null`, shape},
		"a form":          {form(customerMail, password), notJSON},
		"empty":           {``, notJSON},
		"cut off":         {right[:20], notJSON},
		"too large":       {`{"x":"` + strings.Repeat("x", 256<<10) + `"}`, rejected("The request body is too large.")},
	} {
		t.Run(name, func(t *testing.T) {
			f.forgetAttempts()
			got := f.do("POST", loginPath, c.body, headers{"Content-Type": "application/json; charset=utf-8"})
			expect(t, got, 200, c.want)
			if signsIn := c.want == asJohn; signsIn != (got.sessionCookie() != nil) {
				t.Errorf("cookie %v", got.sessionCookie())
			}
		})
	}
	expect(t, f.do("POST", loginPath, right, headers{"Content-Type": "text/json"}), 200, asJohn)
	expect(t, f.do("POST", loginPath, right, urlEncoded), 200, refused)
}
