package permissions

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"contactgraph/internal/acceptance/harness"
	"contactgraph/internal/contact/field"
)

// rightsFixture is a demo server with a role for each level of access to each path, and the values
// that canary contacts have.
type rightsFixture struct {
	*harness.Server

	store, company, segment, property int
	record                            string // selects everything of a contact
	contacts                          int    // created so far
}

func newRightsFixture(t *testing.T) *rightsFixture {
	t.Helper()
	f := &rightsFixture{Server: harness.Demo(t, 5), record: selection("Contact", 3)}
	create := func(document string) int {
		type created map[string]json.RawMessage
		var object map[string]int
		for _, raw := range harness.Query[created](f.Server, admin, "mutation { "+document+" }", nil) {
			_ = json.Unmarshal(raw, &object)
		}
		for _, id := range object {
			return id
		}
		t.Fatalf("%s returns no id", document)
		return 0
	}
	f.store = create(`createStore(input: {name: "canary store"}) { store { storeId } }`)
	f.company = create(`createCompany(input: {name: "canary company"}) { company { companyId } }`)
	f.segment = create(`createSegment(input: {name: "canary segment"}) { segment { segmentId } }`)
	f.property = create(`createProperty(input: {name: "canary property", apiName: "` + canaryName + `", type: TEXT}) { property { propertyId } }`)
	return f
}

var admin = harness.APIKey("demo-admin")

// role returns an API key of a new role.
func (f *rightsFixture) role(others string, rights map[string]string) harness.Caller {
	f.T.Helper()
	fields := []map[string]string{}
	for path, access := range rights {
		fields = append(fields, map[string]string{"path": path, "access": access})
	}
	type payload struct {
		Role   struct{ ID string }
		Errors []struct{ Message string }
	}
	role := harness.Query[payload](f.Server, admin, `mutation($name: String!, $others: FieldAccess!, $fields: [FieldRightInput!]!) {
		createRole(input: {name: $name, otherFields: $others, fields: $fields}) { role { id } errors { message } } }`,
		harness.Variables{"name": unique(), "others": others, "fields": fields})
	if len(role.Errors) > 0 {
		f.T.Fatal(role.Errors)
	}
	key := harness.Query[struct{ Token string }](f.Server, admin, `mutation($name: String!, $role: ID!) {
		createApiKey(input: {name: $name, role: AGENT, customRoleId: $role}) { token } }`, harness.Variables{"name": unique(), "role": role.Role.ID})
	return harness.APIKey(key.Token)
}

// marked is a contact that has a recognizable value in each path.
type marked struct {
	number       int
	id           int
	first, final string              // versions: before and after it got its values
	texts        map[string][]string // by path, what shows its value
	undo         string              // the id of a change of the neutral field
}

// values returns the GraphQL literal of each field of a contact, by its name in ContactPatch.
func (f *rightsFixture) values(n int) map[string]string {
	return map[string]string{
		"email": fmt.Sprintf(`"qwmail%d@example.net"`, n), "phoneCountryCode": `"998"`, "phone": fmt.Sprintf(`"5550%06d"`, n),
		"firstName": fmt.Sprintf(`"Canaryfirst%d"`, n), "lastName": fmt.Sprintf(`"Canarylast%d"`, n), "limitMailsPermanently": "true",
		"limitMailsTemporarilyUntil": `"2031-07-08T09:10:11Z"`, "preferredStoreId": fmt.Sprint(f.store), "companyId": fmt.Sprint(f.company),
		"latestPermissionSource": fmt.Sprintf(`"canary-permission-%d"`, n),
	}
}

// mark creates a marked contact. The neutral field is one that the test may change.
func (f *rightsFixture) mark(path, neutral string) *marked {
	f.T.Helper()
	f.contacts++
	n := f.contacts
	c := &marked{number: n}
	type payload struct {
		Contact struct {
			ContactID       int
			Version, Secret string
		}
		Change struct{ ID string }
		Errors []json.RawMessage
	}
	write := func(document string) payload {
		p := harness.Query[payload](f.Server, admin, "mutation { "+document+" { contact { contactId version secret } change { id } errors { message path } } }", nil)
		if len(p.Errors) > 0 {
			f.T.Fatalf("%s: %s", document, p.Errors)
		}
		return p
	}
	p := write(fmt.Sprintf(`createContact(input: {registrationSource: "canary-source-%d", registrationIp: "203.0.113.%d", registrationStoreId: %d, set: {%s: "Neutral"}})`,
		n, n, f.store, neutral))
	c.id, c.first = p.Contact.ContactID, p.Contact.Version
	set := ""
	for name, literal := range f.values(n) {
		if name != neutral {
			set += name + ": " + literal + " "
		}
	}
	if path == "password" {
		set += `newPassword: "correct horse battery"`
	}
	write(fmt.Sprintf(`updateContact(input: {id: %d, onConflict: OVERWRITE, set: {%s}})`, c.id, set))
	write(fmt.Sprintf(`setContactDetails(input: {id: %d, onConflict: OVERWRITE, properties: [{propertyId: %d, values: [{value: "canary-value-%d"}]}],
		logins: [{name: "canary-login-%d"}], externalIds: [{system: "canary", value: "canary-external-%d"}], membership: [%d]})`, c.id, f.property, n, n, n, f.segment))
	last := write(fmt.Sprintf(`updateContact(input: {id: %d, onConflict: OVERWRITE, set: {%s: "Neutral2"}})`, c.id, neutral))
	c.final, c.undo = last.Contact.Version, last.Change.ID
	c.texts = f.texts(c, p.Contact.Secret)
	return c
}

// texts returns for each path the texts that show its value in a response: the value itself, and
// that the path has changed.
func (f *rightsFixture) texts(c *marked, secret string) map[string][]string {
	texts := map[string][]string{
		"secret": {secret}, "registrationSource": {fmt.Sprint("canary-source-", c.number)}, "registrationIp": {fmt.Sprintf(`"203.0.113.%d"`, c.number)},
		"registrationStoreId":   {`"registrationStore":{"id"`, fmt.Sprintf(`"RegistrationStoreId":%d`, f.store)},
		"limitMailsPermanently": {`"limitMailsPermanently":true`, `"LimitMailsPermanently":true`}, "limitMailsTemporarilyUntil": {"2031-07-08T09:10:11"},
		"preferredStoreId": {`"preferredStore":{"id"`, fmt.Sprintf(`"PreferredStoreId":%d`, f.store)},
		"companyId":        {`"company":{"id"`, fmt.Sprintf(`"ContactCompanyId":%d`, f.company)},
		"password":         {}, "logins": {fmt.Sprint("canary-login-", c.number)}, "externalIds": {fmt.Sprint("canary-external-", c.number)}, "membership": {"canary segment"},
		field.PropertyPath(f.property): {fmt.Sprint("canary-value-", c.number), fmt.Sprintf(`%q:"canary-value-%d"`, canaryName, c.number)},
	}
	for name, literal := range f.values(c.number) {
		if strings.HasPrefix(literal, `"`) && texts[name] == nil {
			texts[name] = []string{literal}
		}
	}
	for path := range texts {
		texts[path] = append(texts[path], fmt.Sprintf(`"path":%q`, path), fmt.Sprintf(`"Path":%q`, path))
	}
	return texts
}

// TestFieldRights reads a contact in every way, by roles that may or may not read one path of it.
// What an admin sees of the path, a role with READ sees as well, and a role with NONE does not.
func TestFieldRights(t *testing.T) {
	t.Parallel()
	f := newRightsFixture(t)
	paths := append(field.RestrictablePaths(), field.PropertyPath(f.property))
	for _, path := range paths {
		neutral := "lastName"
		if path == neutral {
			neutral = "firstName"
		}
		c := f.mark(path, neutral)
		callers := map[string]harness.Caller{
			"NONE": f.role("WRITE", map[string]string{path: "NONE"}), "READ": f.role("WRITE", map[string]string{path: "READ"}),
			"only READ": f.role("NONE", map[string]string{path: "READ", neutral: "WRITE"}),
		}
		shown := 0
		for name, read := range f.reads(c, neutral) {
			full := read(admin)
			seen := map[string]string{}
			for access, caller := range callers {
				seen[access] = read(caller)
			}
			for _, text := range c.texts[path] {
				if !strings.Contains(full, text) {
					continue
				}
				shown++
				if strings.Contains(seen["NONE"], text) {
					t.Errorf("%s: a role that may not read %s sees %s: %s", name, path, text, seen["NONE"])
				}
				for _, access := range []string{"READ", "only READ"} {
					if !strings.Contains(seen[access], text) {
						t.Errorf("%s: a role that may read %s (%s) does not see %s: %s", name, path, access, text, seen[access])
					}
				}
			}
			for _, other := range paths {
				for _, text := range c.texts[other] {
					if other != path && other != neutral && strings.Contains(seen["only READ"], text) {
						t.Errorf("%s: a role that may read only %s sees %s of %s: %s", name, path, text, other, seen["only READ"])
					}
				}
			}
		}
		if least := 8; shown < least {
			t.Errorf("%s is shown %d times, want at least %d", path, shown, least)
		}
	}
}

// reads returns the ways to read the contact. Each returns the response.
func (f *rightsFixture) reads(c *marked, neutral string) map[string]func(harness.Caller) string {
	counter := 0
	graph := func(document string) func(harness.Caller) string {
		return func(w harness.Caller) string {
			counter++
			document := strings.NewReplacer("$new", fmt.Sprintf("%q", fmt.Sprint("Neutral ", counter)), "$id", fmt.Sprint(c.id), "RECORD", f.record,
				"PAYLOAD", "contact { "+f.record+" } change { "+selection("Change", 2)+" } merge { fields { path base latest yours merged } } "+
					"errors { code message path ... on VersionConflict { latest { "+f.record+" } fields { path base latest yours merged } } ... on UniqueConflict { existing { "+f.record+" } } }",
			).Replace(document)
			body := f.Send(w, "POST", "/graphql", "application/json", jsonText(f.T, map[string]any{"query": document})).Body
			if strings.Contains(body, "QUERY_TOO_EXPENSIVE") || strings.Contains(body, "GRAPHQL_VALIDATION_FAILED") || strings.Contains(body, "RATE_LIMITED") {
				f.T.Errorf("%s: %s", document, body)
			}
			return body
		}
	}
	update := func(lock string) string {
		return `mutation { updateContact(input: {id: $id, ` + lock + `, set: {` + neutral + `: $new}}) { PAYLOAD } }`
	}
	stale := fmt.Sprintf("expectedVersion: %q", c.first)
	return map[string]func(harness.Caller) string{
		"contact":            graph(`{ contact(id: $id) { RECORD } }`),
		"contactSnapshot":    graph(fmt.Sprintf(`{ contactSnapshot(id: $id, version: %q) { `+selection("ContactSnapshot", 2)+` } }`, c.final)),
		"contactSnapshot at": graph(`{ contactSnapshot(id: $id, at: "2099-01-01T00:00:00Z") { ` + selection("ContactSnapshot", 2) + ` } }`),
		"an entity":          graph(`{ _entities(representations: [{__typename: "Contact", contactId: $id}]) { ... on Contact { RECORD } } }`),
		"a change as node":   graph(fmt.Sprintf(`{ node(id: %q) { ... on Change { `+selection("Change", 2)+` contact { RECORD } } } }`, f.lastChange(c))),
		"node":               graph(fmt.Sprintf(`{ node(id: %q) { ... on Contact { RECORD } } }`, f.globalID(c))),
		"contacts":           graph(`{ contacts(last: 3) { nodes { RECORD } edges { node { RECORD } } } }`),
		"contactChanges":     graph(`{ contactChanges(contactId: $id) { changes { ` + selection("Change", 2) + ` contact { RECORD } } } }`),
		"updateContact":      graph(update("onConflict: OVERWRITE")),
		"a conflict":         graph(update(stale)),
		"a merge":            graph(update(stale + ", onConflict: MERGE")),
		"updateContacts":     graph(`mutation { updateContacts(input: {items: [{id: $id, onConflict: OVERWRITE, set: {` + neutral + `: $new}}]}) { results { PAYLOAD } } }`),
		"several conflicts":  graph(`mutation { updateContacts(input: {items: [{id: $id, ` + stale + `, set: {` + neutral + `: $new}}]}) { results { PAYLOAD } } }`),
		"setContactDetails":  graph(`mutation { setContactDetails(input: {id: $id, onConflict: OVERWRITE}) { PAYLOAD } }`),
		"setContactsDetails": graph(`mutation { setContactsDetails(input: {items: [{id: $id, onConflict: OVERWRITE}]}) { results { PAYLOAD } } }`),
		"undoChange":         graph(fmt.Sprintf(`mutation { undoChange(input: {id: %q}) { PAYLOAD } }`, c.undo)),
		"REST GET":           f.get(fmt.Sprint("/api/v1/Contacts/", c.id)),
		"personalDataReport": graph(`{ personalDataReport(id: $id) { data } }`),
		"REST PersonDataFile": func(w harness.Caller) string {
			var address string
			if err := json.Unmarshal([]byte(f.Send(w, "GET", fmt.Sprintf("/api/v1/Contacts/%d/PersonDataFile", c.id), "", "").Body), &address); err != nil {
				f.T.Error(err)
			}
			return f.Send(w, "GET", strings.TrimPrefix(address, f.URL)+"?format=html", "", "").Body
		},
		"REST base info":    f.get("/api/v1/Contacts/GetContactsBaseInfo"),
		"REST registration": f.get("/api/v1/Contacts/Registration?timespan=1.00:00:00"),
		"REST changes":      f.get(fmt.Sprint("/api/v1/Changes?contactId=", c.id)),
		"REST PATCH":        func(w harness.Caller) string { return f.patch(w, c, neutral) },
		"REST PUT":          func(w harness.Caller) string { return f.put(w, c, neutral, "") },
		"REST conflict":     func(w harness.Caller) string { return f.put(w, c, neutral, c.first) },
		"subscription":      func(w harness.Caller) string { return f.stream(w, c) },
		"a repeat": func(w harness.Caller) string {
			counter++
			w = w.With("Idempotency-Key", fmt.Sprint(c.id, "-", counter))
			counter++
			repeated := graph(strings.ReplaceAll(update("onConflict: OVERWRITE"), "$new", fmt.Sprintf("%q", fmt.Sprint("Repeat ", counter))))
			repeated(w)
			return repeated(w)
		},
	}
}

// put reads the contact, changes the neutral field and replaces the contact, as old clients do. A
// version replaces the one that was read.
func (f *rightsFixture) put(w harness.Caller, c *marked, neutral, version string) string {
	f.T.Helper()
	path := fmt.Sprint("/api/v1/Contacts/", c.id)
	var dto map[string]any
	if err := json.Unmarshal([]byte(f.Send(w, "GET", path, "", "").Body), &dto); err != nil {
		f.T.Fatal(err)
	}
	dto[strings.ToUpper(neutral[:1])+neutral[1:]] = unique()
	status := 200
	if version != "" {
		dto["Version"], status = version, 409
	}
	r := f.Send(w, "PUT", path, "application/json", jsonText(f.T, dto))
	if r.Status != status {
		f.T.Errorf("PUT of %v: %d %s", dto, r.Status, r.Body)
	}
	return r.Body
}

func (f *rightsFixture) globalID(c *marked) string {
	return harness.Query[struct{ ID string }](f.Server, admin, fmt.Sprintf(`{ contact(id: %d) { id } }`, c.id), nil).ID
}

// lastChange returns the global id of the latest change of the contact.
func (f *rightsFixture) lastChange(c *marked) string {
	type contact struct {
		Changes struct{ Nodes []struct{ ID string } }
	}
	return harness.Query[contact](f.Server, admin, fmt.Sprintf(`{ contact(id: %d) { changes(first: 1) { nodes { id } } } }`, c.id), nil).Changes.Nodes[0].ID
}

// stream returns the first four changes of the contact that a subscription delivers.
func (f *rightsFixture) stream(w harness.Caller, c *marked) (all string) {
	f.T.Helper()
	stream, r, err := f.OpenStream(f.T.Context(), w, fmt.Sprintf(`subscription { contactChanges(contactId: %d) { %s contact { email } } }`, c.id, selection("Change", 2)), nil)
	if err != nil || stream == nil {
		f.T.Fatal(err, r.Body)
	}
	defer stream.Close()
	for range 4 {
		event, err := stream.Next()
		if err != nil || len(event.Errors) > 0 {
			f.T.Fatal(err, event.Errors)
		}
		for _, raw := range event.Data {
			all += string(raw)
		}
	}
	return all
}

// TestHiddenFieldsFindNothing looks a contact up by each value that it has. A role that may not
// read the value does not find it.
func TestHiddenFieldsFindNothing(t *testing.T) {
	t.Parallel()
	f := newRightsFixture(t)
	c := f.mark("", "lastName")
	v, id, secret := f.values(c.number), f.globalID(c), c.texts["secret"][0]
	names := []string{"firstName", "lastName"}
	phone := []string{"phone", "phoneCountryCode"}
	for _, find := range []struct {
		document string
		paths    []string // all of which it needs
	}{
		{`contactByEmail(email: ` + v["email"] + `) { id }`, []string{"email"}},
		{`contacts(filter: {email: ` + v["email"] + `}) { nodes { id } }`, []string{"email"}},
		{fmt.Sprintf(`contacts(filter: {search: "qwmail%d"}) { nodes { id } }`, c.number), []string{"email"}},
		{`contactByPhone(phoneCountryCode: "998", phone: ` + v["phone"] + `) { id }`, phone},
		{`contacts(filter: {phoneCountryCode: "998", phone: ` + v["phone"] + `}) { nodes { id } }`, phone},
		{`contacts(filter: {search: ` + v["phone"] + `}) { nodes { id } }`, phone},
		{`contacts(filter: {name: ` + v["firstName"] + `}) { nodes { id } }`, names},
		{`contacts(filter: {search: ` + v["firstName"] + `}) { nodes { id } }`, names},
		{`contacts(orderBy: {field: NAME}) { nodes { id } }`, names},
		{fmt.Sprintf(`contacts(filter: {storeId: %d}) { totalCount nodes { id } }`, f.store), []string{"preferredStoreId"}},
		{fmt.Sprintf(`contacts(filter: {companyId: %d}) { nodes { id } }`, f.company), []string{"companyId"}},
		{`contacts(filter: {search: "canary company"}) { nodes { id } }`, []string{"companyId"}},
		{fmt.Sprintf(`contacts(filter: {segmentId: %d}) { nodes { id } }`, f.segment), []string{"membership"}},
		{fmt.Sprintf(`contactByLogin(name: "canary-login-%d") { id }`, c.number), []string{"logins"}},
		{fmt.Sprintf(`contactByExternalId(system: "canary", value: "canary-external-%d") { id }`, c.number), []string{"externalIds"}},
		{fmt.Sprintf(`contacts(filter: {externalId: {system: "canary", value: "canary-external-%d"}}) { nodes { id } }`, c.number), []string{"externalIds"}},
		{fmt.Sprintf(`contacts(filter: {search: "canary-external-%d"}) { nodes { id } }`, c.number), []string{"externalIds"}},
		{fmt.Sprintf(`contactBySecret(secret: %q) { id }`, secret), []string{"secret"}},
	} {
		found := func(w harness.Caller) bool {
			return strings.Contains(f.Send(w, "POST", "/graphql", "application/json", jsonText(t, map[string]any{"query": "{ " + find.document + " }"})).Body, id)
		}
		rights := map[string]string{}
		for _, path := range find.paths {
			rights[path] = "READ"
			if found(f.role("WRITE", map[string]string{path: "NONE"})) {
				t.Errorf("%s: a role that may not read %s finds the contact", find.document, path)
			}
		}
		if !found(f.role("NONE", rights)) {
			t.Errorf("%s: a role that may read only %v does not find the contact", find.document, find.paths)
		}
	}
}

// TestExistingContactsHideFields: the owner of a key that is taken has no fields that the role may
// not read.
func TestExistingContactsHideFields(t *testing.T) {
	t.Parallel()
	f := newRightsFixture(t)
	c := f.mark("", "lastName")
	for _, path := range append(field.RestrictablePaths(), field.PropertyPath(f.property)) {
		document := fmt.Sprintf(`setContactDetails(input: {id: 1, onConflict: OVERWRITE, logins: [{name: "canary-login-%d"}]})`, c.number)
		if path == "logins" {
			document = fmt.Sprintf(`updateContact(input: {id: 1, onConflict: OVERWRITE, set: {email: "qwmail%d@example.net"}})`, c.number)
		}
		body := jsonText(t, map[string]any{"query": "mutation { " + document + " { errors { ... on UniqueConflict { existing { " + f.record + " } } } } }"})
		full := f.Send(admin, "POST", "/graphql", "application/json", body).Body
		seen := f.Send(f.role("WRITE", map[string]string{path: "NONE"}), "POST", "/graphql", "application/json", body).Body
		for _, text := range c.texts[path] {
			if strings.Contains(seen, text) {
				t.Errorf("a role that may not read %s sees %s: %s", path, text, seen)
			}
		}
		if visible := c.texts[path]; path != "password" && path != "lastName" && !strings.Contains(full, visible[0]) {
			t.Errorf("an admin does not see %s: %s", visible[0], full)
		}
	}
}
