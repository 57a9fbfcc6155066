package permissions

import (
	"fmt"
	"strings"
)

// contactsAPI are the rows of the Contacts API.
var contactsAPI = map[string]permission{
	"GET /api/v1/Contacts/{id}": {
		customer: per(ok, forbidden, forbidden, forbidden), agent: per(ok, ok, notFound, notFound),
		admin: per(ok, ok, notFound, notFound), foreign: per(notFound, notFound, ok, notFound),
		try: func(c *attempt) string {
			return c.rest(c.Send(c.caller, "GET", fmt.Sprintf("/api/v1/Contacts/%d", c.id()), "", ""))
		},
	},
	"PUT /api/v1/Contacts/{id}": {
		customer: per(ok, forbidden, forbidden, forbidden), agent: per(ok, ok, notFound, notFound),
		admin: per(ok, ok, notFound, notFound), foreign: per(notFound, notFound, ok, notFound),
		try: func(c *attempt) string {
			body := `{"Version":"QEA="}`
			if c.target != absent {
				body = c.Send(c.owner(), "GET", fmt.Sprintf("/api/v1/Contacts/%d", c.id()), "", "").Body
			}
			return c.rest(c.Send(c.caller, "PUT", fmt.Sprintf("/api/v1/Contacts/%d", c.id()), "application/json", body))
		},
	},
	"GET /api/v1/Contacts": findsStaff(func(c *attempt) string {
		if a := c.Send(c.caller, "GET", "/api/v1/Contacts", "", ""); a.Status != 200 {
			return c.rest(a)
		} else if ids := "," + strings.Trim(a.Body, "[]") + ","; strings.Contains(ids, fmt.Sprintf(",%d,", c.id())) {
			return ok
		}
		return null
	}),
	"GET /api/v1/Contacts/GetContactsBaseInfo": findsStaff(func(c *attempt) string {
		return c.contains(c.Send(c.caller, "GET", "/api/v1/Contacts/GetContactsBaseInfo", "", ""), fmt.Sprintf(`{"Id":%d,`, c.id()))
	}),
	"GET /api/v1/Contacts/Registration": findsStaff(func(c *attempt) string {
		return c.contains(c.Send(c.caller, "GET", "/api/v1/Contacts/Registration?timespan=99999", "", ""), fmt.Sprintf(`{"Id":%d,`, c.id()))
	}),
	"GET /api/v1/Contacts/DynamicFields": staffOnly("GET", "/api/v1/Contacts/DynamicFields"),
	"GET /api/v1/DynamicFields":          staffOnly("GET", "/api/v1/DynamicFields?owner=Contacts"),
	"GET /api/v1/Contacts/PatchFields":   staffOnly("GET", "/api/v1/Contacts/PatchFields"),
	"POST /api/v1/Contacts": {
		customer: all(forbidden), agent: all(ok), admin: all(ok), foreign: all(ok), segment: all(forbidden), // outside of the segment
		try: func(c *attempt) string {
			return c.rest(c.Send(c.caller, "POST", "/api/v1/Contacts", "application/json", `{"RegistrationSource":"test"}`))
		},
	},
	"PATCH /api/v1/Contacts": findsStaff(func(c *attempt) string {
		body := fmt.Sprintf(`{"KeyType":1,"Keys":["%d"],"Fields":{"LimitMailsPermanently":true}}`, c.id())
		return c.contains(c.Send(c.caller, "PATCH", "/api/v1/Contacts", "application/json", body), `"NotFound":[]`)
	}),
	"PATCH /api/v1/Contacts/{id}": {
		customer: per(ok, forbidden, forbidden, forbidden), agent: per(ok, ok, notFound, notFound),
		admin: per(ok, ok, notFound, notFound), foreign: per(notFound, notFound, ok, notFound),
		try: func(c *attempt) string {
			body := `{"Version":"QEA="}`
			if c.target != absent {
				body = c.Send(c.owner(), "GET", fmt.Sprintf("/api/v1/Contacts/%d", c.id()), "", "").Body
				body = body[:strings.Index(body, `,"RegistrationStoreId"`)] + "}" // the version, and what a PATCH ignores
			}
			return c.rest(c.Send(c.caller, "PATCH", fmt.Sprintf("/api/v1/Contacts/%d", c.id()), "application/json", body))
		},
	},
	"DELETE /api/v1/Contacts/{id}": {
		customer: all(forbidden), agent: per(ok, ok, notFound, notFound), admin: per(ok, ok, notFound, notFound),
		foreign: per(notFound, notFound, ok, notFound), segment: all(notFound),
		try: func(c *attempt) string {
			return c.rest(c.Send(c.caller, "DELETE", "/api/v1/Contacts/"+c.doomed(), "", ""))
		},
	},
	"POST /api/v1/Contacts/{id}/Login":        onOne("Login", `{"Password":"x","Ip":"192.0.2.1","Source":"test"}`, refused),
	"POST /api/v1/Contacts/{id}/UnblockEmail": onOne("UnblockEmail", "", ok),
	"POST /api/v1/Contacts/{id}/SetPassword": { // of a new contact: it ends sessions
		customer: all(forbidden), agent: per(ok, ok, notFound, notFound), admin: per(ok, ok, notFound, notFound),
		foreign: per(notFound, notFound, ok, notFound), segment: all(notFound),
		try: func(c *attempt) string {
			return c.rest(c.Send(c.caller, "POST", "/api/v1/Contacts/"+c.doomed()+"/SetPassword", "application/json", `{"NewPassword":"correct horse battery"}`))
		},
	},
	"GET /api/v1/Stores":                               staffOnly("GET", "/api/v1/Stores"),
	"POST /api/v1/Stores":                              posts("/api/v1/Stores", `{"Name":"x"}`),
	"GET /api/v1/Stores/{id}":                          readsObject(newStore, "/api/v1/Stores/%s"),
	"GET /api/v1/ContactCompanies":                     staffOnly("GET", "/api/v1/ContactCompanies"),
	"POST /api/v1/ContactCompanies":                    posts("/api/v1/ContactCompanies", `{"Name":"x"}`),
	"PATCH /api/v1/ContactCompanies":                   patchesCompany,
	"GET /api/v1/ContactCompanies/{id}":                readsObject(newCompany, "/api/v1/ContactCompanies/%s"),
	"GET /api/v1/ContactCompanies/{id}/Contacts":       readsObject(newCompany, "/api/v1/ContactCompanies/%s/Contacts"),
	"POST /api/v1/ContactCompanies/{id}/AddContact":    movesContact("AddContact"),
	"POST /api/v1/ContactCompanies/{id}/RemoveContact": movesContact("RemoveContact"),
	"GET /api/v1/Segments/{id}/GetContactIds":          inSegment("GetContactIds", "[%d]"),
	"GET /api/v1/Segments/{id}/GetContactsBaseInfo":    inSegment("GetContactsBaseInfo", `[{"Id":%d,`),
	"POST /api/v1/Segments/GetContactCount": findsStaff(func(c *attempt) string {
		return c.contains(c.Send(c.caller, "POST", "/api/v1/Segments/GetContactCount", "application/json", `{"SegmentIds":[`+c.segmentOfTarget()+`]}`), "1")
	}),
}
