package rest_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"contactgraph/ent/login"
	"contactgraph/ent/membership"
	"contactgraph/ent/propertyvalue"
	"contactgraph/internal/viewer"
)

const (
	done    = `{"errors":[],"errorDetails":[]}`
	setPath = "/f/webapp-api-custinfo?api=setdetails"
)

// set calls setdetails as an agent.
func (f *fixture) set(body string) response {
	f.t.Helper()
	return f.do("POST", setPath, body, headers{"X-ApiKey": agentKey})
}

// failed is a response with these pairs of error and detail.
func failed(pairs ...string) string {
	var errors, details []string
	for i := 0; i < len(pairs); i += 2 {
		errors, details = append(errors, `"`+pairs[i]+`"`), append(details, `"`+pairs[i+1]+`"`)
	}
	return `{"errors":[` + strings.Join(errors, ",") + `],"errorDetails":[` + strings.Join(details, ",") + `]}`
}

// shape returns what setdetails can change of a contact, as text.
func (f *fixture) shape(id int) string {
	f.t.Helper()
	c := f.contact(id)
	var words []string
	for _, name := range []*string{c.FirstName, c.LastName} {
		if name != nil {
			words = append(words, *name)
		}
	}
	values := f.client.PropertyValue.Query().Where(propertyvalue.AccountID(f.account), propertyvalue.ContactID(id)).
		Order(propertyvalue.ByPropertyID(), propertyvalue.ByPosition())
	for _, v := range must(values.All(f.staff)) {
		words = append(words, fmt.Sprintf("%d=%s", v.PropertyID, v.Value))
		if v.Description != nil {
			words[len(words)-1] += "(" + *v.Description + ")"
		}
	}
	logins := f.client.Login.Query().Where(login.AccountID(f.account), login.ContactID(id)).Order(login.ByNameKey())
	for _, l := range must(logins.All(f.staff)) {
		words = append(words, fmt.Sprintf("%s:%s", l.Name, l.Kind))
	}
	segments := f.client.Membership.Query().Where(membership.AccountID(f.account), membership.ContactID(id)).
		Order(membership.BySegmentID())
	for _, m := range must(segments.All(f.staff)) {
		words = append(words, fmt.Sprintf("@%d", m.SegmentID))
	}
	return strings.Join(words, " ")
}

// TestTheDocumentedPayloadRunsAsItIs sends the example of the setdetails page, no-break spaces and
// all.
func TestTheDocumentedPayloadRunsAsItIs(t *testing.T) {
	t.Parallel()
	payload := strings.ReplaceAll(string(must(os.ReadFile("testdata/setdetails.json"))), "\u00a0", " ")
	f := newFixture(t)
	cookie := f.cookie()
	expect(t, f.do("POST", setPath, payload, cookie), 200, failed("Access denied.", "Customers may not change their segments."))
	for _, c := range []struct {
		path string
		h    headers
	}{
		{setPath, headers{"X-ApiKey": agentKey}},
		{"/webapp-api-custinfo?api=SetDetails", cookie}, // now its membership is as the payload has it
	} {
		got := f.do("POST", c.path, payload, c.h)
		expect(t, got, 200, done)
		if h := got.Header.Get("Content-Type"); h != "application/json; charset=utf-8" {
			t.Errorf("Content-Type is %s", h)
		}
		want := "John Deer " + customerMail + ":EMAIL @2 @3 @4 @5 @6 @7 @8 @10 @11 @12"
		if got := f.shape(customer); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	if c := f.lastChange(customer); c.Source != "ISERVICE" || c.ActorKind != viewer.ActorKey || c.Version != 2 { // the second one changed nothing
		t.Errorf("logged as %s by %s, version %d", c.Source, c.ActorKind, c.Version)
	}
}

func TestSetDetailsSaves(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const (
		before = "John Deer 2=Q 6=b 6=a(why) " + customerMail + ":EMAIL @2 @3"
		reset  = `{"contactID":466,"details":{"properties":[` +
			`{"propertyID":1,"values":[{"value":"John"}]},{"propertyID":2,"values":[{"value":"Q"}]},{"propertyID":3,"values":[{"value":"Deer"}]},` +
			`{"propertyID":6,"values":[{"value":"b"},{"value":"a","description":"why"}]},{"propertyID":7,"values":[]},{"propertyID":8,"values":[]}],` +
			`"setLogins":true,"logins":[{"name":"` + customerMail + `","type":"Email"}]},"membership":[2,3]}`
	)
	details := func(members string) string { return `{"contactID":466,"details":{` + members + `}}` }
	values := func(property, list string) string {
		return details(`"properties":[{"propertyID":` + property + `,"values":[` + list + `]}]`)
	}
	logins := func(setLogins, list string) string { return details(`"setLogins":` + setLogins + `,"logins":` + list) }
	const (
		rest     = " " + customerMail + ":EMAIL @2 @3"
		noLogins = "John Deer 2=Q 6=b 6=a(why)"
	)
	for name, c := range map[string]struct{ body, want string }{
		"nothing":                   {`{"contactID":466}`, before},
		"nothing, in nulls":         {`{"contactID":"466","details":null,"membership":null}`, before},
		"nothing, in nulls within":  {details(`"properties":null,"setLogins":null,"logins":null`), before},
		"a property without values": {details(`"properties":[{"propertyID":2},{"propertyID":6,"values":null},null]`), before},

		"a cleared property": {values("6", ``), "John Deer 2=Q" + rest},
		"the last of two lists, whole": {
			details(`"properties":[{"propertyID":1,"values":[{"value":"X"}]}],"properties":[{"propertyID":3},{"propertyID":2,"values":[{"value":"Z"}]}]`),
			"John Deer 2=Z 6=b 6=a(why)" + rest,
		},
		"several values in order": {values("6", `{"value":"z"},{"value":"a"},{"value":"z"}`), "John Deer 2=Q 6=z 6=a 6=z" + rest},
		"numbers and booleans":    {values("6", `{"value":1.50},{"value":true}`), "John Deer 2=Q 6=1.50 6=true" + rest},
		"a date":                  {values("7", `{"value":"2024-02-29"}`), "John Deer 2=Q 6=b 6=a(why) 7=2024-02-29" + rest},
		"a choice":                {values("8", `{"value":"red"}`), "John Deer 2=Q 6=b 6=a(why) 8=red" + rest},
		"a bound property":        {values(`"3"`, `{"value":"<é>"}`), "John <é> 2=Q 6=b 6=a(why)" + rest},
		"no bound property":       {values("1", ``), "Deer 2=Q 6=b 6=a(why)" + rest},
		"escapes":                 {values("2", `{"value":"\ud83d\uDE00\\ud83d\u00e9"}`), `John Deer 2=😀\ud83dé 6=b 6=a(why)` + rest},

		"logins of every type": {
			logins("true", `[{"name":"b","type":"bounced"},{"name":"g","type":"GOOGLE"},{"name":"e","type":"Email"},`+
				`{"name":"1","type":"Blank"},{"name":"2","type":""},{"name":3,"type":null},{"name":"4"}]`),
			noLogins + " 1:BLANK 2:BLANK 3:BLANK 4:BLANK b:BOUNCED e:EMAIL g:GOOGLE @2 @3",
		},
		"blank names are dropped":    {logins(`"TRUE"`, `[{"name":" ","type":"x"},{"name":null},{},{"name":"y"}]`), noLogins + " y:BLANK @2 @3"},
		"no logins":                  {logins("1", `[]`), noLogins + " @2 @3"},
		"logins that are not to set": {logins("false", `[{"name":[{}],"type":"x"},7]`), before},
		"logins without setLogins":   {details(`"logins":"nonsense"`), before},
		"logins with setLogins 0":    {logins(`"0"`, `{"a":1}`), before},

		"membership as strings": {`{"contactID":466,"membership":["12","1"]}`, noLogins + " " + customerMail + ":EMAIL @1 @12"},
		"membership as numbers": {`{"contactID":466,"membership":[12,1,12]}`, noLogins + " " + customerMail + ":EMAIL @1 @12"},
		"no membership":         {`{"contactID":466,"membership":[]}`, noLogins + " " + customerMail + ":EMAIL"},

		"unknown members": {
			`{"__TZO__":-60,"_pageAction":{"a":[1]},"contactID":466,"details":{"x":1,` +
				`"properties":[{"propertyID":2,"propertyName":"Wrong","y":1,"values":[{"value":"R","z":1}]}]}}`,
			"John Deer 2=R 6=b 6=a(why)" + rest,
		},
		"a byte order mark and space": {"\uFEFF \r\n\t" + `{"contactID":466}` + "\n", before},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, f.set(reset), 200, done)
			version := f.contact(customer).Version
			if got := f.shape(customer); got != before {
				t.Fatalf("begins as %s", got)
			}
			expect(t, f.set(c.body), 200, done)
			if got := f.shape(customer); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			changed := c.want != before
			if got := f.contact(customer).Version; changed && got != version+1 || !changed && got != version {
				t.Errorf("version %d became %d", version, got)
			}
		})
	}
}

func TestSetDetailsRefusesAndChangesNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	notJSON := failed("Invalid request.", "The request body is not valid JSON.")
	shape := failed("Invalid request.", "The request body does not have the documented format.")
	property := func(id, values string) string { // behind another that is right
		return `{"contactID":466,"details":{"properties":[{"propertyID":2,"values":[{"value":"Q"}]},` +
			`{"propertyID":` + id + `,"values":` + values + `}]}}`
	}
	logins := func(list string) string {
		return `{"contactID":466,"details":{"setLogins":true,"logins":` + list + `},"membership":[1]}`
	}
	unknownContact := func(detail string) string { return failed("Contact not found.", detail) }
	invalid := func(detail string) string { return failed("Invalid value.", detail) }
	const (
		noContact = "No contact exists with this contactID."
		noLogins  = "setLogins is true, but logins is missing."
	)
	expect(t, f.set(`{"contactID":466,"details":{"properties":[{"propertyID":4,"values":[{"value":"Oslo"}]}]}}`), 200, done)
	before, version := f.shape(customer), f.version(customer)
	for name, c := range map[string]struct{ body, want string }{
		"unknown contact":    {`{"contactID":999}`, unknownContact("No contact exists with contactID 999.")},
		"unknown, as text":   {`{"contactID":"999"}`, unknownContact("No contact exists with contactID 999.")},
		"another account's":  {`{"contactID":1000001}`, unknownContact("No contact exists with contactID 1000001.")},
		"no contact":         {`{}`, unknownContact(noContact)},
		"no number":          {`{"contactID":"<b>"}`, unknownContact(noContact)},
		"too large a number": {`{"contactID":99999999999}`, unknownContact(noContact)},
		"an array for an id": {`{"contactID":[466]}`, shape},

		"unknown property": {property("999", "[]"),
			failed("Unknown contact property.", "propertyID 999 does not exist or is not accessible.")},
		"no property id": {property(`"x"`, "[]"),
			failed("Unknown contact property.", "A propertyID does not exist or is not accessible.")},
		"a property twice":      {property("2", "[]"), failed("Duplicate entry.", "Property 2 is listed twice.")},
		"required":              {property("4", "[]"), failed("Missing value.", "City must have a value.")},
		"required, blank":       {property("4", `[{"value":" "}]`), failed("Missing value.", "City must have a value.")},
		"too many":              {property("7", `[{"value":"2024-01-01"},{"value":"2024-01-02"}]`), failed("Too many values.", "Birthday can have only one value.")},
		"no date":               {property("7", `[{"value":"tomorrow"}]`), invalid("Birthday must be a date in the form YYYY-MM-DD.")},
		"no choice":             {property("8", `[{"value":"green"}]`), invalid("Colour must be one of its choices.")},
		"NUL":                   {property("6", `[{"value":"\u0000"}]`), invalid("Hobbies must be valid text without NUL characters.")},
		"too long":              {property("1", `[{"value":"`+strings.Repeat("x", 51)+`"}]`), failed("Value too long.", "First Name must be at most 50 characters long.")},
		"values as texts":       {property("6", `["x"]`), shape},
		"values as a text":      {property("6", `"x"`), shape},
		"half a surrogate pair": {property("6", `[{"value":"\ud83d"}]`), notJSON},
		"the other half":        {property("6", `[{"value":"\\\ude00\u00e9"}]`), notJSON},

		"login taken": {logins(`[{"name":"TAKEN@example.com"}]`),
			failed("Login already in use.", "TAKEN@example.com is assigned to another contact.")},
		"login twice":           {logins(`[{"name":"secret"},{"name":"Secret"}]`), failed("Duplicate entry.", "A login is listed twice.")},
		"login of unknown type": {logins(`[{"name":"x","type":"Yahoo"}]`), invalid("The type of a login must be blank, Email, Bounced or Google.")},
		"logins missing":        {`{"contactID":466,"details":{"setLogins":true}}`, failed("Invalid request.", noLogins)},
		"logins null":           {logins(`null`), failed("Invalid request.", noLogins)},
		"logins an object":      {logins(`{}`), shape},
		"a login's name a list": {logins(`[{"name":["x"]}]`), shape},
		"setLogins unclear":     {`{"contactID":466,"details":{"setLogins":"maybe"}}`, shape},
		"setLogins a list":      {`{"contactID":466,"details":{"setLogins":[]}}`, shape},

		"unknown segment": {`{"contactID":466,"membership":[1,99,"x"]}`, failed(
			"Unknown segment.", "A segment in membership does not exist.", "Unknown segment.", "Segment 99 does not exist.")},
		"membership no list": {`{"contactID":466,"membership":"1"}`, shape},

		"an array":    {`[]`, shape},
		"null":        {` null`, shape},
		"text":        {`contactID=466`, notJSON},
		"empty":       {``, notJSON},
		"only a mark": {"\uFEFF", notJSON},
		"cut off":     {`{"contactID":466`, notJSON},
		"two values":  {`{"contactID":466}{}`, notJSON},
		"not UTF-8":   {"{\"contactID\":466,\"x\":\"\xff\"}", notJSON},
		"too large": {`{"contactID":466,"x":"` + strings.Repeat("x", 256<<10) + `"}`,
			failed("Invalid request.", "The request body is too large.")},

		"all at once": {
			`{"contactID":466,"details":{"properties":[{"propertyID":999,"values":[]},{"propertyID":4,"values":[]}],` +
				`"setLogins":true,"logins":[{"name":"taken@example.com"}]},"membership":[99]}`,
			failed("Unknown contact property.", "propertyID 999 does not exist or is not accessible.", "Missing value.", "City must have a value.",
				"Login already in use.", "taken@example.com is assigned to another contact.", "Unknown segment.", "Segment 99 does not exist."),
		},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, f.set(c.body), 200, c.want)
			if got := f.shape(customer); got != before || f.version(customer) != version {
				t.Errorf("changed: %s", got)
			}
		})
	}
}

func TestCustomersSetOnlyTheirOwnDetails(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	cookie := f.cookie()
	before, version := f.shape(customer), f.version(customer)
	refused := failed("Access denied.", "Customers may only update properties for their own contact ID.")
	membership := failed("Access denied.", "Customers may not change their segments.")
	for name, c := range map[string]struct{ body, want string }{
		"another":           {`{"contactID":1}`, refused},
		"absent":            {`{"contactID":999}`, refused},
		"another account's": {`{"contactID":1000001,"details":{"properties":[{"propertyID":999,"values":[]}]}}`, refused},
		"none":              {`{}`, refused},
		"read-only": {`{"contactID":466,"details":{"properties":[{"propertyID":5,"values":[{"value":"A"}]}]}}`,
			failed("Read-only contact property.", "Customers may not change Grade.")},
		"more membership":    {`{"contactID":466,"membership":[2,3,4]}`, membership},
		"less membership":    {`{"contactID":466,"membership":[]}`, membership},
		"unknown membership": {`{"contactID":466,"membership":[99]}`, membership},
		"login taken": {`{"contactID":466,"details":{"setLogins":true,"logins":[{"name":"taken@example.com"}]}}`,
			failed("Login already in use.", "taken@example.com is assigned to another contact.")},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, f.do("POST", setPath, c.body, cookie), 200, c.want)
			if got := f.shape(customer); got != before || f.version(customer) != version {
				t.Errorf("changed: %s", got)
			}
		})
	}
	allowed := `{"contactID":466,"details":{"properties":[{"propertyID":2,"values":[{"value":"Q"}]}]},"membership":["3",2]}`
	expect(t, f.do("POST", setPath, allowed, cookie), 200, done)
	if got := f.shape(customer); got != "John Deer 2=Q "+customerMail+":EMAIL @2 @3" {
		t.Errorf("saved %s", got)
	}
	if c := f.lastChange(customer); c.Source != "ISERVICE" || c.ActorKind != viewer.ActorContact || c.ActorID != customer {
		t.Errorf("logged as %s by %s %d", c.Source, c.ActorKind, c.ActorID)
	}
}

func TestSetDetailsNeedsASession(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	refused := failed("You must be logged in.", "The session is missing or has expired.")
	for _, h := range []headers{nil, {"X-ApiKey": "forged"}, {"Cookie": "contactgraph_session=forged"}} {
		expect(t, f.do("POST", setPath, `{"contactID":466}`, h), 200, refused)
		expect(t, f.do("POST", setPath, `not JSON`, h), 200, refused)
	}
	token := strings.SplitN(f.cookie()["Cookie"], "=", 2)[1]
	expect(t, f.do("POST", setPath, `{"contactID":466}`, headers{"Authorization": "Bearer " + token}), 200, done)
	expect(t, f.set(`{"contactID":466}`), 200, done)
}

func TestOtherOperationsOfIServiceAreRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	key := headers{"X-ApiKey": agentKey}
	noOperation := failed("Invalid request.", "The URL parameter api does not name an operation of this endpoint.")
	for _, url := range []string{"/f/webapp-api-custinfo", "/webapp-api-custinfo?api=", "/f/webapp-api-custinfo?api=login&x=setdetails"} {
		expect(t, f.do("POST", url, `{"contactID":466}`, key), 200, noOperation)
	}
	for _, method := range []string{"GET", "PUT", "OPTIONS"} {
		expect(t, f.do(method, setPath, `{"contactID":466}`, key), 200,
			failed("Invalid request.", "This operation does not support the HTTP method of the request."))
	}
	expect(t, f.do("POST", setPath, `{"contactID":466}`, key.and("Content-Encoding", "gzip")), 200,
		failed("Invalid request.", "The request body must not be compressed."))
	for _, url := range []string{"/f/webapp-api-custinfo?api=Subscriptions", "/webapp-api-CustInfo?API=setSubscriptions",
		"/f/webapp-api-findanswer?api=mysubscriptions", "/f/webapp-api-findanswer?api=mysubscriptionsset"} {
		expect(t, f.do("POST", url, `{}`, key), 200, failed("Not supported.", "This server does not have this operation."))
	}
	expect(t, f.do("POST", "/webapp-api-custinfo?API=SETDETAILS", `{"contactID":466,"details":{"properties":[{"propertyID":2,"values":[{"value":"Q"}]}]}}`, key), 200, done)
	if v := f.contact(customer).Version; v != 2 {
		t.Errorf("version %d: another call than the last has run", v)
	}
}
