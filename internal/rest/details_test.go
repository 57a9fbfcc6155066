package rest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"contactgraph/ent"
	"contactgraph/ent/property"
	"contactgraph/internal/auth"
	"contactgraph/internal/catalog"
	"contactgraph/internal/database"
	"contactgraph/internal/viewer"
)

const (
	detailsPath   = "/f/webapp-api-custinfo?api=details"
	myDetailsPath = "/f/webapp-api-findanswer?api=mydetails"
	namePath      = "/f/webapp-api-custinfo?api=name"
)

// details is a response of details and mydetails.
type details struct {
	Properties []struct {
		Name            string           `json:"name"`
		CanModifyLogins bool             `json:"canModifyLogins"`
		Logins          []map[string]any `json:"logins"`
		Properties      []map[string]any `json:"properties"`
	} `json:"properties"`
	Membership []string `json:"membership"`
}

func detailsOf(t *testing.T, r response) (d details) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.body), &d); err != nil || len(d.Properties) != 1 {
		t.Fatalf("no details: %s", r.body)
	}
	return d
}

// filled gives the contact values of every type, among them some that a customer may not set and
// one that is no choice any more.
func (f *fixture) filled() {
	f.t.Helper()
	expect(f.t, f.set(`{"contactID":466,"details":{"setLogins":true,"logins":[{"name":"`+customerMail+`","type":"Email"},`+
		`{"name":"Zoe","type":""},{"name":"b@example.com","type":"bounced"},{"name":"g@example.com","type":"google"}],`+
		`"properties":[{"propertyID":5,"values":[{"value":"A"}]},{"propertyID":6,"values":[{"value":"b"},{"value":"a\r\nb","description":"why"}]},`+
		`{"propertyID":7,"values":[{"value":"1984-02-29"}]},{"propertyID":8,"values":[{"value":"red"}]}]}}`), 200, done)
	err := f.db.Write(viewer.NewSystemContext(f.t.Context(), f.account), 0, func(ctx context.Context, tx *database.Tx) error {
		return tx.Ent.Property.Update().Where(property.AccountID(f.account), property.ID(choice)).SetChoices([]string{"blue"}).Exec(ctx)
	})
	if err != nil {
		f.t.Fatal(err)
	}
}

// TestDetailsCanBeSentBack runs what a form of the portal does: it reads the details and saves them
// as they are, in each form in which the response can be sent. Nothing changes.
func TestDetailsCanBeSentBack(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.filled()
	agent := headers{"X-ApiKey": agentKey}
	body := must(json.Marshal(map[string]any{"emailAddress": customerMail, "Password": password}))
	cookie := f.do("POST", loginPath, string(body), headers{"Content-Type": "application/json"}).sessionCookie()
	for name, caller := range map[string]struct {
		path, body string
		h          headers
	}{
		"customer":       {myDetailsPath, `{}`, headers{"Cookie": cookie.Name + "=" + cookie.Value}},
		"customer by id": {detailsPath, `{"contactID":"466"}`, headers{"Cookie": cookie.Name + "=" + cookie.Value}},
		"agent":          {detailsPath, `{"contactID":466}`, agent},
	} {
		t.Run(name, func(t *testing.T) {
			read := func() response { return f.do("POST", caller.path, caller.body, caller.h) }
			before, version := read(), f.version(customer)
			d := detailsOf(t, before)
			group, err := json.Marshal(d.Properties[0])
			if err != nil {
				t.Fatal(err)
			}
			withLogins := strings.Replace(string(group), "{", `{"setLogins":true,`, 1)
			membership := string(must(json.Marshal(d.Membership)))
			for form, details := range map[string]string{"group": string(group), "group and logins": withLogins, "response": before.body} {
				sent := `{"contactID":466,"details":` + details + `,"membership":` + membership + `}`
				expect(t, f.do("POST", setPath, sent, caller.h), 200, done)
				if after := read(); after.body != before.body || f.version(customer) != version {
					t.Errorf("%s: version %s, was %s\n%s\n%s", form, f.version(customer), version, before.body, after.body)
				}
			}
			// A change in the response is saved.
			expect(t, f.do("POST", setPath, `{"contactID":466,"details":`+strings.Replace(before.body, `"John"`, `"Jo"`, 1)+`}`, caller.h), 200, done)
			expect(t, f.do("POST", setPath, `{"contactID":466,"details":`+string(group)+`}`, caller.h), 200, done)
			if after := read(); after.body != before.body || f.version(customer) == version {
				t.Errorf("after a change: %s", after.body)
			}
		})
	}
}

func TestDetailsHaveEveryMember(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.filled()
	no := `"isDate":false,"isDatetime":false,"isInteger":false,"isNumber":false,`
	value := func(text, description, date string) string {
		return fmt.Sprintf(`{"description":%s,"value":"%s","valueDateUtc":%s,"valueDatetimeUtc":null,"valueInt":null,"valueNumber":null}`, description, text, date)
	}
	entry := func(id int, name, flags, rest, values, choices string) string {
		return fmt.Sprintf(`{"propertyID":"%d","name":"%s",%s%s,"values":[%s],"valueChoices":[%s],"descriptionChoices":[]}`, id, name, flags, rest, values, choices)
	}
	flags := func(multiple, described, lines, readOnly, required bool) string {
		return fmt.Sprintf(`"allowMultiple":%t,"hasDescriptions":%t,"isMultiLine":%t,"isReadOnly":%t,"isRequired":%t`, multiple, described, lines, readOnly, required)
	}
	want := func(readOnlyForCaller bool) string {
		return `{"properties":[{"name":"Global","canModifyLogins":true,"logins":[{"name":"b@example.com","type":"Bounced"},` +
			`{"name":"` + customerMail + `","type":"Email"},{"name":"g@example.com","type":"Google"},{"name":"Zoe","type":""}],"properties":[` + strings.Join([]string{
			entry(1, "First Name", no, flags(false, false, false, false, false), value("John", "null", "null"), ""),
			entry(2, "Middle Initial", no, flags(false, true, false, false, false), "", ""),
			entry(3, "Last Name", no, flags(false, false, false, false, false), value("Deer", "null", "null"), ""),
			entry(required, "City", no, flags(false, true, false, false, true), "", ""),
			entry(readOnly, "Grade", no, flags(false, true, false, readOnlyForCaller, false), value("A", "null", "null"), ""),
			entry(multiple, "Hobbies", no, flags(true, true, true, false, false), value("b", "null", "null")+","+value(`a\r\nb`, `"why"`, "null"), ""),
			entry(date, "Birthday", strings.Replace(no, "false", "true", 1), flags(false, true, false, false, false), value("1984-02-29", "null", `"1984-02-29"`), ""),
			entry(choice, "Colour", no, flags(false, true, false, false, false), value("red", "null", "null"), `"blue"`),
		}, ",") + `]}],"membership":["2","3"],` + noErrors
	}
	expect(t, f.do("POST", detailsPath, `{"contactID":466,"x":[]}`, headers{"X-ApiKey": agentKey}), 200, want(false))
	expect(t, f.do("POST", "/webapp-api-CustInfo?API=Details", `{"contactID":"466"}`, f.cookie()), 200, want(true))
	for _, body := range []string{`{}`, ``, ` `, `{"contactID":1}`} {
		expect(t, f.do("POST", "/webapp-api-findAnswer?api=MYDETAILS", body, f.cookie()), 200, want(true))
	}
	expect(t, f.do("POST", namePath, `{"contactID":466}`, f.cookie()), 200, `{"name":"John Deer",`+noErrors)
	for id, name := range map[int]string{first: "", second: "Second@example.com"} {
		expect(t, f.do("POST", namePath, fmt.Sprintf(`{"contactID":%d}`, id), headers{"X-ApiKey": agentKey}), 200, `{"name":"`+name+`",`+noErrors)
	}
	if got := f.do("POST", detailsPath, `{"contactID":1}`, headers{"X-ApiKey": agentKey}); !strings.Contains(got.body, `"logins":[]`) || !strings.Contains(got.body, `"membership":[]`) {
		t.Errorf("an empty contact: %s", got.body)
	}
}

// TestTypedValues: numbers and times are in the members of their types, and a value can be sent in
// these alone.
func TestTypedValues(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ids := f.typed()
	sent := fmt.Sprintf(`{"contactID":466,"details":{"properties":[{"propertyID":%d,"values":[{"value":null,"valueInt":7}]},`+
		`{"propertyID":%d,"values":[{"valueNumber":-1.50}]},{"propertyID":%d,"values":[{"valueDatetimeUtc":"2024-11-21T07:40:14.5+01:00"}]},`+
		`{"propertyID":7,"values":[{"valueDateUtc":"2024-02-29"}]}]}}`, ids[0], ids[1], ids[2])
	expect(t, f.set(sent), 200, done)
	d := detailsOf(t, f.do("POST", detailsPath, `{"contactID":466}`, headers{"X-ApiKey": agentKey}))
	got := map[string]any{}
	for _, p := range d.Properties[0].Properties {
		for _, v := range p["values"].([]any) {
			for member, value := range v.(map[string]any) {
				if value != nil {
					got[fmt.Sprint(p["name"], " ", member)] = value
				}
			}
		}
	}
	for member, want := range map[string]any{
		"Integer value": "7", "Integer valueInt": 7.0, "Number value": "-1.50", "Number valueNumber": -1.5,
		"Time value": "2024-11-21T07:40:14.5+01:00", "Time valueDatetimeUtc": "2024-11-21T06:40:14.5Z", "Birthday valueDateUtc": "2024-02-29",
	} {
		if got[member] != want {
			t.Errorf("%s is %v, want %v", member, got[member], want)
		}
	}
}

func TestDetailsAreRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	agent, customerOnly := headers{"X-ApiKey": agentKey}, f.cookie()
	shape := failed("Invalid request.", "The request body does not have the documented format.")
	foreign := failed("Access denied.", "Customers may access only their own contact.")
	absentContact := func(id int) string {
		return failed("Contact not found.", fmt.Sprintf("No contact exists with contactID %d.", id))
	}
	for name, c := range map[string]struct {
		h          headers
		body, want string
	}{
		"another account's":        {agent, `{"contactID":1000001}`, absentContact(elsewhere)},
		"an unknown one":           {agent, `{"contactID":999}`, absentContact(absent)},
		"none":                     {agent, `{}`, failed("Contact not found.", "No contact exists with this contactID.")},
		"another customer's":       {customerOnly, `{"contactID":1}`, foreign},
		"an unknown, by customers": {customerOnly, `{"contactID":999}`, foreign},
		"by no one":                {nil, `{"contactID":466}`, failed("You must be logged in.", "The session is missing or has expired.")},
		"from another site":        {customerOnly.and("Sec-Fetch-Site", "cross-site"), `{"contactID":466}`, failed("Access denied.", "The request was sent from another site.")},
		"a list for an id":         {agent, `{"contactID":[466]}`, shape},
		"an array":                 {agent, `[]`, shape},
		"null":                     {agent, `null`, shape},
		"empty":                    {agent, ``, failed("Invalid request.", "The request body is not valid JSON.")},
		"a form":                   {agent, `contactID=466`, failed("Invalid request.", "The request body is not valid JSON.")},
		"too large":                {agent, `{"x":"` + strings.Repeat("x", 256<<10) + `"}`, failed("Invalid request.", "The request body is too large.")},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, f.do("POST", detailsPath, c.body, c.h), 200, c.want)
			expect(t, f.do("POST", namePath, c.body, c.h), 200, c.want)
		})
	}
	expect(t, f.do("POST", myDetailsPath, `{}`, agent), 200, failed("Access denied.", "Only customers have details of their own."))
	expect(t, f.do("POST", myDetailsPath, `{}`, nil), 200, failed("You must be logged in.", "The session is missing or has expired."))
	expect(t, f.do("POST", myDetailsPath, `x`, customerOnly), 200, failed("Invalid request.", "The request body is not valid JSON."))
	expect(t, f.do("POST", myDetailsPath, `[]`, customerOnly), 200, shape)
}

// TestDetailsHideWhatARoleHides: what a role may not read is not there, and what it may not write
// is read-only. The rest can be sent back.
func TestDetailsHideWhatARoleHides(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.filled()
	for rights, want := range map[viewer.Rights]struct {
		properties string
		readOnly   string
		logins     bool
	}{
		"WRITE logins=NONE membership=NONE properties.6=NONE": {"1 2 3 4 5 7 8", "", false},
		"WRITE firstName=NONE properties.7=READ logins=READ":  {"2 3 4 5 6 7 8", "7", true},
		"READ lastName=WRITE properties.2=WRITE":              {"1 2 3 4 5 6 7 8", "1 3 4 5 6 7 8", true},
	} {
		h := f.withRights(rights)
		before, version := f.do("POST", detailsPath, `{"contactID":466}`, h), f.version(customer)
		d := detailsOf(t, before)
		var ids, readOnly []string
		for _, p := range d.Properties[0].Properties {
			ids = append(ids, p["propertyID"].(string))
			if p["isReadOnly"] == true {
				readOnly = append(readOnly, p["propertyID"].(string))
			}
		}
		if got := strings.Join(ids, " "); got != want.properties || strings.Join(readOnly, " ") != want.readOnly {
			t.Errorf("%s: properties %s, read-only %s", rights, got, readOnly)
		}
		if got := len(d.Properties[0].Logins) > 0; got != want.logins || d.Properties[0].CanModifyLogins {
			t.Errorf("%s: %v", rights, d.Properties[0].Logins)
		}
		sent := `{"contactID":466,"details":` + strings.Replace(before.body, "{", `{"setLogins":true,"logins":`+string(must(json.Marshal(d.Properties[0].Logins)))+`,`, 1) +
			`,"membership":` + string(must(json.Marshal(d.Membership))) + `}`
		expect(t, f.do("POST", setPath, sent, h), 200, done)
		if f.version(customer) != version {
			t.Errorf("%s: a new version", rights)
		}
	}
}

// withRights signs an agent in who has a role with these rights.
func (f *fixture) withRights(rights viewer.Rights) headers {
	f.t.Helper()
	var role *ent.Role
	err := f.db.Write(viewer.NewSystemContext(f.t.Context(), f.account), 0, func(ctx context.Context, tx *database.Tx) (err error) {
		role, err = tx.Ent.Role.Create().SetName(string(rights)).SetNameKey(string(rights)).SetRights(rights).SetCreatedAt(start).Save(ctx)
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
	user := auth.NewUser{Login: fmt.Sprint("role", role.ID), Name: "Limited", Password: password, Role: viewer.Agent, RoleID: &role.ID}
	must(f.Auth.CreateUser(f.t.Context(), f.account, user))
	return headers{"Authorization": "Bearer " + must(f.Auth.SignIn(f.t.Context(), f.account, user.Login, password, auth.Origin{})).Token}
}

// typed creates a property for whole numbers, one for decimal numbers and one for times, and
// returns their ids.
func (f *fixture) typed() (ids []int) {
	f.t.Helper()
	for _, p := range []catalog.NewProperty{
		{Name: "Integer", Kind: property.KindInteger}, {Name: "Number", Kind: property.KindNumber}, {Name: "Time", Kind: property.KindDateTime},
	} {
		ids = append(ids, must(f.Catalog.CreateProperty(f.staff, p)).ID)
	}
	return ids
}
