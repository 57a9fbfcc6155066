package acceptance

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sample is the documented payload between the two lines, with the page's no-break spaces made blanks.
func sample(t *testing.T, page, from, to string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + page)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(strings.ReplaceAll(string(b), "\u00a0", " "), from)
	text, _, ok2 := strings.Cut(rest, to)
	if !ok || !ok2 {
		t.Fatalf("%s holds no payload between %q and %q", page, from, to)
	}
	return strings.TrimSpace(text)
}

const noErrors = `{"errors":[],"errorDetails":[]}`

func TestSetDetailsSample(t *testing.T) {
	t.Parallel()
	payload := sample(t, "setdetails.txt", "Request payload example", "Response\n")
	for name, signIn := range map[string]func(*process) who{
		"agent with a key":      func(*process) who { return key("demo-agent") },
		"customer with a token": (*process).customer,
		"customer with a cookie": func(s *process) who {
			a := s.send(anonymous, "POST", "/f/webapp-api-login?api=login", "application/x-www-form-urlencoded",
				"emailAddress=customer11%401to1service.com&Password=demo-password")
			cookie, _, _ := strings.Cut(a.header.Get("Set-Cookie"), ";")
			return who{"Cookie": {cookie}}
		},
	} {
		for _, path := range []string{"/f/webapp-api-custinfo", "/webapp-api-custinfo"} {
			t.Run(name+path, func(t *testing.T) {
				t.Parallel()
				s := demo(t, 20)
				if a := s.send(signIn(s), "POST", path+"?api=setdetails", "application/json", payload); a.status != 200 || a.body != noErrors {
					t.Fatalf("%d %s", a.status, a.body)
				}
				checkSample(t, s)
			})
		}
	}
}

// checkSample looks at contact 466 through both other doors.
func checkSample(t *testing.T, s *process) {
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
	c := into[contact](s, key("demo-agent"), `{ contact(id: "466") {
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
	a := s.send(key("demo-agent"), "GET", "/api/v1/Contacts/466", "", "")
	if err := json.Unmarshal([]byte(a.body), &dto); err != nil || dto.FirstName != "John" || dto.LastName != "Deer" {
		t.Errorf("%d %s", a.status, a.body)
	}
}

// A Time or Version that cannot be read is told in the payload: a field that comes first has taken effect by then.
func TestScalarsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	s := demo(t, 5)
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
		if p := into[payload](s, key("demo-agent"), c.document, variables{"v": c.value}); fmt.Sprint(p.Errors) != c.want {
			t.Errorf("%s: %v, want %s", name, p.Errors, c.want)
		}
	}
}

// Signing out ends the cookie's session also when a key came with it.
func TestSignOutWithAKeyBeside(t *testing.T) {
	t.Parallel()
	s := demo(t, 5)
	a := s.send(anonymous, "POST", "/f/webapp-api-login?api=login", "application/x-www-form-urlencoded",
		"emailAddress=customer11%401to1service.com&Password=demo-password")
	cookie, _, _ := strings.Cut(a.header.Get("Set-Cookie"), ";")
	loggedIn := func() bool {
		return strings.Contains(s.send(who{"Cookie": {cookie}}, "GET", "/f/webapp-api-login?api=loggedin", "", "").body, `"isLoggedIn":true`)
	}
	if !loggedIn() {
		t.Fatal("the demo customer could not sign in")
	}
	s.send(who{"Cookie": {cookie}, "X-Apikey": {"demo-agent"}}, "POST", "/f/webapp-api-login?api=logout", "", "")
	if loggedIn() {
		t.Error("the session lives on")
	}
}

// A property that is another name for a field cannot go while contacts have that field; values of many properties are stored
// in one call.
func TestPropertiesAtTheirLimits(t *testing.T) {
	t.Parallel()
	s := demo(t, 5)
	type payload struct {
		Errors   []struct{ Code string }
		Property struct{ PropertyID int }
	}
	if p := into[payload](s, key("demo-admin"), `mutation { deleteProperty(id: 1) { errors { code } } }`, nil); fmt.Sprint(p.Errors) != "[{IN_USE}]" {
		t.Errorf("deleting First Name: %v", p.Errors)
	}
	values := strings.TrimSuffix(strings.Repeat(`{"value":"v","description":"d"},`, 100), ",")
	var properties []string
	for i := range 70 {
		p := into[payload](s, key("demo-admin"), `mutation($n: String!) { createProperty(input: {name: $n, multiple: true}) { property { propertyId } errors { code } } }`,
			variables{"n": fmt.Sprint("Many ", i)})
		properties = append(properties, fmt.Sprintf(`{"propertyID":%d,"values":[%s]}`, p.Property.PropertyID, values))
	}
	a := s.send(key("demo-agent"), "POST", "/f/webapp-api-custinfo?api=setdetails", "application/json",
		`{"contactID":1,"details":{"properties":[`+strings.Join(properties, ",")+`]}}`)
	if a.body != noErrors {
		t.Errorf("7,000 values: %d %.300s", a.status, a.body)
	}
}

func TestPutSample(t *testing.T) {
	t.Parallel()
	putSample(t, demo(t, 20))
}

func putSample(t *testing.T, s *process) {
	t.Helper()
	agent := key("demo-agent")
	documented := sample(t, "contacts-put.txt", "application/json, text/json", "application/x-www-form-urlencoded")
	version := func() string {
		return into[struct{ Version string }](s, agent, `{ contact(id: "7") { version } }`, nil).Version
	}
	put := func(body string) answer { return s.send(agent, "PUT", "/api/v1/Contacts/7", "application/json", body) }

	current := strings.Replace(documented, `"QEA="`, `"`+version()+`"`, 1)
	a := put(current)
	want := `{"Message":"The request is invalid.","ModelState":{"updateContactDto.PhoneCountryCode":` +
		`["The field PhoneCountryCode must be a string with a maximum length of 10."]}}`
	if a.status != 400 || a.body != want {
		t.Errorf("the sample as documented: %d %s", a.status, a.body)
	}

	valid := strings.Replace(current, `"sample string 3"`, `"46"`, 1)
	before := version()
	a = put(valid)
	if a.status != 200 {
		t.Fatalf("the sample with a country code: %d %s", a.status, a.body)
	}
	if d := cmp.Diff(members, names(t, a.body)); d != "" {
		t.Errorf("members of the answer: %s", d)
	}
	if v := version(); v == before || !strings.Contains(a.body, `"Version":"`+v+`"`) {
		t.Errorf("version was %s, is %s: %s", before, v, a.body)
	}

	stored := s.send(agent, "GET", "/api/v1/Contacts/7", "", "").body
	for name, body := range map[string]string{
		"sent again":               valid,
		"with the sample's QEA=":   strings.Replace(documented, `"sample string 3"`, `"46"`, 1),
		"with an empty Version":    strings.Replace(valid, before, "", 1),
		"with a version to come":   strings.Replace(valid, before, "AAAAAAAB9E8=", 1),
		"with the highest version": strings.Replace(valid, before, "//////////8=", 1),
	} {
		if a := put(body); a.status != 409 || a.body != stored || a.header.Get("X-Conflict") != "version" {
			t.Errorf("%s: %d %s %s", name, a.status, a.header.Get("X-Conflict"), a.body)
		}
	}
}

// members of ReadContactDto in the documented order.
var members = []string{
	"Id", "Secret", "RegistrationDateTime", "RegistrationSource", "RegistrationIp", "LastModified", "Version", "RegistrationStoreId",
	"Email", "PhoneCountryCode", "Phone", "FirstName", "LastName", "LimitMailsPermanently", "LimitMailsTemporarilyUntil",
	"PreferredStoreId", "ContactCompanyId", "LatestPermissionSource",
}

// names are the member names of a JSON object in their order.
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
