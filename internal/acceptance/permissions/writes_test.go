package permissions

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"contactgraph/internal/acceptance/harness"
	"contactgraph/internal/contact/field"
)

// fieldWrite is a write of one path through one API.
type fieldWrite struct {
	name string
	do   func(w harness.Caller, value string) (codes []string)
	adds bool // elements, so that an empty list writes nothing
}

// TestFieldRightsOfWrites writes each path through each API, by a role with each level of access: a
// new value, the one that the contact has, and an empty one, as who may not read it sees it.
func TestFieldRightsOfWrites(t *testing.T) {
	t.Parallel()
	f := newRightsFixture(t)
	paths := append(field.RestrictablePaths(), field.PropertyPath(f.property))
	for _, path := range paths {
		if !field.Editable(path) {
			continue
		}
		c := f.mark(path, map[bool]string{true: "firstName", false: "lastName"}[path == "lastName"])
		values := f.writtenValues(c, path)
		property := strings.HasPrefix(path, "properties.")
		for access, allowed := range map[string]map[string]bool{
			"WRITE": {"new": true, "same": true, "empty": true},
			"READ":  {"same": path != "password"},
			"NONE":  {"empty": path != "password" && !property},
		} {
			caller := f.role("WRITE", map[string]string{path: access})
			for _, kind := range []string{"same", "new", "empty"} {
				writes := f.fieldWrites(c, path)
				for _, w := range writes {
					value, sent := values[kind]
					if !sent || w.adds && kind == "empty" {
						continue
					}
					before := f.stored(c)
					codes := w.do(caller, value)
					if refused := slices.Contains(codes, "FORBIDDEN") || slices.Contains(codes, "READ_ONLY"); refused == allowed[kind] || !refused && len(codes) > 0 {
						t.Errorf("%s of %s with %s: %s value: %v", w.name, path, access, kind, codes)
					}
					if after := f.stored(c); access != "WRITE" && after != before {
						t.Errorf("%s of %s with %s: %s value: the contact has changed from %s to %s", w.name, path, access, kind, before, after)
					}
					if access == "WRITE" {
						writes[0].do(admin, values["same"])
					}
				}
			}
		}
	}
}

// writtenValues returns literals of values of the path: the one that the contact has, a new one,
// and an empty one.
func (f *rightsFixture) writtenValues(c *marked, path string) map[string]string {
	same, known := f.values(c.number)[path]
	values := map[string]string{"same": same, "new": `"9991"`, "empty": "null"}
	switch {
	case path == "password":
		return map[string]string{"same": `"correct horse battery"`, "new": `"correct horse battery 2"`}
	case path == "logins":
		return map[string]string{"same": fmt.Sprintf(`[{name: "canary-login-%d"}]`, c.number), "new": fmt.Sprintf(`[{name: "new-login-%d"}]`, c.number), "empty": "[]"}
	case path == "externalIds":
		same := fmt.Sprintf(`{system: "canary", value: "canary-external-%d"}`, c.number)
		return map[string]string{"same": "[" + same + "]", "new": "[" + same + `, {system: "canary", value: "new"}]`, "empty": "[]"}
	case path == "membership":
		return map[string]string{"same": fmt.Sprintf("[%d]", f.segment), "new": "[1]", "empty": "[]"}
	case !known: // a property
		return map[string]string{"same": fmt.Sprintf(`[{value: "canary-value-%d"}]`, c.number), "new": `[{value: "new"}]`, "empty": "[]"}
	case path == "limitMailsPermanently":
		values["new"], values["empty"] = "false", "false"
	case path == "limitMailsTemporarilyUntil":
		values["new"] = `"2032-01-01T00:00:00Z"`
	case path == "preferredStoreId" || path == "companyId":
		values["new"] = "1"
	case path == "email":
		values["new"] = fmt.Sprintf(`"new-%d@example.net"`, c.number)
	}
	if path == "limitMailsPermanently" { // the empty value of a field without null is a new one
		delete(values, "new")
	}
	return values
}

// fieldWrites returns the ways to write the path.
func (f *rightsFixture) fieldWrites(c *marked, path string) []fieldWrite {
	mutation := func(name, input string, several bool) fieldWrite {
		return fieldWrite{name: name, do: func(w harness.Caller, value string) []string {
			document := strings.ReplaceAll(input, "VALUE", value)
			type payload struct {
				Errors  []struct{ Code string }
				Results []struct{ Errors []struct{ Code string } }
			}
			p := harness.Query[payload](f.Server, w, "mutation { "+document+" }", nil)
			errs := p.Errors
			if several && len(p.Results) > 0 {
				errs = p.Results[0].Errors
			}
			var codes []string
			for _, e := range errs {
				codes = append(codes, e.Code)
			}
			return codes
		}}
	}
	upsert := func(set string) fieldWrite {
		match := fmt.Sprintf(`email: "qwmail%d@example.net"`, c.number)
		if path == "email" {
			match = fmt.Sprintf(`externalId: {system: "canary", value: "canary-external-%d"}`, c.number)
		}
		return mutation("an upsert: "+set, fmt.Sprintf(`upsertContacts(input: {items: [{match: {%s}, registrationSource: "", %s}]}) { results { errors { code } } }`, match, set), true)
	}
	added := map[string]string{"logins": "addLogins", "membership": "addToMembership", "externalIds": "addExternalIds"}[path]
	addition := func(w fieldWrite) fieldWrite { w.adds = true; return w }
	add := addition(mutation("elements", fmt.Sprintf(`setContactDetails(input: {id: %d, onConflict: OVERWRITE, %s: VALUE}) { errors { code } }`, c.id, added), false))
	name := path
	switch {
	case path == "password":
		name = "newPassword"
	case path == "logins" || path == "membership":
		return []fieldWrite{
			mutation("setContactDetails", fmt.Sprintf(`setContactDetails(input: {id: %d, onConflict: OVERWRITE, %s: VALUE}) { errors { code } }`, c.id, path), false),
			f.setDetails(c, map[string]string{"logins": `"details": {"setLogins": true, "logins": VALUE}`, "membership": `"details": {}, "membership": VALUE`}[path]),
			add, upsert("set: {}, " + path + ": VALUE"), addition(upsert("set: {}, " + added + ": VALUE")),
		}
	case path == "externalIds":
		return []fieldWrite{mutation("setContactDetails", fmt.Sprintf(`setContactDetails(input: {id: %d, onConflict: OVERWRITE, externalIds: VALUE}) { errors { code } }`, c.id), false), add, upsert("set: {}, externalIds: VALUE"), addition(upsert("set: {}, addExternalIds: VALUE"))}
	case strings.HasPrefix(path, "properties."):
		return []fieldWrite{
			mutation("setContactDetails", fmt.Sprintf(`setContactDetails(input: {id: %d, onConflict: OVERWRITE, properties: [{propertyId: %d, values: VALUE}]}) { errors { code } }`, c.id, f.property), false),
			f.setDetails(c, fmt.Sprintf(`"details": {"properties": [{"propertyID": %d, "values": VALUE}]}`, f.property)),
			upsert(fmt.Sprintf("set: {}, properties: [{propertyId: %d, values: VALUE}]", f.property)), asCustom(upsert("set: {custom: {" + canaryName + ": VALUE}}")),
			asCustom(mutation("details by name", fmt.Sprintf(`setContactDetails(input: {id: %d, onConflict: OVERWRITE, custom: {%s: VALUE}}) { errors { code } }`, c.id, canaryName), false)),
			asCustom(mutation("updateContact by name", fmt.Sprintf(`updateContact(input: {id: %d, onConflict: OVERWRITE, set: {custom: {%s: VALUE}}}) { errors { code } }`, c.id, canaryName), false)),
		}
	}
	stale := fmt.Sprintf("expectedVersion: %q, onConflict: MERGE", c.final)
	writes := []fieldWrite{
		mutation("updateContact", fmt.Sprintf(`updateContact(input: {id: %d, onConflict: OVERWRITE, set: {%s: VALUE}}) { errors { code } }`, c.id, name), false),
		mutation("updateContacts", fmt.Sprintf(`updateContacts(input: {items: [{id: %d, onConflict: OVERWRITE, set: {%s: VALUE}}]}) { results { errors { code } } }`, c.id, name), true),
		upsert("set: {" + name + ": VALUE}"),
	}
	if path == "password" { // two changes of a password never merge, and a PUT sends none to keep it
		return writes
	}
	return append(writes, f.replace(c, path),
		mutation("a merge", fmt.Sprintf(`updateContact(input: {id: %d, %s, set: {%s: VALUE}}) { errors { code } }`, c.id, stale, name), false))
}

// asCustom returns a write that sends the value of a property as custom has it.
func asCustom(w fieldWrite) fieldWrite {
	return fieldWrite{name: w.name, do: func(c harness.Caller, value string) []string {
		return w.do(c, strings.NewReplacer("[{value: ", "", "}]", "", "[]", "null").Replace(value))
	}}
}

// replace returns the PUT of what the caller has read, with another value of the path.
func (f *rightsFixture) replace(c *marked, path string) fieldWrite {
	return fieldWrite{name: "PUT", do: func(w harness.Caller, value string) []string {
		url := fmt.Sprint("/api/v1/Contacts/", c.id)
		var dto map[string]json.RawMessage
		if err := json.Unmarshal([]byte(f.Send(w, "GET", url, "", "").Body), &dto); err != nil {
			f.T.Fatal(err)
		}
		member := strings.ToUpper(path[:1]) + path[1:]
		if path == "companyId" {
			member = "ContactCompanyId"
		}
		if dto[member] == nil {
			f.T.Errorf("a contact has no member %s", member)
		}
		dto[member] = json.RawMessage(value)
		switch r := f.Send(w, "PUT", url, "application/json", jsonText(f.T, dto)); r.Status {
		case 200:
			return nil
		case 403:
			return []string{"FORBIDDEN"}
		default:
			return []string{r.Body}
		}
	}}
}

// setDetails returns the write of the legacy API.
func (f *rightsFixture) setDetails(c *marked, details string) fieldWrite {
	return fieldWrite{name: "setdetails", do: func(w harness.Caller, value string) []string {
		value = strings.NewReplacer("{name:", `{"name":`, "{value:", `{"value":`).Replace(value)
		body := fmt.Sprintf(`{"contactID": %d, %s}`, c.id, strings.ReplaceAll(details, "VALUE", value))
		var r struct{ Errors, ErrorDetails []string }
		sent := f.Send(w, "POST", "/f/webapp-api-custinfo?api=setdetails", "application/json", body)
		if err := json.Unmarshal([]byte(sent.Body), &r); err != nil {
			f.T.Fatalf("%s: %s", body, sent.Body)
		}
		if len(r.Errors) == 0 {
			return nil
		}
		if strings.Contains(r.ErrorDetails[0], "Your role may not change") || r.Errors[0] == "Access denied." {
			return []string{"FORBIDDEN"}
		}
		return r.Errors
	}}
}

// stored returns what the contact has, without the version and the log.
func (f *rightsFixture) stored(c *marked) string {
	f.T.Helper()
	record := selection("Contact", 1)
	contact := harness.Query[map[string]json.RawMessage](f.Server, admin, fmt.Sprintf("{ contact(id: %d) { %s } }", c.id, record), nil)
	delete(contact, "version")
	delete(contact, "lastModified")
	delete(contact, "changes")
	delete(contact, "lastChanges")
	return jsonText(f.T, contact)
}

// TestLimitedRolesCannotDelete: a role that may not write everything can neither delete nor restore
// contacts, nor undo changes of fields that it does not see.
func TestLimitedRolesCannotDelete(t *testing.T) {
	t.Parallel()
	f := newRightsFixture(t)
	c := f.mark("", "lastName")
	limited, full := f.role("WRITE", map[string]string{"email": "READ"}), f.role("WRITE", nil)
	blind := f.role("WRITE", map[string]string{"email": "NONE"})
	run := func(w harness.Caller, document string) string {
		return (&attempt{Server: f.Server, caller: w}).graph("mutation { "+document+" { errors { code } } }", nil)
	}
	last := func(kind string) string {
		type feed struct{ Changes []struct{ ID, Kind string } }
		changes := harness.Query[feed](f.Server, admin, fmt.Sprintf(`{ contactChanges(contactId: %d) { changes { id kind } } }`, c.id), nil).Changes
		for _, change := range slices.Backward(changes) {
			if change.Kind == kind {
				return change.ID
			}
		}
		t.Fatalf("no change is a %s", kind)
		return ""
	}
	remove := fmt.Sprintf("deleteContact(input: {id: %d, onConflict: OVERWRITE})", c.id)
	undo := func(kind string) string { return fmt.Sprintf("undoChange(input: {id: %q})", last(kind)) }
	for _, step := range []struct {
		caller   harness.Caller
		document string
		want     string
	}{
		{limited, remove, forbidden},
		{limited, undo("CREATE"), forbidden},
		{full, remove, ok},
	} {
		if got := run(step.caller, step.document); got != step.want {
			t.Errorf("%s: %s, want %s", step.document, got, step.want)
		}
	}
	if got := run(limited, undo("DELETE")); got != forbidden {
		t.Errorf("restoring: %s", got)
	}
	if got := run(full, undo("DELETE")); got != ok {
		t.Errorf("restoring with all rights: %s", got)
	}
	run(admin, fmt.Sprintf(`updateContact(input: {id: %d, onConflict: OVERWRITE, set: {email: null, firstName: "New"}})`, c.id))
	if got := run(blind, undo("UPDATE")); got != forbidden {
		t.Errorf("undoing a change of a hidden field: %s", got)
	}
	reader := f.role("READ", nil)
	if got := run(reader, `createContact(input: {registrationSource: "x", set: {}})`); got != forbidden {
		t.Errorf("creating without a right to write: %s", got)
	}
	guesser := f.role("WRITE", map[string]string{"logins": "NONE"})
	guess := fmt.Sprintf(`mutation { updateContact(input: {id: %d, onConflict: OVERWRITE, set: {newPassword: "canary-login-%d", firstName: %q}}) { errors { code path } } }`,
		c.id, c.number, strings.Repeat("x", 51))
	if body := f.Send(guesser, "POST", "/graphql", "application/json", jsonText(t, map[string]any{"query": guess})).Body; strings.Contains(body, "password") {
		t.Errorf("a role that may not read logins can guess them: %s", body)
	}
}
