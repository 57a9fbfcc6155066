package rest_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/ent/contact"
	"contactgraph/internal/viewer"
)

const (
	registerPath = "/f/webapp-api-login?api=register"
	newMail      = "New.Person@example.com"
)

// inputs returns the body of a registration with more members.
func inputs(email, password, more string) string {
	return `{"inputemailrequired":"` + email + `","inputpasswordrequired":"` + password + `","inputpasswordrequired1":"` + password + `"` + more + `}`
}

// counts returns how much a registration stores.
func (f *fixture) counts() string {
	ctx, c := viewer.NewSystemContext(f.t.Context(), f.account), f.client
	return fmt.Sprint(c.Contact.Query().CountX(ctx), c.Login.Query().CountX(ctx), c.PropertyValue.Query().CountX(ctx),
		c.Session.Query().CountX(ctx), c.Change.Query().CountX(ctx), c.AuditEntry.Query().CountX(ctx))
}

// registered returns the newest contact with what belongs to it.
func (f *fixture) registered() (*ent.Contact, *ent.Change) {
	f.t.Helper()
	ctx := viewer.NewSystemContext(f.t.Context(), f.account)
	c := f.client.Contact.Query().Order(ent.Desc(contact.FieldID)).WithLogins().FirstX(ctx)
	return c, f.client.Change.Query().Where(change.ContactID(c.ID)).OnlyX(ctx)
}

func TestRegisterCreatesAContactAndSignsItIn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.serve(true)
	got := f.do("POST", registerPath, `{"inputcontactproperty6_2":"chess","other":[1],"INPUTPASSWORDREQUIRED1":"`+newPassword+`",`+
		`"inputrequiredcontactproperty1x":"Ida","inputcontactproperty6 3":" ","inputcontactproperty2":null,"inputcontactproperty6-1":7,`+
		`"inputpasswordrequired":"`+newPassword+`","inputrequiredcontactproperty4":"Oslo","inputEmailRequired":"`+newMail+`"}`, jsonBody)
	c, logged := f.registered()
	want := fmt.Sprintf(`{"loggedIn":{"isLoggedIn":true,"contactID":%d,"contactName":"Ida","logins":[{"name":"%s","type":"Email"}],"accessibleSegments":[]},`, c.ID, newMail)
	expect(t, got, 200, want+noErrors)
	if *c.Email != newMail || c.RegistrationSource != "iService" || c.RegistrationIP != "127.0.0.1" || c.PasswordHash == nil {
		t.Errorf("the contact is %v", c)
	}
	if logged.ActorKind != viewer.ActorContact || logged.ActorID != c.ID || logged.Source != change.SourceISERVICE || logged.Kind != change.KindCREATE {
		t.Errorf("the change log has %v", logged)
	}
	cookie := got.sessionCookie()
	if cookie == nil {
		t.Fatal("no cookie")
	}
	h := headers{"Cookie": cookie.Name + "=" + cookie.Value}
	expect(t, f.do("GET", loggedInPath, "", h), 200, want+noErrors)
	expect(t, f.do("POST", loginPath, form(strings.ToLower(newMail), newPassword), urlEncoded), 200, want+noErrors)

	values := map[string]string{}
	for _, p := range detailsOf(t, f.do("POST", myDetailsPath, `{}`, h)).Properties[0].Properties {
		var texts []string
		for _, v := range p["values"].([]any) {
			texts = append(texts, v.(map[string]any)["value"].(string))
		}
		if len(texts) > 0 {
			values[p["propertyID"].(string)] = strings.Join(texts, ",")
		}
	}
	if text := fmt.Sprint(values); text != "map[1:Ida 4:Oslo 6:chess,7]" {
		t.Errorf("the properties are %s", text)
	}
}

func TestRegisterEndsTheSessionOfTheCookieBefore(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.serve(true)
	old := f.cookie()
	if got := f.do("POST", registerPath, inputs(newMail, newPassword, ""), jsonBody.and("Cookie", old["Cookie"])); got.sessionCookie() == nil {
		t.Fatal(got.body)
	}
	expect(t, f.do("GET", loggedInPath, "", old), 200, notSignedIn+noErrors)
}

// TestRegisterIsRefused for each reason, and stores nothing then.
func TestRegisterIsRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	valid := inputs(newMail, newPassword, "")
	refused := func(pairs ...string) string { return notSignedIn + failed(pairs...)[1:] }
	before := f.counts()
	check := func(name, body, want string, h headers) {
		t.Helper()
		got := f.do("POST", registerPath, body, h)
		if got.body != want || got.sessionCookie() != nil {
			t.Errorf("%s: got %s\nwant %s", name, got.body, want)
		}
		if after := f.counts(); after != before {
			t.Errorf("%s: %s became %s", name, before, after)
		}
	}
	check("off", valid, refused("Not available.", "Registration is off. The operator of the server can allow it with --iservice-registration."), jsonBody)
	f.serve(true)
	check("another site", valid, refused("Access denied.", "The request was sent from another site."), jsonBody.and("Origin", "https://evil.example"))
	for name, tt := range map[string]struct{ body, want string }{
		"not JSON":          {`x`, refused("Invalid request.", "The request body is not valid JSON.")},
		"null":              {`null`, refused("Invalid request.", "The request body does not have the documented format.")},
		"a list":            {`[]`, refused("Invalid request.", "The request body does not have the documented format.")},
		"a list of values":  {inputs(newMail, newPassword, `,"inputcontactproperty6":["a"]`), refused("Invalid request.", "The request body does not have the documented format.")},
		"nothing":           {`{}`, refused("Missing value.", "The email address must not be blank.")},
		"no password":       {inputs(newMail, "", ""), refused("Missing value.", "The new password must not be null or empty.")},
		"a short password":  {inputs(newMail, "short", ""), refused("Invalid value.", "The password must have at least 8 characters.")},
		"its own password":  {inputs(newMail, newMail, ""), refused("Invalid value.", "The password must not be the login or the email address.")},
		"other passwords":   {inputs(newMail, newPassword, `,"inputpasswordrequired1":"other"`), refused("Invalid value.", "The two passwords are different.")},
		"no address":        {inputs("new person", newPassword, ""), refused("Invalid value.", "The email address is not valid.")},
		"a name, too":       {inputs("New <new@example.com>", newPassword, ""), refused("Invalid value.", "The email address is not valid.")},
		"a missing value":   {inputs(newMail, newPassword, `,"inputrequiredcontactproperty2":" "`), refused("Missing value.", "propertyID 2 must have a value.")},
		"a required one":    {inputs(newMail, newPassword, `,"inputcontactproperty4":""`), refused("Missing value.", "City must have a value.")},
		"a read-only one":   {inputs(newMail, newPassword, `,"inputcontactproperty5":"A"`), refused("Read-only contact property.", "Customers may not change Grade.")},
		"two values":        {inputs(newMail, newPassword, `,"inputcontactproperty2a":"A","inputcontactproperty2b":"B"`), refused("Too many values.", "Middle Initial can have only one value.")},
		"no date":           {inputs(newMail, newPassword, `,"inputcontactproperty7":"today"`), refused("Invalid value.", "Birthday must be a date in the form YYYY-MM-DD.")},
		"no such property":  {inputs(newMail, newPassword, `,"inputcontactproperty999":"A"`), refused("Unknown contact property.", "propertyID 999 does not exist or is not accessible.")},
		"no id":             {inputs(newMail, newPassword, `,"inputcontactproperty0":"A"`), refused("Unknown contact property.", "A propertyID does not exist or is not accessible.")},
		"the address taken": {inputs("SECOND@example.com", newPassword, ""), refused("Login already in use.", "This email address cannot be used.")},
		"the login taken":   {inputs("taken@example.com", newPassword, ""), refused("Login already in use.", "taken@example.com is assigned to another contact.")},
		"the login of Ann":  {inputs(agentMail, newPassword, ""), refused("Login already in use.", agentMail+" is assigned to another contact.")},
	} {
		check(name, tt.body, tt.want, jsonBody)
	}
	f.found = false
	check("no account", valid, refused("Not available.", "This server has no account in which people can register."), jsonBody)
	f.found = true
	must(f.People.SuspendAccount(viewer.NewSystemContext(t.Context(), f.account), true))
	before = f.counts()
	check("a suspended account", valid, refused("Not available.", "This server has no account in which people can register."), jsonBody)
}

// TestRegisterLimitsGuessesOfAddresses: after some addresses that are taken, no more can
// be asked about, whether they are free or not, and whatever else is wrong.
func TestRegisterLimitsGuessesOfAddresses(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.serve(true)
	errorOf := func(body string) string {
		var r struct{ Errors, ErrorDetails []string }
		if err := json.Unmarshal([]byte(f.do("POST", registerPath, body, jsonBody).body), &r); err != nil {
			t.Fatal(err)
		}
		const limited = "Too many of your registrations were rejected because the email address cannot be used. Try again in a few minutes."
		if r.Errors[0] == "Too many attempts." && r.ErrorDetails[0] != limited {
			t.Errorf("got %q", r.ErrorDetails)
		}
		return strings.Join(r.Errors, " ")
	}
	for i, login := range []string{"second@example.com", agentMail, "taken@example.com"} {
		// Other errors come first, and do not reveal whether the address is taken.
		if got := errorOf(inputs(login, "short", "")); got != "Invalid value." {
			t.Fatalf("%d: %s", i, got)
		}
	}
	for i := range 10 {
		if got := errorOf(inputs([]string{"second@example.com", agentMail, customerMail}[i%3], newPassword, "")); got != "Login already in use." {
			t.Fatalf("%d: %s", i, got)
		}
	}
	for _, login := range []string{"second@example.com", agentMail, newMail} {
		if got := errorOf(inputs(login, newPassword, "")); got != "Too many attempts." {
			t.Errorf("%s: %s", login, got)
		}
	}
	expect(t, f.do("POST", loginPath, form(customerMail, password), urlEncoded), 200, asJohn)
}
