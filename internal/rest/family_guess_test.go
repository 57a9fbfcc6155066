package rest_test

import (
	"fmt"
	"strings"
	"testing"

	"contactgraph/ent/login"
	"contactgraph/ent/property"
	"contactgraph/internal/auth"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/viewer"
)

func TestDeleteContact(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	expect(t, f.do("DELETE", contactPath(first), "", asAgent), 200, "")
	expect(t, f.do("DELETE", contactPath(first), "", asAgent), 404, "")
	expect(t, f.do("DELETE", "/api/v1/Contacts/x", "", asAgent), 400,
		`{"Message":"The request is invalid.","ModelState":{"id":["The value 'x' is not valid for Int32."]}}`)
}

func TestPasswordsOfContacts(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	login := func(id int, password string) response {
		return f.do("POST", contactPath(id)+"/login", `{"Password":"`+password+`","Ip":"192.0.2.7","Source":"web"}`, asAgent)
	}
	if got := login(customer, password); got.StatusCode != 200 || got.dto(t)["Id"] != 466.0 {
		t.Errorf("right: %d %s", got.StatusCode, got.body)
	}
	const wrong = `{"Message":"The password is wrong."}`
	expect(t, login(customer, "x"), 422, wrong)
	expect(t, login(first, password), 422, wrong) // it has none
	expect(t, login(absent, password), 404, "")
	expect(t, f.do("POST", contactPath(customer)+"/Login", `{"Password":null,"Ip":"","Source":"x"}`, asAgent), 400,
		`{"Message":"The request is invalid.","ModelState":{"loginDto.Password":["The Password field is required."],"loginDto.Ip":["The Ip field is required."]}}`)

	set := func(id int, body string) response { return f.do("POST", contactPath(id)+"/SetPassword", body, asAgent) }
	expect(t, set(first, `{"NewPassword":"correct horse"}`), 200, "")
	if got := login(first, "correct horse"); got.StatusCode != 200 {
		t.Errorf("the new password: %d %s", got.StatusCode, got.body)
	}
	expect(t, set(absent, `{"NewPassword":"correct horse"}`), 404, "")
	expect(t, set(first, `{"NewPassword":null}`), 400,
		`{"Message":"The request is invalid.","ModelState":{"setPasswordDto.NewPassword":["The NewPassword field is required."]}}`)
}

func TestUnblockEmail(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	path := contactPath(customer) + "/UnblockEmail"
	expect(t, f.do("POST", path, "", asAgent), 200, "false")
	must(f.Contacts.SetDetails(f.staff, contact.SetDetails{ID: customer, Lock: contact.Lock{OnConflict: contact.Overwrite}, Details: contact.Details{
		Logins: &[]field.Login{{Name: customerMail, Kind: login.KindBounced}, {Name: "other", Kind: login.KindBlank}},
	}}))
	expect(t, f.do("POST", path, "null", asAgent), 200, "true")
	expect(t, f.do("POST", path, "", asAgent), 200, "false")
	if got := f.shape(customer); !strings.Contains(got, customerMail+":EMAIL") {
		t.Errorf("got %s", got)
	}
	expect(t, f.do("POST", contactPath(absent)+"/UnblockEmail", "", asAgent), 404, "")
}

// TestGuessesHaveToWait: neither another address, which the caller can make up, nor another contact
// makes more of them free.
func TestGuessesHaveToWait(t *testing.T) {
	t.Parallel()
	limited := func(t *testing.T, free int, try func(i int) response) {
		t.Helper()
		for i := range free + 5 {
			got := try(i)
			if want := i >= free; (got.StatusCode == 429) != want || want && got.Header.Get("Retry-After") == "" {
				t.Fatalf("attempt %d: %d %s", i+1, got.StatusCode, got.body)
			}
		}
	}
	for name, c := range map[string]struct {
		free int
		try  func(f *fixture, i int) response
	}{
		"secrets from one address": {20, func(f *fixture, i int) response {
			return f.do("GET", fmt.Sprintf("/api/v1/Contacts?secret=x%d&ip=192.0.2.1", i), "", asAgent)
		}},
		"secrets from unknown addresses": {20, func(f *fixture, i int) response {
			return f.do("GET", fmt.Sprintf("/api/v1/Contacts?secret=x%d", i), "", asAgent)
		}},
		"secrets from made-up addresses": {200, func(f *fixture, i int) response {
			return f.do("GET", fmt.Sprintf("/api/v1/Contacts?secret=x%d&ip=192.0.2.%d", i, i), "", asAgent)
		}},
		"passwords of one contact from one address": {5, func(f *fixture, _ int) response {
			return f.do("POST", contactPath(customer)+"/Login", `{"Password":"x","Ip":"192.0.2.1","Source":"x"}`, asAgent)
		}},
		"passwords of one contact from made-up addresses": {20, func(f *fixture, i int) response {
			return f.do("POST", contactPath(customer)+"/Login", fmt.Sprintf(`{"Password":"x","Ip":"192.0.2.%d","Source":"x"}`, i), asAgent)
		}},
		"email addresses": {100, func(f *fixture, i int) response {
			return f.do("GET", fmt.Sprintf("/api/v1/Contacts?email=x%d", i), "", asAgent)
		}},
	} {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			limited(t, c.free, func(i int) response { return c.try(f, i) })
		})
	}
}

// TestBulkPatchDoesNotGuess: the secrets of one call count as those of many.
func TestBulkPatchDoesNotGuess(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	secret := f.contact(first).Secret
	patch := func(wrong int) response {
		keys := `"` + secret + `"` + strings.Repeat(`,"x"`, wrong)
		return f.do("PATCH", "/api/v1/Contacts", `{"KeyType":"Secret","Keys":[`+keys+`],"Fields":{}}`, asAgent)
	}
	for _, c := range []struct{ wrong, status int }{{0, 200}, {199, 200}, {0, 200}, {500, 200}, {0, 429}} {
		if got := patch(c.wrong); got.StatusCode != c.status {
			t.Errorf("%d wrong ones: %d %s", c.wrong, got.StatusCode, got.body)
		}
	}
	if got := f.do("GET", "/api/v1/Contacts?secret="+secret+"&ip=192.0.2.1", "", asAgent); got.StatusCode != 429 || got.Header.Get("Retry-After") != "150" {
		t.Errorf("a look-up: %d, wait for %s", got.StatusCode, got.Header.Get("Retry-After"))
	}
}

// TestAGuesserLocksNoOneElseOut: those who guess through the application of a caller make only
// themselves wait, and not all others who use it.
func TestAGuesserLocksNoOneElseOut(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	secret := f.contact(customer).Secret
	for name, send := range map[string]func(guess bool, ip string) response{
		"secrets": func(guess bool, ip string) response {
			return f.do("GET", "/api/v1/Contacts?secret="+map[bool]string{true: "x", false: secret}[guess]+"&ip="+ip, "", asAgent)
		},
		"passwords": func(guess bool, ip string) response {
			id, text := customer, password
			if guess {
				id, text = first, "x"
			}
			return f.do("POST", contactPath(id)+"/login", fmt.Sprintf(`{"Password":%q,"Ip":%q,"Source":"web"}`, text, ip), asAgent)
		},
	} {
		last := 0
		for range 30 {
			last = send(true, "192.0.2.66").StatusCode
		}
		if got := send(false, "192.0.2.7"); last != 429 || got.StatusCode != 200 {
			t.Errorf("%s: the guesser gets %d, another client %d %s", name, last, got.StatusCode, got.body)
		}
	}
}

func TestOtherContactsDoNotExistForASegment(t *testing.T) {
	t.Parallel()
	f := newFamily(t)
	const dealer = "the-key-of-a-dealer"
	must(f.Auth.CreateKey(t.Context(), f.account, auth.NewKey{Name: "dealer", Role: viewer.Agent, SegmentID: new(2), Token: dealer}))
	as := headers{"X-ApiKey": dealer, "Content-Type": "application/json"}
	expect(t, f.do("GET", "/api/v1/Contacts", "", as), 200, "[466]")
	expect(t, f.do("GET", "/api/v1/Contacts?email=second%40example.com", "", as), 404, "")
	expect(t, f.do("GET", "/api/v1/Contacts?secret="+f.contact(first).Secret, "", as), 404, "")
	expect(t, f.do("PATCH", "/api/v1/Contacts", `{"KeyType":1,"Keys":["1","466"],"Fields":{"FirstName":"x"}}`, as), 200, `{"Updated":["466"],"NotFound":["1"]}`)
	if got := f.do("GET", "/api/v1/Contacts/Registration", "", as); strings.Count(got.body, `"Id":`) != 1 {
		t.Errorf("registration: %s", got.body)
	}
	expect(t, f.do("DELETE", contactPath(first), "", as), 404, "")
	expect(t, f.do("POST", contactPath(first)+"/Login", `{"Password":"x","Ip":"x","Source":"x"}`, as), 404, "")
}

// A required account field that was never set is read as null, and may be sent back as null.
func TestRequiredFieldsMayStayUnset(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	must(f.Catalog.CreateProperty(f.staff, catalog.NewProperty{ID: 20, Name: "Town", APIName: new("City"), Kind: property.KindText, Required: true}))
	if got := f.put(first, f.do("GET", contactPath(first), "", asAgent).body); got.StatusCode != 200 {
		t.Errorf("never set: %d %s", got.StatusCode, got.body)
	}
	f.put(first, `{"Version":"`+f.version(first)+`","City":"Malmö"}`)
	expect(t, f.put(first, `{"Version":"`+f.version(first)+`","City":null}`), 400,
		`{"Message":"The request is invalid.","ModelState":{"updateContactDto.City":["Town must have a value."]}}`)
	if got := f.do("POST", "/api/v1/Contacts", `{"RegistrationSource":"web","City":null}`, asAgent); got.StatusCode != 200 {
		t.Errorf("a new contact: %d %s", got.StatusCode, got.body)
	}
}

// TestTimesMayBeSentBackAsRead: a body has a time in one notation, whatever is stored. Clients that
// send it back do not change it, not even a customer, which may not.
func TestTimesMayBeSentBackAsRead(t *testing.T) {
	t.Parallel()
	f := newFamily(t)
	const lastVisit = 24 // read-only for customers
	cookie := f.cookie()
	cookie["Content-Type"] = "application/json"
	for text, want := range map[string]string{
		"2024-11-21T06:40:14Z":           "2024-11-21T06:40:14+00:00",
		"2024-11-21T06:40:14.1234567Z":   "2024-11-21T06:40:14.1234567+00:00",
		"2024-11-21T06:40:14.123456789Z": "2024-11-21T06:40:14.1234567+00:00",
		"2024-11-21T08:40:14.500+02:00":  "2024-11-21T06:40:14.5+00:00",
	} {
		must(f.Contacts.SetDetails(f.staff, contact.SetDetails{ID: customer, Lock: contact.Lock{OnConflict: contact.Overwrite}, Details: contact.Details{
			Properties: []contact.PropertyPatch{{Property: lastVisit, Values: []field.Value{{Value: text}}}},
		}}))
		read := f.do("GET", contactPath(customer), "", cookie)
		if got := read.dto(t)["LastVisit"]; got != want {
			t.Errorf("%s is read as %v", text, got)
		}
		for name, h := range map[string]headers{"a customer": cookie, "an agent": asAgent} {
			body := f.do("GET", contactPath(customer), "", h).body
			if got := f.do("PUT", contactPath(customer), body, h); got.StatusCode != 200 || got.dto(t)["LastVisit"] != want {
				t.Errorf("%s sends %s: %d %s", name, text, got.StatusCode, got.body)
			}
		}
	}
}
