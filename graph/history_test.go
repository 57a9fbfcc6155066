package graph_test

import (
	"fmt"
	"slices"
	"testing"

	"contactgraph/internal/auth"
	"contactgraph/internal/revision"
	"contactgraph/internal/viewer"
)

func TestHistory(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	c := f.create(a, "anna", nil)
	f.get(a.agent, update, object{"in": object{"id": c.ID, "onConflict": "OVERWRITE", "set": object{"firstName": "Eva"}}})
	f.get(a.agent, details, object{"in": object{"id": c.ID, "onConflict": "OVERWRITE", "membership": []any{a.segments[0]}, "logins": []any{object{"name": "eva"}}}})
	f.want("the changes", f.get(a.agent, `query($id: ID!, $v: String!) { contact(id: $id) {
		changes(first: 1) { nodes { version kind fields { path } actor { name } } edges { cursor node { kind } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
		older: changes(after: $v) { nodes { version kind undoes contact { firstName } } pageInfo { hasNextPage hasPreviousPage } }
		newest: changes(first: 3, after: "") { nodes { kind } pageInfo { hasNextPage } }
		lastChanges { path change { version } }
	} }`, object{"id": c.ID, "v": "AAAAAAAAAAM="}, "contact"), `{
		"changes": {"nodes": [{"version": "AAAAAAAAAAM=", "kind": "DETAILS", "fields": [{"path": "logins"}, {"path": "membership"}], "actor": {"name": "demo-agent"}}],
			"edges": [{"cursor": "AAAAAAAAAAM=", "node": {"kind": "DETAILS"}}],
			"pageInfo": {"hasNextPage": true, "hasPreviousPage": false, "startCursor": "AAAAAAAAAAM=", "endCursor": "AAAAAAAAAAM="}},
		"newest": {"nodes": [{"kind": "DETAILS"}, {"kind": "UPDATE"}, {"kind": "CREATE"}], "pageInfo": {"hasNextPage": false}},
		"older": {"nodes": [{"version": "AAAAAAAAAAI=", "kind": "UPDATE", "undoes": null, "contact": {"firstName": "Eva"}}, {"version": "AAAAAAAAAAE=", "kind": "CREATE", "undoes": null, "contact": {"firstName": "Eva"}}],
			"pageInfo": {"hasNextPage": false, "hasPreviousPage": true}},
		"lastChanges": [{"path": "secret", "change": {"version": "AAAAAAAAAAE="}}, {"path": "registrationDateTime", "change": {"version": "AAAAAAAAAAE="}},
			{"path": "registrationSource", "change": {"version": "AAAAAAAAAAE="}}, {"path": "registrationIp", "change": {"version": "AAAAAAAAAAE="}},
			{"path": "registrationStoreId", "change": {"version": "AAAAAAAAAAE="}},
			{"path": "email", "change": {"version": "AAAAAAAAAAE="}}, {"path": "firstName", "change": {"version": "AAAAAAAAAAI="}},
			{"path": "preferredStoreId", "change": {"version": "AAAAAAAAAAE="}}, {"path": "companyId", "change": {"version": "AAAAAAAAAAE="}},
			{"path": "properties.1", "change": {"version": "AAAAAAAAAAE="}},
			{"path": "logins", "change": {"version": "AAAAAAAAAAM="}}, {"path": "membership", "change": {"version": "AAAAAAAAAAM="}}]
	}`)
	past := `query($id: ID!, $v: Version, $at: Time) { contactSnapshot(id: $id, version: $v, at: $at) { contactId version at firstName logins { name } segments { segmentId } } }`
	before := f.get(a.agent, past, object{"id": c.ID, "v": "AAAAAAAAAAI="}, "contactSnapshot").(object)
	at := before["at"]
	f.want("as it was", before, fmt.Sprintf(`{"contactId": %d, "version": "AAAAAAAAAAI=", "at": %q, "firstName": "Eva", "logins": [{"name": "anna"}], "segments": [{"segmentId": 1}, {"segmentId": 2}]}`, c.ID, at))
	f.want("at that time", f.get(a.agent, past, object{"id": c.ID, "at": at}, "contactSnapshot", "version"), `"AAAAAAAAAAI="`)
	f.want("before it existed", f.get(a.agent, past, object{"id": c.ID, "at": "2000-01-01T00:00:00Z"}), `{"contactSnapshot": null}`)
	f.get(a.agent, `mutation($id: ID!) { deleteContact(input: {id: $id, onConflict: OVERWRITE}) { errors { code } } }`, object{"id": c.ID})
	f.want("a deleted contact, as it was", f.get(a.agent, past, object{"id": c.ID, "v": "AAAAAAAAAAM="}, "contactSnapshot", "logins"), `[{"name": "eva"}]`)
	f.want("after its deletion", f.get(a.agent, past, object{"id": c.ID, "at": "2999-01-01T00:00:00Z"}), `{"contactSnapshot": null}`)
}

func TestHistoryRejects(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	id := f.create(a, "anna", nil).ID
	for name, tt := range map[string]struct{ field, want string }{
		"neither a version nor a time":             {`contactSnapshot(id: $id) { version }`, "BAD_USER_INPUT"},
		"a version and a time":                     {`contactSnapshot(id: $id, version: "AAAAAAAAAAE=", at: "2999-01-01T00:00:00Z") { version }`, "BAD_USER_INPUT"},
		"a version that the contact never had":     {`contactSnapshot(id: $id, version: "AAAAAAAAAAk=") { version }`, "NO_SUCH_VERSION"},
		"a time in the life of an unknown contact": {`contactSnapshot(id: $id, at: "2999-01-01T00:00:00Z") { at } none: contactSnapshot(id: 1000, at: "2999-01-01T00:00:00Z") { version }`, "NO_SUCH_VERSION"},
		"a text that is no cursor of the list":     {`contact(id: $id) { changes(after: "x") { nodes { id } } }`, "BAD_USER_INPUT"},
	} {
		if got := f.query(a.agent, `query($id: ID!) { `+tt.field+` }`, object{"id": id}).codes(); !slices.Equal(got, []string{tt.want}) {
			t.Errorf("%s: %v, want %s", name, got, tt.want)
		}
	}
}

// TestIDsAreUnique: an id that a cache stores an object under stands for one object in one state.
func TestIDsAreUnique(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	c := f.create(a, "anna", nil)
	f.get(a.agent, update, object{"in": object{"id": c.ID, "onConflict": "OVERWRITE", "set": object{"firstName": "Eva"}}})
	must(f.Auth.CreateUser(t.Context(), a.account, auth.NewUser{Login: "one", Name: "demo-admin", Password: "pw", Role: viewer.Admin}))
	session := must(f.Auth.SignIn(t.Context(), a.account, "one", "pw", auth.Origin{})).Token
	f.get(session, update, object{"in": object{"id": c.ID, "onConflict": "OVERWRITE", "set": object{"firstName": "Ida"}}})
	ids := map[any]string{} // what each id stands for
	claim := func(id any, object string) {
		if other, ok := ids[id]; ok && other != object {
			t.Errorf("%s and %s have the id %v", object, other, id)
		}
		ids[id] = object
	}
	var actors []any
	for _, caller := range []string{a.admin, session} {
		got := f.get(caller, `query($id: ID!) { viewer { id } contact(id: $id) { id properties { id property { id } } changes { nodes { id actor { id type number name } } } }
			before: contactSnapshot(id: $id, version: "AAAAAAAAAAE=") { properties { id } } after: contactSnapshot(id: $id, version: "AAAAAAAAAAI=") { properties { id } } }`, object{"id": c.ID})
		claim(got.(object)["viewer"].(object)["id"], "the viewer "+caller)
		shown := got.(object)["contact"].(object)
		claim(shown["id"], "the contact")
		for _, state := range []any{shown, got.(object)["before"], got.(object)["after"]} {
			for i, p := range state.(object)["properties"].([]any) {
				claim(p.(object)["id"], fmt.Sprintf("property %d of %v", i, state))
			}
		}
		for _, change := range shown["changes"].(object)["nodes"].([]any) {
			id, actor := change.(object)["id"], change.(object)["actor"].(object)
			claim(id, fmt.Sprint("the change ", id))
			claim(actor["id"], fmt.Sprint(actor["type"], actor["number"], actor["name"]))
			actors = append(actors, actor["id"])
			f.want("a change as a node", f.get(caller, `query($id: ID!) { node(id: $id) { __typename id } }`, object{"id": id}, "node"), fmt.Sprintf(`{"__typename": "Change", "id": %q}`, id))
		}
	}
	if len(ids) < 10 || len(actors) == 0 {
		t.Errorf("%d ids", len(ids))
	}
	f.want("a change that the log does not have", f.get(a.agent, `query($id: ID!) { node(id: $id) { id } }`, object{"id": revision.ChangeID{Contact: c.ID, Version: 99}.String()}, "node"), `null`)
	_, customer := f.customer(a, "other")
	f.want("a change of another contact as a node", f.get(customer, `query($id: ID!) { node(id: $id) { id } }`, object{"id": revision.ChangeID{Contact: c.ID, Version: 1}.String()}, "node"), `null`)
}

func TestUndoChange(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	c := f.create(a, "anna", nil)
	id := f.get(a.agent, `mutation($id: ID!) { updateContact(input: {id: $id, onConflict: OVERWRITE, set: {firstName: "Eva", lastName: "Ek"}}) { change { id } } }`,
		object{"id": c.ID}, "updateContact", "change", "id")
	undo := `mutation($id: ID!) { undoChange(input: {id: $id}) { contact { firstName lastName } errors { code ... on VersionConflict { mergeable fields { path overlaps } } }
		change { kind undoes fields { path old new } } merge { fields { path } } } }`
	f.get(a.agent, update, object{"in": object{"id": c.ID, "onConflict": "OVERWRITE", "set": object{"limitMailsPermanently": true}}})
	undone := f.get(a.agent, undo, object{"id": id}, "undoChange")
	f.want("with later changes of other fields", undone, `{"contact": {"firstName": "anna", "lastName": null}, "errors": [],
		"change": {"kind": "UPDATE", "undoes": "`+id.(string)+`", "fields": [{"path": "firstName", "old": "Eva", "new": "anna"}, {"path": "lastName", "old": "Ek", "new": null}]},
		"merge": {"fields": [{"path": "firstName"}, {"path": "lastName"}, {"path": "limitMailsPermanently"}]}}`)
	f.get(a.agent, update, object{"in": object{"id": c.ID, "onConflict": "OVERWRITE", "set": object{"lastName": "Alm"}}})
	f.want("where later changes overlap", f.get(a.agent, undo, object{"id": id}, "undoChange"), `{"contact": null, "change": null, "merge": null, "errors": [
		{"code": "VERSION_CONFLICT", "mergeable": false, "fields": [{"path": "firstName", "overlaps": false}, {"path": "lastName", "overlaps": true}, {"path": "limitMailsPermanently", "overlaps": false}]}]}`)
	for _, id := range []any{"x", c.GlobalID(), "1"} {
		f.want("an id that no change has", f.get(a.agent, undo, object{"id": id}, "undoChange", "errors"), `[{"code": "NOT_FOUND"}]`)
	}
}
