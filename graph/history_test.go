package graph_test

import (
	"testing"
)

func TestHistory(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	c := f.create(a, "anna", nil)
	f.get(a.agent, update, object{"in": object{"id": c.ID, "onConflict": "OVERWRITE", "set": object{"firstName": "Eva"}}})
	f.get(a.agent, details, object{"in": object{"id": c.ID, "onConflict": "OVERWRITE", "membership": []any{a.segments[0]}, "logins": []any{object{"name": "eva"}}}})
	f.want("the changes", f.get(a.agent, `query($id: ID!, $v: Version!) { contact(id: $id) {
		changes(first: 1) { version kind fields { path } actor { name } }
		older: changes(before: $v) { version kind undoes contact { firstName } }
		lastChanges { path change { version } }
	} }`, object{"id": c.ID, "v": "AAAAAAAAAAM="}, "contact"), `{
		"changes": [{"version": "AAAAAAAAAAM=", "kind": "DETAILS", "fields": [{"path": "logins"}, {"path": "membership"}], "actor": {"name": "demo-agent"}}],
		"older": [{"version": "AAAAAAAAAAI=", "kind": "UPDATE", "undoes": null, "contact": {"firstName": "Eva"}}, {"version": "AAAAAAAAAAE=", "kind": "CREATE", "undoes": null, "contact": {"firstName": "Eva"}}],
		"lastChanges": [{"path": "secret", "change": {"version": "AAAAAAAAAAE="}}, {"path": "registrationDateTime", "change": {"version": "AAAAAAAAAAE="}},
			{"path": "registrationSource", "change": {"version": "AAAAAAAAAAE="}}, {"path": "registrationIp", "change": {"version": "AAAAAAAAAAE="}},
			{"path": "registrationStoreId", "change": {"version": "AAAAAAAAAAE="}},
			{"path": "email", "change": {"version": "AAAAAAAAAAE="}}, {"path": "firstName", "change": {"version": "AAAAAAAAAAI="}},
			{"path": "preferredStoreId", "change": {"version": "AAAAAAAAAAE="}}, {"path": "companyId", "change": {"version": "AAAAAAAAAAE="}},
			{"path": "properties.1", "change": {"version": "AAAAAAAAAAE="}},
			{"path": "logins", "change": {"version": "AAAAAAAAAAM="}}, {"path": "membership", "change": {"version": "AAAAAAAAAAM="}}]
	}`)
	past := `query($id: ID!, $v: Version!) { contact(id: $id, asOf: $v) { version firstName logins { name } segments { segmentId } changes { version } } }`
	f.want("as it was", f.get(a.agent, past, object{"id": c.ID, "v": "AAAAAAAAAAI="}, "contact"),
		`{"version": "AAAAAAAAAAI=", "firstName": "Eva", "logins": [{"name": "anna"}], "segments": [{"segmentId": 1}, {"segmentId": 2}], "changes": [{"version": "AAAAAAAAAAI="}, {"version": "AAAAAAAAAAE="}]}`)
	f.get(a.agent, `mutation($id: ID!) { deleteContact(input: {id: $id, onConflict: OVERWRITE}) { errors { code } } }`, object{"id": c.ID})
	f.want("what is gone, as it was", f.get(a.agent, past, object{"id": c.ID, "v": "AAAAAAAAAAM="}, "contact", "logins"), `[{"name": "eva"}]`)
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
	f.want("with a later change", undone, `{"contact": {"firstName": "anna", "lastName": null}, "errors": [],
		"change": {"kind": "UPDATE", "undoes": "`+id.(string)+`", "fields": [{"path": "firstName", "old": "Eva", "new": "anna"}, {"path": "lastName", "old": "Ek", "new": null}]},
		"merge": {"fields": [{"path": "firstName"}, {"path": "lastName"}, {"path": "limitMailsPermanently"}]}}`)
	f.get(a.agent, update, object{"in": object{"id": c.ID, "onConflict": "OVERWRITE", "set": object{"lastName": "Alm"}}})
	f.want("where later changes overlap", f.get(a.agent, undo, object{"id": id}, "undoChange"), `{"contact": null, "change": null, "merge": null, "errors": [
		{"code": "VERSION_CONFLICT", "mergeable": false, "fields": [{"path": "firstName", "overlaps": false}, {"path": "lastName", "overlaps": true}, {"path": "limitMailsPermanently", "overlaps": false}]}]}`)
	for _, none := range []any{"x", c.GlobalID(), "1"} {
		f.want("of no change", f.get(a.agent, undo, object{"id": none}, "undoChange", "errors"), `[{"code": "NOT_FOUND"}]`)
	}
}
