package rest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"contactgraph/ent/property"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
)

var asAgent = headers{"X-ApiKey": agentKey, "Content-Type": "application/json"}

// newFamily returns a fixture whose account has account fields, one of each type.
func newFamily(t *testing.T) *fixture {
	t.Helper()
	f := newFixture(t)
	for i, p := range []catalog.NewProperty{
		{Name: "A language", APIName: new("Language"), Kind: property.KindChoice, Choices: []string{"English", "French"}},
		{Name: "A household", APIName: new("Household"), Kind: property.KindInteger},
		{Name: "A discount", APIName: new("Discount"), Kind: property.KindNumber},
		{Name: "A birthday", APIName: new("Birthday"), Kind: property.KindDate},
		{Name: "A visit", APIName: new("LastVisit"), Kind: property.KindDateTime, ReadOnly: true},
		{Name: "Interests", APIName: new("Interests"), Kind: property.KindText, Multiple: true},
		{Name: "An initial", APIName: new("MiddleInitial"), Kind: property.KindText},
	} {
		p.ID = 20 + i
		must(f.Catalog.CreateProperty(f.staff, p))
	}
	return f
}

const unsetFields = `"Language":null,"Household":null,"Discount":null,"Birthday":null,"LastVisit":null,"Interests":null,"MiddleInitial":null}`

func TestAccountFieldsFollowTheDocumentedMembers(t *testing.T) {
	t.Parallel()
	f := newFamily(t)
	got := f.do("GET", contactPath(first), "", asAgent)
	if !strings.HasSuffix(got.body, `"LatestPermissionSource":null,`+unsetFields) {
		t.Errorf("unset: %s", got.body)
	}
	sent := `"language":"French","Household":"3","discount":1.50,"Birthday":"11/21/1980","LastVisit":"2024-11-21T08:40:14.78+02:00",` +
		`"Interests":["books",7,true],"MiddleInitial":""`
	const read = `"Language":"French","Household":3,"Discount":1.50,"Birthday":"1980-11-21T00:00:00+00:00",` +
		`"LastVisit":"2024-11-21T06:40:14.78+00:00","Interests":["books","7","true"],"MiddleInitial":""}`
	got = f.put(first, `{"Version":"`+f.version(first)+`",`+sent+`}`)
	if got.StatusCode != 200 || !strings.HasSuffix(got.body, read) {
		t.Errorf("PUT: %d %s", got.StatusCode, got.body)
	}
	got = f.put(first, `{"Version":"`+f.version(first)+`","FirstName":"Ann"}`) // absent: unchanged
	if !strings.HasSuffix(got.body, read) {
		t.Errorf("absent in PUT: %s", got.body)
	}
	if again := f.put(first, got.body); !strings.HasSuffix(again.body, read) { // what was read
		t.Errorf("sent back: %s", again.body)
	}
	got = f.do("PATCH", contactPath(first), `{"Version":"`+f.version(first)+`","Language":null,"Household":"","Interests":[]}`, asAgent)
	if dto := got.dto(t); dto["Language"] != "French" || dto["Household"] != nil || dto["Interests"] != nil {
		t.Errorf("PATCH: %s", got.body)
	}
	got = f.put(first, `{"Version":"`+f.version(first)+`",`+unsetFields)
	if !strings.HasSuffix(got.body, unsetFields) {
		t.Errorf("null in PUT: %s", got.body)
	}
	form := f.do("PUT", contactPath(first), "Version="+strings.ReplaceAll(f.version(first), "=", "%3D")+"&Language=English&Household=&Interests=a&Interests=b",
		headers{"X-ApiKey": agentKey, "Content-Type": "application/x-www-form-urlencoded"})
	if dto := form.dto(t); dto["Language"] != "English" || fmt.Sprint(dto["Interests"]) != "[a b]" {
		t.Errorf("a form: %d %s", form.StatusCode, form.body)
	}
}

func TestAccountFieldsRejectOtherTypes(t *testing.T) {
	t.Parallel()
	f := newFamily(t)
	const failed = "An error has occurred."
	for members, want := range map[string]string{
		`"Language":"German"`:   `"updateContactDto.Language":["A language must be one of its choices."]`,
		`"Language":["French"]`: `"updateContactDto.Language":["` + failed + `"]`,
		`"Language":{"a":1}`:    `"updateContactDto.Language":["` + failed + `"]`,
		`"Household":1.5`:       `"updateContactDto.Household":["` + failed + `"]`,
		`"Household":true`:      `"updateContactDto.Household":["` + failed + `"]`,
		`"Discount":"x"`:        `"updateContactDto.Discount":["` + failed + `"]`,
		`"Birthday":"soon"`:     `"updateContactDto.Birthday":["` + failed + `"]`,
		`"Birthday":20240101`:   `"updateContactDto.Birthday":["` + failed + `"]`,
		`"Interests":"books"`:   `"updateContactDto.Interests":["` + failed + `"]`,
		`"Interests":[null]`:    `"updateContactDto.Interests":["` + failed + `"]`,
		`"Interests":[["a"]]`:   `"updateContactDto.Interests[0]":["` + failed + `"]`,
		`"MiddleInitial":"` + strings.Repeat("x", 4001) + `"`: `"updateContactDto.MiddleInitial":["The field MiddleInitial must be a string with a maximum length of 4000."]`,
	} {
		expect(t, f.put(first, `{"Version":"`+f.version(first)+`",`+members+`}`), 400, `{"Message":"The request is invalid.","ModelState":{`+want+`}}`)
	}
}

func TestCustomersSendReadOnlyFieldsBack(t *testing.T) {
	t.Parallel()
	f := newFamily(t)
	f.put(customer, `{"Version":"`+f.version(customer)+`","LastVisit":"2024-11-21T08:40:14+02:00"}`)
	cookie := f.cookie().and("Content-Type", "application/json")
	read := f.do("GET", contactPath(customer), "", cookie).body
	if got := f.do("PUT", contactPath(customer), read, cookie); got.StatusCode != 200 {
		t.Errorf("unchanged: %d %s", got.StatusCode, got.body)
	}
	read = f.do("GET", contactPath(customer), "", cookie).body
	expect(t, f.do("PUT", contactPath(customer), strings.Replace(read, "2024-11-21", "2025-11-21", 1), cookie), 403, denied)
}

func TestContactsAreFound(t *testing.T) {
	t.Parallel()
	f := newFamily(t)
	f.put(first, `{"Version":"`+f.version(first)+`","Language":"French","Birthday":"1980-11-21","FirstName":"Ann"}`)
	one, two := f.do("GET", contactPath(first), "", asAgent).body, f.do("GET", contactPath(second), "", asAgent).body
	secret := f.contact(first).Secret
	const invalid = `{"Message":"The request is invalid.","ModelState":{`
	for _, c := range []struct {
		query  string
		status int
		body   string
	}{
		{"", 200, "[1,2,466]"},
		{"?unknown=x", 200, "[1,2,466]"},
		{"/?email=SECOND%40example.com", 200, two},
		{"?EMAIL=unknown%40example.com", 404, ""},
		{"?email=", 404, ""},
		{"?phone=%2B46701234567", 200, two},
		{"?phone=+46+70+123+45+67", 200, two}, // a plus sign that was not escaped
		{"?phone=12345", 404, ""},
		{"?secret=" + secret + "&ip=192.0.2.1", 200, one},
		{"?secret=" + secret, 200, one},
		{"?secret=x&ip=192.0.2.1", 404, ""},
		{"?field=language&value=French", 200, "[" + one + "]"},
		{"?field=Birthday&value=1980-11-21T00%3A00%3A00%2B00%3A00", 200, "[" + one + "]"},
		{"?field=Language&value=English", 200, "[]"},
		{"?field=Language", 200, "[]"},
		{"?field=Nope&value=x", 400, invalid + `"field":["There is no account field with this name."]}}`},
		{"?email=a&phone=1", 400, `{"Message":"Only one of the parameters email, phone, secret and field can be given."}`},
		{"/GetContactsBaseInfo/", 200, ""},
		{"/Registration?timespan=1.00:00:00&source=web&ip=192.0.2.1", 200, "[" + one + "]"},
		{"/Registration?source=fair", 200, "[]"},
		{"/Registration?timespan=-1", 200, "[]"},
		{"/Registration?timespan=25:00", 400, invalid + `"timespan":["The value '25:00' is not valid for TimeSpan."]}}`},
		{"/PatchFields", 200, ""},
	} {
		got := f.do("GET", "/api/v1/Contacts"+c.query, "", asAgent)
		if got.StatusCode != c.status || c.body != "" && got.body != c.body {
			t.Errorf("%s: %d %s, want %d %s", c.query, got.StatusCode, got.body, c.status, c.body)
		}
	}
	expect(t, f.do("GET", "/api/v1/contacts/getcontactsbaseinfo", "", headers{"X-ApiKey": otherKey}), 200,
		fmt.Sprintf(`[{"Id":%d,"Secret":%q,"Email":null,"Phone":null,"FirstName":null,"LastName":null}]`, elsewhere, f.secretOf(elsewhere)))
	fields := f.do("GET", "/api/v1/DynamicFields?owner=contacts", "", asAgent)
	if !strings.HasPrefix(fields.body, `[{"Name":"Language","Type":1,"Label":"A language","Values":["English","French"]},{"Name":"Household","Type":3,"Label":"A household","Values":null}`) {
		t.Errorf("fields: %s", fields.body)
	}
	expect(t, f.do("GET", "/api/v1/Contacts/DynamicFields", "", asAgent), 200, fields.body)
	if got := f.do("GET", "/api/v1/DynamicFields?owner=Orders", "", asAgent); got.StatusCode != http.StatusNotImplemented {
		t.Errorf("another owner: %d", got.StatusCode)
	}
}

// secretOf returns the secret of a contact of any account.
func (f *fixture) secretOf(id int) string {
	f.t.Helper()
	row := must(f.db.ReadContact(f.t.Context(), f.otherAccount(), id))
	return row.Secret
}

func (f *fixture) otherAccount() int {
	id, _, _ := f.Auth.AccountByName(f.t.Context(), "Other")
	return id
}

func TestPostCreatesContacts(t *testing.T) {
	t.Parallel()
	f := newFamily(t)
	post := func(body string) response { return f.do("POST", "/api/v1/Contacts", body, asAgent) }
	// As a client with Json.NET sends it: nulls, PascalCase, members that the server does not have.
	got := post(`{"RegistrationDateTime":"2020-01-02T03:04:05+02:00","RegistrationSource":"web","RegistrationIp":null,"RegistrationStoreId":1,` +
		`"Email":"New@example.com","EmailConfirmed":true,"PhoneConfirmed":null,"Phone":null,"FirstName":"Ida","LimitMailsPermanently":null,` +
		`"PreferredStoreId":2,"Language":"English"}`)
	dto := got.dto(t)
	for name, want := range map[string]any{
		"RegistrationDateTime": "2020-01-02T01:04:05+00:00", "RegistrationSource": "web", "RegistrationIp": "", "RegistrationStoreId": 1.0,
		"Email": "New@example.com", "FirstName": "Ida", "LimitMailsPermanently": false, "Language": "English", "Version": "AAAAAAAAAAE=",
	} {
		if dto[name] != want {
			t.Errorf("%s is %v, want %v", name, dto[name], want)
		}
	}
	const invalid = `{"Message":"The request is invalid.","ModelState":{`
	for body, want := range map[string]struct {
		status         int
		conflict, body string
	}{
		`{}`: {400, "", invalid + `"createContactDto.RegistrationSource":["The RegistrationSource field is required."]}}`},
		``:   {400, "", invalid + `"createContactDto":["A request body is required."]}}`},
		`x`:  {400, "", invalid + `"createContactDto":["An error has occurred."],"createContactDto.RegistrationSource":["The RegistrationSource field is required."]}}`},
		`{"RegistrationSource":"web","RegistrationIp":"12345678901234567"}`: {400, "",
			invalid + `"createContactDto.RegistrationIp":["The field RegistrationIp must be a string with a maximum length of 16."]}}`},
		`{"RegistrationSource":"web","RegistrationStoreId":"x"}`:                    {400, "", invalid + `"createContactDto.RegistrationStoreId":["An error has occurred."]}}`},
		`{"RegistrationSource":"web","Language":"German"}`:                          {400, "", invalid + `"createContactDto.Language":["A language must be one of its choices."]}}`},
		`{"RegistrationSource":"web","Email":"NEW@example.com"}`:                    {409, "email", `{"Message":"A contact with the same Email exists."}`},
		`{"RegistrationSource":"web","PhoneCountryCode":"46","Phone":"0701234567"}`: {409, "phone", `{"Message":"A contact with the same Phone exists."}`},
		`{"RegistrationSource":"web","Email":"new@example.com","Phone":"+46701234567"}`: {409, "email,phone",
			`{"Message":"A contact with the same Email exists."}`},
		`{"RegistrationSource":"web","RegistrationStoreId":99}`: {409, "store", `{"Message":"Store with id 99 does not exist."}`},
		`{"RegistrationSource":"web","ContactCompanyId":99}`:    {409, "company", `{"Message":"Company with id 99 does not exist."}`},
	} {
		if got := post(body); got.StatusCode != want.status || got.body != want.body && body != "x" || got.Header.Get("X-Conflict") != want.conflict {
			t.Errorf("%s: %d %s %s", body, got.StatusCode, got.Header.Get("X-Conflict"), got.body)
		}
	}
	keyed := asAgent.and("Idempotency-Key", "once")
	one := f.do("POST", "/api/v1/Contacts", `{"RegistrationSource":"web","Email":"once@example.com"}`, keyed)
	two := f.do("POST", "/api/v1/Contacts", `{"RegistrationSource":"web","Email":"once@example.com"}`, keyed)
	if one.body != two.body || two.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("a repeat: %s\n%s", one.body, two.body)
	}
}

func TestPatchChangesWhatIsGiven(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	before := f.do("GET", contactPath(second), "", asAgent).dto(t)
	patch := func(members string) response {
		return f.do("PATCH", contactPath(second), `{"Version":"`+f.version(second)+`"`+members+`}`, asAgent)
	}
	nulls := patch(`,"Email":null,"PhoneCountryCode":null,"Phone":null,"FirstName":null,"LimitMailsPermanently":null,"ProfileLastUpdated":"2024-01-01",` +
		`"LimitMailsTemporarilyUntil":null,"PreferredStoreId":null,"ContactCompanyId":null,"NewPassword":null,"LatestPermissionSource":null`).dto(t)
	for name, want := range before {
		if name != "Version" && nulls[name] != want {
			t.Errorf("null: %s is %v, want %v", name, nulls[name], want)
		}
	}
	if got := patch(`,"FirstName":"","LimitMailsPermanently":"True"`).dto(t); got["FirstName"] != "" || got["LimitMailsPermanently"] != true {
		t.Errorf("got %v", got)
	}
	if got := patch(`,"Email":"","PhoneCountryCode":"","Phone":""`).dto(t); got["Email"] != nil || got["Phone"] != nil || got["PhoneCountryCode"] != nil {
		t.Errorf("an empty text: %v", got)
	}
	got := f.do("PATCH", contactPath(second), `{"Version":"QEA=","FirstName":"x"}`, asAgent)
	if got.StatusCode != 409 || got.Header.Get("X-Conflict") != "version" || got.dto(t)["Id"] != 2.0 {
		t.Errorf("stale: %d %s", got.StatusCode, got.body)
	}
	expect(t, f.do("PATCH", contactPath(second), `{"FirstName":"x"}`, asAgent), 400,
		`{"Message":"The request is invalid.","ModelState":{"patchContactDto.Version":["The Version field is required."]}}`)
	expect(t, f.do("PATCH", contactPath(absent), `{"Version":"QEA="}`, asAgent), 404, "")
}

func TestBulkPatch(t *testing.T) {
	t.Parallel()
	f := newFamily(t)
	bulk := func(body string) response { return f.do("PATCH", "/api/v1/Contacts/", body, asAgent) }
	const invalid = `{"Message":"The request is invalid.","ModelState":{"patchContactsDto.`
	for body, want := range map[string]struct {
		status int
		body   string
	}{
		`{"KeyType":"id","Keys":[1,"2","999","x",2],"Fields":{"FirstName":"Ann","Language":"French"}}`: {200, `{"Updated":[1,"2",2],"NotFound":["999","x"]}`},
		`{"KeyType":2,"Keys":["` + f.contact(first).Secret + `","x"],"Fields":{"LastName":null}}`:      {200, `{"Updated":["` + f.contact(first).Secret + `"],"NotFound":["x"]}`},
		`{"KeyType":"Email","Keys":["second@EXAMPLE.com"],"Fields":{}}`:                                {200, `{"Updated":["second@EXAMPLE.com"],"NotFound":[]}`},
		`{"KeyType":4,"Keys":["+46 70-123 45 67"],"Fields":{"LastName":"x"}}`:                          {200, `{"Updated":["+46 70-123 45 67"],"NotFound":[]}`},
		`{"KeyType":"Id","Keys":[],"Fields":{}}`:                                                       {200, `{"Updated":[],"NotFound":[]}`},
		`{"KeyType":9,"Keys":["1"],"Fields":{}}`:                                                       {400, invalid + `KeyType":["An error has occurred."]}}`},
		`{"KeyType":1,"Keys":"1","Fields":{}}`:                                                         {400, invalid + `Keys":["An error has occurred."]}}`},
		`{"KeyType":1,"Keys":["1"]}`:                                                                   {400, invalid + `Fields":["The Fields field is required."]}}`},
		`{"KeyType":1,"Keys":["1"],"Fields":{"Version":"x","FirstName":"y"}}`:                          {400, invalid + `Fields":["A member cannot be set here."]}}`},
		`{"KeyType":1,"Keys":["1"],"Fields":{"LimitMailsPermanently":null}}`:                           {400, invalid + `Fields.LimitMailsPermanently":["An error has occurred."]}}`},
		`{"KeyType":1,"Keys":["1"],"Fields":{"Language":"German"}}`:                                    {400, invalid + `Fields.Language":["A language must be one of its choices."]}}`},
		`{"KeyType":1,"Keys":["1","2"],"Fields":{"PreferredStoreId":99}}`:                              {409, `{"Message":"The contact with the key '1' was not updated: Store with id 99 does not exist."}`},
	} {
		expect(t, bulk(body), want.status, want.body)
	}
	if got := f.do("GET", contactPath(second), "", asAgent).dto(t); got["FirstName"] != "Ann" || got["Language"] != "French" {
		t.Errorf("got %v", got)
	}
	got := bulk(`{"KeyType":1,"Keys":["466","1","2"],"Fields":{"Email":"shared@example.com"}}`)
	if got.StatusCode != 409 || got.Header.Get("X-Updated") != "466" || !strings.Contains(got.body, "'1'") {
		t.Errorf("one address for several: %d %s %s", got.StatusCode, got.Header.Get("X-Updated"), got.body)
	}
	if email := f.contact(customer).Email; email == nil || *email != "shared@example.com" {
		t.Error("the contact before the refused one was not written")
	}
}

func TestRepeatedBulkPatch(t *testing.T) {
	t.Parallel()
	f := newFamily(t)
	keyed := asAgent.and("Idempotency-Key", "once")
	patch := func() response {
		return f.do("PATCH", "/api/v1/Contacts", `{"KeyType":"Id","Keys":[1,2],"Fields":{"FirstName":"Eva"}}`, keyed)
	}
	one, two := patch(), patch()
	if one.body != two.body || one.Header.Get("Idempotency-Replayed") != "" || two.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("got %s %v\n%s %v", one.body, one.Header, two.body, two.Header)
	}
}

func TestBulkPatchOfAThousandKeys(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	keys := f.manyContacts(1_000)
	begun := time.Now()
	got := f.do("PATCH", "/api/v1/Contacts", `{"KeyType":"Id","Keys":[`+strings.Join(keys, ",")+`],"Fields":{"FirstName":"Ann"}}`, asAgent)
	t.Logf("1,000 keys in %v", time.Since(begun))
	var result struct{ Updated, NotFound []string }
	if err := json.Unmarshal([]byte(got.body), &result); err != nil || len(result.Updated) != 1000 || len(result.NotFound) != 0 {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
	if c := f.contact(10_999); c.Version != 2 || *c.FirstName != "Ann" {
		t.Errorf("the last one has version %d", c.Version)
	}
}

// manyContacts creates n contacts, a multiple of 500, and returns their keys of type Id as JSON.
func (f *fixture) manyContacts(n int) (keys []string) {
	for first := 10_000; first < 10_000+n; first += 500 {
		batch := make([]contact.Create, 500)
		for i := range batch {
			batch[i] = contact.Create{ID: first + i}
			keys = append(keys, fmt.Sprintf(`"%d"`, first+i))
		}
		must(f.Contacts.CreateAll(f.staff, batch))
	}
	return keys
}

// TestBulkPatchHasNoTimeoutOfItsOwn: the timeout of an operation applies to each part of it.
// Otherwise, a call with many keys would fail after some of them, and so would every repetition.
func TestBulkPatchHasNoTimeoutOfItsOwn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	keys := f.manyContacts(3_000)
	patch := func(name string) response {
		return f.do("PATCH", "/api/v1/Contacts", `{"KeyType":"Id","Keys":[`+strings.Join(keys, ",")+`],"Fields":{"FirstName":"`+name+`"}}`, asAgent)
	}
	begun := time.Now()
	patch("Ann")
	f.timeout = time.Since(begun) / 2 // which is enough for 15 of the 30 parts
	f.serve(false)
	if got := patch("Bea"); got.StatusCode != 200 || *f.contact(12_999).FirstName != "Bea" {
		t.Errorf("with a timeout of %v: %d %s", f.timeout, got.StatusCode, got.body)
	}
}
