package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"contactgraph/internal/acceptance/harness"
)

// vendorClient speaks as the client library of the legacy API does: it takes every 404 for null,
// sends nulls, numbers for enums and names in PascalCase, and writes some paths in lower case.
type vendorClient struct {
	*harness.Server
}

// object is an object as the client holds it.
type object map[string]any

// call sends a request and reads the result. To the client, 404 is a result that is null; it
// reports every other status than 200 as an error, with the message of the body.
func (c vendorClient) call(method, path string, body, result any) (status int) {
	c.T.Helper()
	text, media := "", ""
	if body != nil {
		sent, err := json.Marshal(body)
		if err != nil {
			c.T.Fatal(err)
		}
		text, media = string(sent), "application/json; charset=utf-8"
	}
	got := c.Send(harness.APIKey("demo-admin"), method, "/api/v1/"+path, media, text)
	if got.Status == http.StatusOK && result != nil {
		if err := json.Unmarshal([]byte(got.Body), result); err != nil {
			c.T.Fatalf("%s %s: %v: %s", method, path, err, got.Body)
		}
	}
	return got.Status
}

// succeed is call for a request that must succeed.
func (c vendorClient) succeed(method, path string, body, result any) {
	c.T.Helper()
	if status := c.call(method, path, body, result); status != http.StatusOK {
		c.T.Fatalf("%s %s: %d", method, path, status)
	}
}

// list returns the objects of a list.
func (c vendorClient) list(path string) (objects []object) {
	c.T.Helper()
	c.succeed("GET", path, nil, &objects)
	return objects
}

// newContact is what the client sends to create a contact.
func newContact() object {
	return object{
		"RegistrationDateTime": nil, "RegistrationSource": "shop", "RegistrationIp": nil, "RegistrationStoreId": nil, "Email": "vendor@example.com",
		"EmailConfirmed": true, "PhoneCountryCode": "+46", "Phone": "0701234567", "PhoneConfirmed": false, "FirstName": "Vera", "LastName": nil,
		"LimitMailsPermanently": nil, "LimitMailsTemporarilyUntil": nil, "PreferredStoreId": 5, "ContactCompanyId": nil,
		"LatestPermissionSource": nil, "MiddleInitial": nil, "Language": "French",
	}
}

// create creates a contact and returns it with its path.
func (c vendorClient) create() (created object, path string) {
	c.T.Helper()
	c.succeed("POST", "Contacts", newContact(), &created)
	if created["Language"] != "French" {
		c.T.Fatalf("created: %v", created)
	}
	return created, fmt.Sprint("Contacts/", number(created["Id"]))
}

// number returns a number of a body.
func number(v any) int {
	f, _ := v.(float64)
	return int(f)
}

// has reports whether one of the objects has the id.
func has(objects []object, id any) bool {
	return slices.ContainsFunc(objects, func(o object) bool { return o["Id"] == id })
}

// TestVendorClientFindsContacts looks a contact up in every way that the client has.
func TestVendorClientFindsContacts(t *testing.T) {
	t.Parallel()
	c := vendorClient{harness.Demo(t, 20)}
	created, path := c.create()
	secret, _ := created["Secret"].(string)
	for _, by := range []string{
		path, "Contacts/?email=VENDOR%40example.com", "Contacts?phone=%2b46701234567", "Contacts?phone=+46+70+123+45+67",
		"Contacts?secret=" + url.QueryEscape(secret) + "&ip=192.0.2.1",
	} {
		var read object
		if c.succeed("GET", by, nil, &read); read["Id"] != created["Id"] || read["FirstName"] != "Vera" {
			t.Errorf("%s: %v", by, read)
		}
	}
	if status := c.call("GET", "Contacts?email=unknown%40example.com", nil, nil); status != http.StatusNotFound {
		t.Errorf("an unknown address: %d", status)
	}
	if status := c.call("POST", "Contacts", newContact(), nil); status != http.StatusConflict {
		t.Errorf("a second one: %d", status)
	}
	for _, list := range []string{"Contacts?field=Language&value=French", "Contacts/Registration?timespan=&source=shop&ip="} {
		if found := c.list(list); !has(found, created["Id"]) {
			t.Errorf("%s: %v", list, found)
		}
	}
	var ids []int
	if c.succeed("GET", "Contacts", nil, &ids); !slices.Contains(ids, number(created["Id"])) || !slices.IsSorted(ids) {
		t.Errorf("ids: %v", ids)
	}
	if infos := c.list("Contacts/GetContactsBaseInfo"); len(infos) != len(ids) || !has(infos, created["Id"]) {
		t.Errorf("%d base infos of %d contacts", len(infos), len(ids))
	}
	fields := c.list("DynamicFields?owner=Contacts")
	if len(fields) != 2 || fields[1]["Name"] != "Language" || fields[1]["Type"] != float64(1) {
		t.Errorf("dynamic fields: %v", fields)
	}
	var address string
	if c.succeed("GET", path+"/PersonDataFile", nil, &address); !strings.HasPrefix(address, c.URL+"/") {
		t.Errorf("the file is at %s", address)
	}
}

// TestVendorClientWritesContacts checks that each write of the client has its effect.
func TestVendorClientWritesContacts(t *testing.T) {
	t.Parallel()
	c := vendorClient{harness.Demo(t, 20)}
	created, path := c.create()
	var read object
	patch := object{"Version": created["Version"], "FirstName": "Veronica", "Email": nil, "Language": nil, "PreferredStoreId": nil}
	if c.succeed("PATCH", path, patch, &read); read["FirstName"] != "Veronica" || read["Email"] != "vendor@example.com" || read["Language"] != "French" {
		t.Errorf("patched: %v", read)
	}
	if status := c.call("PATCH", path, patch, nil); status != http.StatusConflict {
		t.Errorf("a stale version: %d", status)
	}
	read["LastName"], read["MiddleInitial"] = "Vendor", "X"
	if c.succeed("PUT", path, read, &read); read["LastName"] != "Vendor" || read["MiddleInitial"] != "X" || read["Language"] != "French" {
		t.Errorf("replaced: %v", read)
	}
	var result struct{ Updated, NotFound []string }
	bulk := object{"KeyType": 3, "Keys": []string{"vendor@example.com", "unknown@example.com"}, "Fields": object{"FirstName": "Bulk", "Language": "German"}}
	if c.succeed("PATCH", "Contacts", bulk, &result); len(result.Updated) != 1 || len(result.NotFound) != 1 {
		t.Errorf("in bulk: %v", result)
	}
	if c.succeed("GET", path, nil, &read); read["FirstName"] != "Bulk" || read["Language"] != "German" {
		t.Errorf("in bulk: %v", read)
	}
	c.succeed("DELETE", path, nil, nil)
	if status := c.call("GET", path, nil, nil); status != http.StatusNotFound {
		t.Errorf("a deleted contact: %d", status)
	}
}

// TestVendorClientChecksPasswords checks the calls about passwords and blocked addresses.
func TestVendorClientChecksPasswords(t *testing.T) {
	t.Parallel()
	c := vendorClient{harness.Demo(t, 20)}
	created, path := c.create()
	login := object{"Password": "correct horse battery", "Ip": "192.0.2.1", "Source": "shop"}
	if status := c.call("POST", path+"/login", login, nil); status != http.StatusUnprocessableEntity {
		t.Errorf("without a password: %d", status)
	}
	c.succeed("POST", path+"/SetPassword", object{"NewPassword": "correct horse battery"}, nil)
	var read object
	if c.succeed("POST", path+"/login", login, &read); read["Id"] != created["Id"] {
		t.Errorf("with the password: %v", read)
	}
	unblocked := true
	if c.succeed("POST", path+"/UnblockEmail", nil, &unblocked); unblocked {
		t.Error("an address that is not blocked was unblocked")
	}
	for _, unserved := range []string{"Orders/1", "Points?contactId=1", "Vouchers/1", "Messages"} {
		if status := c.call("GET", unserved, nil, nil); status != http.StatusNotImplemented {
			t.Errorf("%s: %d, which the client may take for a result", unserved, status)
		}
	}
}

// TestVendorClientAndTheCatalog checks the calls about stores, companies and segments.
func TestVendorClientAndTheCatalog(t *testing.T) {
	t.Parallel()
	c := vendorClient{harness.Demo(t, 20)}
	created, path := c.create()
	var store, read object
	c.succeed("POST", "Stores", object{"Number": "77", "Name": "Harbour", "Phone": nil, "City": "Gothenburg", "JsonString": "{}"}, &store)
	if c.succeed("GET", "Stores/?number=77", nil, &read); read["Id"] != store["Id"] || read["City"] != "Gothenburg" {
		t.Errorf("by number: %v", read)
	}
	if status := c.call("GET", "Stores/?number=78", nil, nil); status != http.StatusNotFound || !has(c.list("Stores"), store["Id"]) {
		t.Errorf("an unknown number: %d", status)
	}

	var company object
	c.succeed("POST", "ContactCompanies", object{"Name": "Vendor", "PrimaryContactId": created["Id"], "ContactCompanyId": nil, "Number": "A-7"}, &company)
	companyPath := fmt.Sprint("ContactCompanies/", number(company["Id"]))
	if c.succeed("PATCH", "ContactCompanies", object{"Id": company["Id"], "Name": "Vendor & Sons", "Number": nil}, &read); read["Name"] != "Vendor & Sons" || read["Number"] != "A-7" {
		t.Errorf("patched: %v", read)
	}
	if found := c.list("ContactCompanies?primaryContactEmail=vendor%40example.com"); len(found) != 1 || !has(found, company["Id"]) {
		t.Errorf("by primary contact: %v", found)
	}
	c.succeed("POST", companyPath+"/AddContact", object{"ContactId": created["Id"]}, nil)
	if !has(c.list(companyPath+"/Contacts"), created["Id"]) {
		t.Error("the contact was not added")
	}
	c.succeed("POST", companyPath+"/RemoveContact", object{"ContactId": created["Id"]}, nil)
	if c.succeed("GET", path, nil, &read); read["ContactCompanyId"] != nil || len(c.list(companyPath+"/Contacts")) != 0 {
		t.Error("the contact was not removed")
	}

	var ids []int
	count := -1
	c.succeed("GET", "Segments/1/GetContactIds", nil, &ids)
	c.succeed("POST", "Segments/GetContactCount", object{"SegmentIds": []int{1, 1}}, &count)
	if infos := c.list("Segments/1/GetContactsBaseInfo"); len(ids) == 0 || count != len(ids) || len(infos) != len(ids) {
		t.Errorf("%d ids, %d base infos and a count of %d", len(ids), len(infos), count)
	}
}
