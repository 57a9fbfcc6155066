package permissions

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"contactgraph/internal/acceptance/harness"
	"contactgraph/internal/contact/field"
)

// restLookup is a way to find the canary contact through the REST APIs.
type restLookup struct {
	path  string
	paths []string // all of which the caller must be able to read
	body  string   // "" for a GET
}

// restLookups returns the ways to find the contact by each value that it has, and to read it by its
// id where only a part of it is shown.
func (f *rightsFixture) restLookups(c *marked) map[string]restLookup {
	v := f.values(c.number)
	get := func(path string, values url.Values, paths ...string) restLookup {
		if values != nil {
			path += "?" + values.Encode()
		}
		return restLookup{path: "/api/v1/" + path, paths: paths}
	}
	email := strings.Trim(v["email"], `"`)
	return map[string]restLookup{
		"email":               get("Contacts", url.Values{"email": {email}}, "email"),
		"phone":               get("Contacts", url.Values{"phone": {"+998" + strings.Trim(v["phone"], `"`)}}, "phone", "phoneCountryCode"),
		"secret":              get("Contacts", url.Values{"secret": {c.texts["secret"][0]}}, "secret"),
		"account field":       get("Contacts", url.Values{"field": {canaryName}, "value": {fmt.Sprint("canary-value-", c.number)}}, field.PropertyPath(f.property)),
		"registration source": get("Contacts/Registration", url.Values{"source": {fmt.Sprint("canary-source-", c.number)}}, "registrationSource"),
		"registration ip":     get("Contacts/Registration", url.Values{"ip": {fmt.Sprint("203.0.113.", c.number)}}, "registrationIp"),
		"company":             get(fmt.Sprintf("ContactCompanies/%d/Contacts", f.company), nil, "companyId"),
		"primary contact":     get("ContactCompanies", url.Values{"primaryContactEmail": {email}}, "email"),
		"segment":             get(fmt.Sprintf("Segments/%d/GetContactIds", f.segment), nil, "membership"),
		"base info":           get(fmt.Sprintf("Segments/%d/GetContactsBaseInfo", f.segment), nil, "membership"),
		"count":               {"/api/v1/Segments/GetContactCount", []string{"membership"}, fmt.Sprintf(`{"SegmentIds":[%d]}`, f.segment)},
		"password": {fmt.Sprintf("/api/v1/Contacts/%d/Login", c.id), []string{"password"},
			`{"Password":"correct horse battery","Ip":"192.0.2.1","Source":"test"}`},
		"keys":             {"/api/v1/Contacts", []string{"email"}, fmt.Sprintf(`{"KeyType":"Email","Keys":[%s],"Fields":{}}`, v["email"])},
		"iService details": {"/f/webapp-api-custinfo?api=details", nil, fmt.Sprintf(`{"contactID":%d}`, c.id)},
		"iService name":    {"/f/webapp-api-custinfo?api=name", nil, fmt.Sprintf(`{"contactID":%d}`, c.id)},
		"iService search":  {"/f/webapp-api-custinfo?api=search", nil, `{"fields":{"groups":[]}}`},
	}
}

func (l restLookup) send(f *rightsFixture, w harness.Caller) harness.Response {
	switch {
	case l.body == "":
		return f.Send(w, "GET", l.path, "", "")
	case strings.HasSuffix(l.path, "/Contacts"):
		return f.Send(w, "PATCH", l.path, "application/json", l.body)
	}
	return f.Send(w, "POST", l.path, "application/json", l.body)
}

// get returns a way to read: a GET of a path.
func (f *rightsFixture) get(path string) func(harness.Caller) string {
	return func(w harness.Caller) string { return f.Send(w, "GET", path, "", "").Body }
}

// patch changes the neutral field of the contact.
func (f *rightsFixture) patch(w harness.Caller, c *marked, neutral string) string {
	f.T.Helper()
	path := fmt.Sprint("/api/v1/Contacts/", c.id)
	var dto struct{ Version string }
	if err := json.Unmarshal([]byte(f.Send(w, "GET", path, "", "").Body), &dto); err != nil {
		f.T.Fatal(err)
	}
	name := strings.ToUpper(neutral[:1]) + neutral[1:]
	return f.Send(w, "PATCH", path, "application/json", jsonText(f.T, map[string]string{"Version": dto.Version, name: unique()})).Body
}

// TestLookupsHideFields finds a contact by each value that the Contacts API has a look-up for. A
// role that may not read the value is refused, because an empty result would mean that no contact
// has it. One that may not read another value finds the contact without that value.
func TestLookupsHideFields(t *testing.T) {
	t.Parallel()
	f := newRightsFixture(t)
	c := f.mark("password", "lastName")
	f.setPrimaryContact(c)
	paths := append(field.RestrictablePaths(), field.PropertyPath(f.property))
	hiding := map[string]harness.Caller{}
	for _, path := range paths {
		hiding[path] = f.role("WRITE", map[string]string{path: "NONE"})
	}
	for name, l := range f.restLookups(c) {
		if r := l.send(f, admin); r.Status != 200 || r.Body == "[]" {
			t.Errorf("%s: an admin gets %d %s", name, r.Status, r.Body)
		}
		rights := map[string]string{}
		for _, path := range l.paths {
			rights[path] = "WRITE" // the keys are of a write
		}
		if r := l.send(f, f.role("NONE", rights)); r.Status != 200 || r.Body == "[]" {
			t.Errorf("%s: a role that may read only %v gets %d %s", name, l.paths, r.Status, r.Body)
		} else {
			f.expectHidden(c, name, r.Body, slices.DeleteFunc(slices.Clone(paths), func(path string) bool { return slices.Contains(l.paths, path) }))
		}
		for path, w := range hiding {
			r, want := l.send(f, w), 200
			if slices.Contains(l.paths, path) {
				want = 403
			}
			if r.Status != want || r.Body == "[]" {
				t.Errorf("%s: a role that may not read %s gets %d %s, want %d", name, path, r.Status, r.Body, want)
			}
			f.expectHidden(c, name, r.Body, []string{path})
		}
	}
}

// expectHidden reports the values of the paths that a response shows.
func (f *rightsFixture) expectHidden(c *marked, name, body string, paths []string) {
	f.T.Helper()
	for _, path := range paths {
		for _, text := range c.texts[path] {
			if strings.Contains(body, text) {
				f.T.Errorf("%s: a role that may not read %s sees %s: %s", name, path, text, body)
			}
		}
	}
}

// setPrimaryContact makes the contact the primary contact of the company.
func (f *rightsFixture) setPrimaryContact(c *marked) {
	f.T.Helper()
	body := fmt.Sprintf(`{"Id":%d,"PrimaryContactId":%d,"Number":"canary"}`, f.company, c.id)
	if r := f.Send(admin, "PATCH", "/api/v1/ContactCompanies", "application/json", body); r.Status != 200 {
		f.T.Fatal(r.Status, r.Body)
	}
}

// TestRolesReadStoresAndCompanies: they are no fields of contacts, so a role that may read nothing
// of a contact reads them as an admin does.
func TestRolesReadStoresAndCompanies(t *testing.T) {
	t.Parallel()
	f := newRightsFixture(t)
	c := f.mark("", "lastName")
	f.setPrimaryContact(c)
	w := f.role("NONE", nil)
	for _, path := range []string{
		"Stores", fmt.Sprint("Stores/", f.store), "ContactCompanies", fmt.Sprint("ContactCompanies/", f.company), "DynamicFields?owner=Contacts",
	} {
		full, seen := f.Send(admin, "GET", "/api/v1/"+path, "", ""), f.Send(w, "GET", "/api/v1/"+path, "", "")
		if full.Status != 200 || seen.Status != 200 || seen.Body != full.Body {
			t.Errorf("%s: a role gets %d %s, an admin %d %s", path, seen.Status, seen.Body, full.Status, full.Body)
		}
		f.expectHidden(c, path, seen.Body, append(field.RestrictablePaths(), field.PropertyPath(f.property)))
	}
}
