package rest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"contactgraph/internal/auth"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/revision"
)

const (
	denied  = `{"Message":"Authorization has been denied for this request."}`
	anError = `{"Message":"An error has occurred."}`
)

func TestGetShowsAllMembersInDocumentedOrder(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	got := f.do("GET", contactPath(first), "", headers{"X-ApiKey": agentKey})
	expect(t, got, 200, `{"Id":1,"Secret":"`+f.contact(first).Secret+`",`+
		`"RegistrationDateTime":"2026-03-01T12:00:00.123456+00:00","RegistrationSource":"web","RegistrationIp":"192.0.2.1",`+
		`"LastModified":"2026-03-01T12:00:00.123456+00:00","Version":"AAAAAAAAAAE=","RegistrationStoreId":1,`+
		`"Email":null,"PhoneCountryCode":null,"Phone":null,"FirstName":null,"LastName":null,"LimitMailsPermanently":false,`+
		`"LimitMailsTemporarilyUntil":null,"PreferredStoreId":null,"ContactCompanyId":null,"LatestPermissionSource":null}`)
	if h := got.Header.Get("Content-Type"); h != "application/json; charset=utf-8" {
		t.Errorf("Content-Type is %s", h)
	}
}

func TestPutReplacesTheContact(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	got := f.put(first, `{"Version":"`+f.version(first)+`","Email":"a@b.c","PhoneCountryCode":"46","Phone":"1","FirstName":"\u003c'é'\u003e & \u2028",`+
		`"LastName":"","LimitMailsPermanently":true,"LimitMailsTemporarilyUntil":"2024-11-21T08:40:14.7818299+02:00",`+
		`"PreferredStoreId":12,"ContactCompanyId":1,"LatestPermissionSource":"x"}`)
	expect(t, got, 200, `{"Id":1,"Secret":"`+f.contact(first).Secret+`",`+
		`"RegistrationDateTime":"2026-03-01T12:00:00.123456+00:00","RegistrationSource":"web","RegistrationIp":"192.0.2.1",`+
		`"LastModified":"2026-03-01T12:00:00.123456+00:00","Version":"AAAAAAAAAAI=","RegistrationStoreId":1,`+
		`"Email":"a@b.c","PhoneCountryCode":"46","Phone":"1","FirstName":"<'é'> & \u2028","LastName":"","LimitMailsPermanently":true,`+
		`"LimitMailsTemporarilyUntil":"2024-11-21T06:40:14.781829+00:00","PreferredStoreId":12,"ContactCompanyId":1,"LatestPermissionSource":"x"}`)

	dto := f.put(first, `{"Version":"`+f.version(first)+`","FirstName":"stays"}`).dto(t)
	for name, want := range map[string]any{
		"FirstName": "stays", "Email": nil, "Phone": nil, "LastName": nil, "LimitMailsPermanently": false,
		"LimitMailsTemporarilyUntil": nil, "PreferredStoreId": nil, "ContactCompanyId": nil, "LatestPermissionSource": nil,
	} {
		if dto[name] != want {
			t.Errorf("%s is %v, not %v", name, dto[name], want)
		}
	}
}

func TestPutIsLoggedWithItsSource(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.put(first, `{"Version":"`+f.version(first)+`","FirstName":"x"}`)
	c := f.lastChange(first)
	if c.Source != "REST" || c.ActorName != "Demo agent" || c.Version != 2 {
		t.Errorf("logged as %s by %s, version %d", c.Source, c.ActorName, c.Version)
	}
}

func TestPutConflictsShowTheContactOfTheURL(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for name, c := range map[string]struct{ version, members, reason string }{
		"stale":                 {revision.Version(7).String(), ``, "version"},
		"wrong length":          {"QEA=", ``, "version"},
		"no bytes":              {"", ``, "version"},
		"email":                 {"", `,"Email":"SECOND@example.com"`, "email"},
		"phone":                 {"", `,"Phone":"+46 70 123 45 67"`, "phone"},
		"both":                  {"", `,"Email":"second@EXAMPLE.com","PhoneCountryCode":"+46","Phone":"0701234567"`, "email,phone"},
		"version comes first":   {"QEA=", `,"Email":"second@example.com","PreferredStoreId":99`, "version"},
		"keys come before refs": {"", `,"Email":"second@example.com","PreferredStoreId":99`, "email"},
	} {
		if c.version == "" && c.reason != "version" {
			c.version = f.version(first)
		}
		now := f.do("GET", contactPath(first), "", headers{"X-ApiKey": agentKey})
		got := f.put(first, `{"Version":"`+c.version+`"`+c.members+`}`)
		expect(t, got, 409, now.body)
		if reason := got.Header.Get("X-Conflict"); reason != c.reason {
			t.Errorf("%s: X-Conflict is %q, not %q", name, reason, c.reason)
		}
	}
}

func TestPutConflictsNameTheMissingReference(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	v := f.version(first)
	for _, c := range []struct{ members, body, reason string }{
		{`"PreferredStoreId":99`, `{"Message":"Store with id 99 does not exist."}`, "store"},
		{`"ContactCompanyId":-1`, `{"Message":"Company with id -1 does not exist."}`, "company"},
		{`"ContactCompanyId":99,"PreferredStoreId":98`, `{"Message":"Store with id 98 does not exist."}`, "store"},
	} {
		got := f.put(first, `{"Version":"`+v+`",`+c.members+`}`)
		expect(t, got, 409, c.body)
		if reason := got.Header.Get("X-Conflict"); reason != c.reason {
			t.Errorf("X-Conflict is %q, not %q", reason, c.reason)
		}
	}
}

func TestOtherAccountsContactsLookAbsent(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, method := range []string{"GET", "PUT"} {
		for _, id := range []int{absent, elsewhere, 0, -1} {
			got := f.do(method, contactPath(id), `{"Version":"AAAAAAAAAAE="}`,
				headers{"X-ApiKey": agentKey, "Content-Type": "application/json"})
			expect(t, got, 404, "")
			if got.Header.Get("Content-Type") != "" || got.Header.Get("X-Conflict") != "" {
				t.Errorf("%s %d: the headers reveal more: %v", method, id, got.Header)
			}
		}
	}
	expect(t, f.put(absent, `{}`), 400,
		`{"Message":"The request is invalid.","ModelState":{"updateContactDto.Version":["The Version field is required."]}}`)
	if got := f.do("GET", contactPath(elsewhere), "", headers{"X-ApiKey": otherKey}); got.StatusCode != 200 {
		t.Errorf("its own account gets %d", got.StatusCode)
	}
}

func TestContactsNeedCredentials(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, h := range []headers{
		nil,
		{"X-ApiKey": "forged"},
		{"Authorization": "Bearer forged"},
		{"Authorization": "Basic " + agentKey},
		{"Cookie": auth.CookieName + "=forged"},
		f.cookie().and("X-ApiKey", "forged"),
	} {
		for _, method := range []string{"GET", "PUT"} {
			expect(t, f.do(method, contactPath(first), "", h), 401, denied)
			expect(t, f.do(method, contactPath(absent), "", h), 401, denied)
			expect(t, f.do(method, "/api/v1/Contacts/abc", "", h), 401, denied)
		}
	}
}

func TestCustomersAccessOnlyTheirOwnContact(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	cookie := f.cookie().and("Content-Type", "application/json")
	for _, path := range []string{contactPath(first), contactPath(absent), contactPath(elsewhere), "/api/v1/Contacts/abc"} {
		expect(t, f.do("GET", path, "", cookie), 403, denied)
		for _, body := range []string{"", "not JSON", `{"Version":"AAAAAAAAAAE="}`, strings.Repeat(" ", 300<<10)} {
			expect(t, f.do("PUT", path, body, cookie), 403, denied)
		}
	}
	if got := f.do("GET", contactPath(customer), "", cookie); got.StatusCode != 200 {
		t.Errorf("its own: %d %s", got.StatusCode, got.body)
	}
}

func TestCustomersMustRepeatReadOnlyMembers(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	cookie := f.cookie().and("Content-Type", "application/json")
	for name, c := range map[string]struct {
		members string
		status  int
		body    string
	}{
		"unchanged":          {`"ContactCompanyId":1,"LatestPermissionSource":"form","FirstName":"Jane"`, 200, ""},
		"an empty password":  {`"ContactCompanyId":1,"LatestPermissionSource":"form","NewPassword":""`, 200, ""},
		"a store":            {`"ContactCompanyId":1,"LatestPermissionSource":"form","PreferredStoreId":2`, 200, ""},
		"no company":         {`"LatestPermissionSource":"form"`, 403, denied},
		"another source":     {`"ContactCompanyId":1,"LatestPermissionSource":"mail"`, 403, denied},
		"an unknown company": {`"ContactCompanyId":99,"LatestPermissionSource":"form"`, 403, denied},
		"a password":         {`"ContactCompanyId":1,"LatestPermissionSource":"form","NewPassword":"x"`, 403, denied},
		"a taken address":    {`"ContactCompanyId":2,"LatestPermissionSource":"form","Email":"second@example.com"`, 403, denied},
		"an unknown store":   {`"ContactCompanyId":1,"LatestPermissionSource":"form","PreferredStoreId":99`, 409, `{"Message":"Store with id 99 does not exist."}`},
		"a wrong type":       {`"PreferredStoreId":"x"`, 400, `{"Message":"The request is invalid.","ModelState":{"updateContactDto.PreferredStoreId":["An error has occurred."]}}`},
	} {
		t.Run(name, func(t *testing.T) {
			before := f.version(customer)
			got := f.do("PUT", contactPath(customer), `{"Version":"`+before+`",`+c.members+`}`, cookie)
			if got.StatusCode != c.status || c.body != "" && got.body != c.body {
				t.Errorf("got %d %s, not %d %s", got.StatusCode, got.body, c.status, c.body)
			}
			if changed := f.version(customer) != before; changed != (c.status == 200) {
				t.Errorf("changed: %v", changed)
			}
		})
	}
	got := f.do("PUT", contactPath(customer), `{"Version":"`+f.version(customer)+`","ContactCompanyId":1,"LatestPermissionSource":"form",`+
		`"Email":"second@example.com"}`, cookie)
	if got.StatusCode != 409 || got.dto(t)["Id"] != 466.0 || got.Header.Get("X-Conflict") != "email" {
		t.Errorf("a taken address: %d %s %v", got.StatusCode, got.body, got.Header)
	}
}

func TestPutSetsAPassword(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	signsIn := func(password string) bool {
		_, err := f.Auth.SignIn(t.Context(), f.account, customerMail, password, auth.Origin{})
		return err == nil
	}
	cookie := f.cookie()
	put := func(member string) response {
		return f.put(customer, `{"Version":"`+f.version(customer)+`"`+member+`}`)
	}
	for _, member := range []string{``, `,"NewPassword":null`, `,"NewPassword":""`} {
		if got := put(member); got.StatusCode != 200 || !signsIn(password) {
			t.Errorf("%s: %d %s", member, got.StatusCode, got.body)
		}
	}
	long := strings.Repeat("abcde", 200)
	if got := put(`,"NewPassword":"` + long + `"`); got.StatusCode != 200 || !signsIn(long) || signsIn(password) {
		t.Errorf("a new one: %d %s", got.StatusCode, got.body)
	}
	expect(t, f.do("GET", contactPath(customer), "", cookie), 401, denied)
	tooLong := `,"NewPassword":"` + long + `p"`
	const refused = `{"Message":"The request is invalid.","ModelState":{"updateContactDto.NewPassword":` +
		`["The field NewPassword must be a string with a maximum length of 1000."]}}`
	expect(t, put(tooLong), 400, refused)
	expect(t, f.put(absent, `{"Version":"AAAAAAAAAAE="`+tooLong+`}`), 400, refused)

	// The limit is one of the normal form, which can be shorter and longer.
	decomposed := strings.Repeat("e\u0301bcde", 200)
	if got := put(`,"NewPassword":"` + decomposed + `"`); got.StatusCode != 200 || !signsIn(strings.Repeat("\u00e9bcde", 200)) {
		t.Errorf("1200 units, 1000 of them composed: %d %s", got.StatusCode, got.body)
	}
	expect(t, put(`,"NewPassword":"`+decomposed+`p"`), 400, refused)
	expect(t, put(`,"NewPassword":"`+strings.Repeat("\u0958", 501)+`"`), 400, refused)
}

func TestIdAndBodyAreCheckedTogether(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const begin, end = `{"Message":"The request is invalid.","ModelState":{`, `}}`
	notANumber := func(text string) string { return `"id":["The value '` + text + `' is not valid for Int32."]` }
	for path, want := range map[string]string{
		"abc":            notANumber("abc"),
		"1.0":            notANumber("1.0"),
		"1%2C000":        notANumber("1,000"),
		"%3Ca%3E%22%27":  notANumber(`<a>\"'`),
		"%FF":            notANumber("\uFFFD"),
		"2147483648":     `"id":["An error has occurred."]`,
		"99999999999999": `"id":["An error has occurred."]`,
	} {
		path = "/api/v1/Contacts/" + path
		key := headers{"X-ApiKey": agentKey, "Content-Type": "application/json"}
		expect(t, f.do("GET", path, "", key), 400, begin+want+end)
		expect(t, f.do("PUT", path, `{"Version":"AAAAAAAAAAE="}`, key), 400, begin+want+end)
		expect(t, f.do("PUT", path, `{"Phone":"123456789012345678901"}`, key), 400, begin+want+
			`,"updateContactDto.Version":["The Version field is required."]`+
			`,"updateContactDto.Phone":["The field Phone must be a string with a maximum length of 20."]`+end)
		expect(t, f.do("PUT", path, "", key), 400, begin+want+`,"updateContactDto":["A request body is required."]`+end)
		expect(t, f.do("PUT", path, "x", key.and("Content-Type", "text/plain")), 415,
			`{"Message":"The request entity's media type 'text/plain' is not supported for this resource."}`)
	}
}

func TestIdsAreReadAsInt32(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, id := range []string{"1", "%201%20", "+1", "0001"} {
		got := f.do("GET", "/api/v1/Contacts/"+id, "", headers{"X-ApiKey": agentKey})
		if got.StatusCode != http.StatusOK || got.dto(t)["Id"] != 1.0 {
			t.Errorf("%s: %d %s", id, got.StatusCode, got.body)
		}
	}
}

func TestLengthsAreThoseOfTheFields(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for name, field := range map[string]*field.Field{
		"Email": field.Email, "PhoneCountryCode": field.PhoneCountryCode, "Phone": field.Phone,
		"FirstName": field.FirstName, "LastName": field.LastName,
	} {
		fits := strings.Repeat("😀", field.Limit/2)
		got := f.put(first, `{"Version":"`+f.version(first)+`","`+name+`":"`+fits+`"}`)
		if got.StatusCode != http.StatusOK || got.dto(t)[name] != fits {
			t.Errorf("%s: %d %s", name, got.StatusCode, got.body)
		}
		expect(t, f.put(first, `{"Version":"`+f.version(first)+`","`+name+`":"`+fits+`x"}`), 400, fmt.Sprintf(
			`{"Message":"The request is invalid.","ModelState":{"updateContactDto.%s":["The field %s must be a string with a maximum length of %d."]}}`,
			name, name, field.Limit))
	}
}
