package api

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"contactgraph/internal/acceptance/harness"

	"github.com/google/go-cmp/cmp"
)

// sample returns the payload between two texts of a page of the legacy APIs' documentation. The
// page's no-break spaces become spaces.
func sample(t *testing.T, page, from, to string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + page)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(strings.ReplaceAll(string(b), "\u00a0", " "), from)
	text, _, ok2 := strings.Cut(rest, to)
	if !ok || !ok2 {
		t.Fatalf("%s has no payload between %q and %q", page, from, to)
	}
	return strings.TrimSpace(text)
}

// noErrors is the response of iService to a request that succeeded.
const noErrors = `{"errors":[],"errorDetails":[]}`

// TestSetDetailsSampleWorks sends the documented sample as each kind of caller, with and without
// the prefix /f.
func TestSetDetailsSampleWorks(t *testing.T) {
	t.Parallel()
	payload := sample(t, "setdetails.txt", "Request payload example", "Response\n")
	for name, signIn := range map[string]func(*harness.Server) harness.Caller{
		"agent with a key":      func(*harness.Server) harness.Caller { return harness.APIKey("demo-agent") },
		"customer with a token": (*harness.Server).SignInCustomer,
		"customer with a cookie": func(s *harness.Server) harness.Caller {
			a := s.Send(harness.Anonymous, "POST", "/f/webapp-api-login?api=login", "application/x-www-form-urlencoded",
				"emailAddress=customer11%401to1service.com&Password=demo-password")
			cookie, _, _ := strings.Cut(a.Header.Get("Set-Cookie"), ";")
			return harness.Caller{"Cookie": {cookie}}
		},
	} {
		for _, path := range []string{"/f/webapp-api-custinfo", "/webapp-api-custinfo"} {
			t.Run(name+path, func(t *testing.T) {
				t.Parallel()
				s := harness.Demo(t, 20)
				if a := s.Send(signIn(s), "POST", path+"?api=setdetails", "application/json", payload); a.Status != 200 || a.Body != noErrors {
					t.Fatalf("%d %s", a.Status, a.Body)
				}
				checkSample(t, s)
			})
		}
	}
}

// checkSample checks contact 466 over GraphQL and the Contacts API.
func checkSample(t *testing.T, s *harness.Server) {
	t.Helper()
	type contact struct {
		FirstName, LastName string
		Logins              []struct{ Name, Type string }
		Segments            []struct{ SegmentID int }
		Properties          []struct {
			Property struct{ Name string }
			Values   []struct{ Value string }
		}
	}
	c := harness.Query[contact](s, harness.APIKey("demo-agent"), `{ contact(id: "466") {
		firstName lastName logins { name type } segments { segmentId } properties { property { name } values { value } } } }`, nil)
	var segments []int
	for _, g := range c.Segments {
		segments = append(segments, g.SegmentID)
	}
	values := map[string]string{}
	for _, p := range c.Properties[:3] {
		values[p.Property.Name] = fmt.Sprint(p.Values)
	}
	got := fmt.Sprint(c.FirstName, c.LastName, c.Logins, segments, values)
	want := fmt.Sprint("John", "Deer", []struct{ Name, Type string }{{"customer11@1to1service.com", "EMAIL"}},
		[]int{2, 3, 4, 5, 6, 7, 8, 10, 11, 12}, map[string]string{"First Name": "[{John}]", "Middle Initial": "[]", "Last Name": "[{Deer}]"})
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	var dto struct{ FirstName, LastName string }
	a := s.Send(harness.APIKey("demo-agent"), "GET", "/api/v1/Contacts/466", "", "")
	if err := json.Unmarshal([]byte(a.Body), &dto); err != nil || dto.FirstName != "John" || dto.LastName != "Deer" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

// TestUnreadableScalarsAreErrorsOfThePayload sends values that are not a Time or a Version. They
// are reported in the payload of the mutation, since mutations before it in the document have
// already taken effect.
func TestUnreadableScalarsAreErrorsOfThePayload(t *testing.T) {
	t.Parallel()
	s := harness.Demo(t, 5)
	type payload struct {
		Errors []struct{ Code, Path string }
	}
	for name, c := range map[string]struct {
		document string
		value    any
		want     string
	}{
		"a time":             {`mutation($v: Time) { updateContact(input: {id: 1, onConflict: OVERWRITE, set: {limitMailsTemporarilyUntil: $v}}) { errors { code path } } }`, "now", "[{INVALID limitMailsTemporarilyUntil}]"},
		"a number as a time": {`mutation($v: Time) { updateContact(input: {id: 1, onConflict: OVERWRITE, set: {limitMailsTemporarilyUntil: $v}}) { errors { code path } } }`, 7, "[{INVALID limitMailsTemporarilyUntil}]"},
		"a comma":            {`mutation($v: Time) { updateContact(input: {id: 1, onConflict: OVERWRITE, set: {limitMailsTemporarilyUntil: $v}}) { errors { code path } } }`, "2024-11-21T06:40:14,5Z", "[{INVALID limitMailsTemporarilyUntil}]"},
		"a version":          {`mutation($v: Version) { updateContact(input: {id: 1, expectedVersion: $v, set: {}}) { errors { code path } } }`, "?", "[{INVALID expectedVersion}]"},
		"a number":           {`mutation($v: Version) { updateContact(input: {id: 1, expectedVersion: $v, set: {}}) { errors { code path } } }`, 7, "[{INVALID expectedVersion}]"},
	} {
		if p := harness.Query[payload](s, harness.APIKey("demo-agent"), c.document, harness.Variables{"v": c.value}); fmt.Sprint(p.Errors) != c.want {
			t.Errorf("%s: %v, want %s", name, p.Errors, c.want)
		}
	}
}

// TestSignOutEndsTheSessionOfTheCookie signs out with a cookie and an API key in one request.
func TestSignOutEndsTheSessionOfTheCookie(t *testing.T) {
	t.Parallel()
	s := harness.Demo(t, 5)
	a := s.Send(harness.Anonymous, "POST", "/f/webapp-api-login?api=login", "application/x-www-form-urlencoded",
		"emailAddress=customer11%401to1service.com&Password=demo-password")
	cookie, _, _ := strings.Cut(a.Header.Get("Set-Cookie"), ";")
	loggedIn := func() bool {
		return strings.Contains(s.Send(harness.Caller{"Cookie": {cookie}}, "GET", "/f/webapp-api-login?api=loggedin", "", "").Body, `"isLoggedIn":true`)
	}
	if !loggedIn() {
		t.Fatal("the demo customer could not sign in")
	}
	s.Send(harness.Caller{"Cookie": {cookie}, "X-Apikey": {"demo-agent"}}, "POST", "/f/webapp-api-login?api=logout", "", "")
	if loggedIn() {
		t.Error("the session has not ended")
	}
}

// TestPropertiesAtTheirLimits checks that a property that is an alias of a field cannot be deleted
// while contacts have that field, and that one call can store 7,000 values.
func TestPropertiesAtTheirLimits(t *testing.T) {
	t.Parallel()
	s := harness.Demo(t, 5)
	type payload struct {
		Errors   []struct{ Code string }
		Property struct{ PropertyID int }
	}
	if p := harness.Query[payload](s, harness.APIKey("demo-admin"), `mutation { deleteProperty(input: {id: 1}) { errors { code } } }`, nil); fmt.Sprint(p.Errors) != "[{IN_USE}]" {
		t.Errorf("deleting First Name: %v", p.Errors)
	}
	values := strings.TrimSuffix(strings.Repeat(`{"value":"v","description":"d"},`, 100), ",")
	var properties []string
	for i := range 70 {
		p := harness.Query[payload](s, harness.APIKey("demo-admin"), `mutation($n: String!) { createProperty(input: {name: $n, multiple: true}) { property { propertyId } errors { code } } }`,
			harness.Variables{"n": fmt.Sprint("Many ", i)})
		properties = append(properties, fmt.Sprintf(`{"propertyID":%d,"values":[%s]}`, p.Property.PropertyID, values))
	}
	a := s.Send(harness.APIKey("demo-agent"), "POST", "/f/webapp-api-custinfo?api=setdetails", "application/json",
		`{"contactID":1,"details":{"properties":[`+strings.Join(properties, ",")+`]}}`)
	if a.Body != noErrors {
		t.Errorf("7,000 values: %d %.300s", a.Status, a.Body)
	}
}

// TestPutSampleWorks sends the documented sample of PUT, which has a country code that is too long,
// and then a corrected one, with the current version and with others.
func TestPutSampleWorks(t *testing.T) {
	t.Parallel()
	putSample(t, harness.Demo(t, 20))
}

func putSample(t *testing.T, s *harness.Server) {
	t.Helper()
	agent := harness.APIKey("demo-agent")
	documented := sample(t, "contacts-put.txt", "application/json, text/json", "application/x-www-form-urlencoded")
	version := func() string {
		return harness.Query[struct{ Version string }](s, agent, `{ contact(id: "7") { version } }`, nil).Version
	}
	put := func(body string) harness.Response {
		return s.Send(agent, "PUT", "/api/v1/Contacts/7", "application/json", body)
	}

	current := strings.Replace(documented, `"QEA="`, `"`+version()+`"`, 1)
	a := put(current)
	want := `{"Message":"The request is invalid.","ModelState":{"updateContactDto.PhoneCountryCode":` +
		`["The field PhoneCountryCode must be a string with a maximum length of 10."]}}`
	if a.Status != 400 || a.Body != want {
		t.Errorf("the sample as documented: %d %s", a.Status, a.Body)
	}

	valid := strings.Replace(current, `"sample string 3"`, `"46"`, 1)
	before := version()
	a = put(valid)
	if a.Status != 200 {
		t.Fatalf("the sample with a country code: %d %s", a.Status, a.Body)
	}
	withFields := append(slices.Clone(members), "MiddleInitial", "Language") // the account fields of the demo data
	if d := cmp.Diff(withFields, names(t, a.Body)); d != "" {
		t.Errorf("members of the response: %s", d)
	}
	if v := version(); v == before || !strings.Contains(a.Body, `"Version":"`+v+`"`) {
		t.Errorf("version was %s, is %s: %s", before, v, a.Body)
	}

	stored := s.Send(agent, "GET", "/api/v1/Contacts/7", "", "").Body
	for name, body := range map[string]string{
		"sent again":               valid,
		"with the sample's QEA=":   strings.Replace(documented, `"sample string 3"`, `"46"`, 1),
		"with an empty Version":    strings.Replace(valid, before, "", 1),
		"with a later version":     strings.Replace(valid, before, "AAAAAAAB9E8=", 1),
		"with the highest version": strings.Replace(valid, before, "//////////8=", 1),
	} {
		if a := put(body); a.Status != 409 || a.Body != stored || a.Header.Get("X-Conflict") != "version" {
			t.Errorf("%s: %d %s %s", name, a.Status, a.Header.Get("X-Conflict"), a.Body)
		}
	}
}

// members are the members of ReadContactDto in the documented order.
var members = []string{
	"Id", "Secret", "RegistrationDateTime", "RegistrationSource", "RegistrationIp", "LastModified", "Version", "RegistrationStoreId",
	"Email", "PhoneCountryCode", "Phone", "FirstName", "LastName", "LimitMailsPermanently", "LimitMailsTemporarilyUntil",
	"PreferredStoreId", "ContactCompanyId", "LatestPermissionSource",
}

// names returns the member names of a JSON object in their order.
func names(t *testing.T, object string) []string {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(object))
	if _, err := d.Token(); err != nil {
		t.Fatal(err)
	}
	var found []string
	for d.More() {
		name, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, name.(string))
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			t.Fatal(err)
		}
	}
	return found
}
