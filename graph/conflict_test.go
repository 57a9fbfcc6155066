package graph_test

import (
	"testing"
)

const conflicts = `mutation($in: UpdateContactInput!) { updateContact(input: $in) {
	contact { version firstName lastName }
	errors { code message ... on VersionConflict { latest { version } unknownBecause mergeable
		fields { path base latest yours overlaps changedBy { type number name } changedAt } } }
	merge { base over fields { path overlaps changedBy { name } } }
} }`

func TestConflictComparesFields(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	c := f.create(a, "anna", nil)
	write := func(policy string, version any, set object) any {
		return f.get(a.agent, conflicts, object{"in": object{"id": c.ID, "expectedVersion": version, "onConflict": policy, "set": set}}, "updateContact")
	}
	first := c.Version.String()
	write("REJECT", first, object{"firstName": "Eva", "limitMailsTemporarilyUntil": "2026-05-01T12:00:00Z"})
	at := f.get(a.agent, `query($id: ID!) { contact(id: $id) { lastModified } }`, object{"id": c.ID}, "contact", "lastModified").(string)
	f.want("overlapping changes", write("MERGE", first, object{"firstName": "Ida", "lastName": "Ek"}), `{"contact": null, "merge": null, "errors": [{
		"code": "VERSION_CONFLICT", "message": "The contact has been changed since this version.", "latest": {"version": "AAAAAAAAAAI="},
		"unknownBecause": null, "mergeable": false, "fields": [
			{"path": "firstName", "base": "anna", "latest": "Eva", "yours": "Ida", "overlaps": true,
				"changedBy": {"type": "API_KEY", "number": 2, "name": "demo-agent"}, "changedAt": "`+at+`"},
			{"path": "lastName", "base": null, "latest": null, "yours": "Ek", "overlaps": false, "changedBy": null, "changedAt": null},
			{"path": "limitMailsTemporarilyUntil", "base": null, "latest": "2026-05-01T12:00:00Z", "yours": null, "overlaps": false,
				"changedBy": {"type": "API_KEY", "number": 2, "name": "demo-agent"}, "changedAt": "`+at+`"}
		]}]}`)
	f.want("a version that never existed", write("REJECT", "QEA=", object{"lastName": "Ek"}), `{"contact": null, "merge": null, "errors": [{
		"code": "VERSION_CONFLICT", "message": "The contact never had this version.", "latest": {"version": "AAAAAAAAAAI="},
		"unknownBecause": "UNKNOWN", "mergeable": false, "fields": [
			{"path": "lastName", "base": null, "latest": null, "yours": "Ek", "overlaps": true, "changedBy": null, "changedAt": null}
		]}]}`)
	f.want("non-overlapping changes", write("MERGE", first, object{"lastName": "Ek"}), `{
		"contact": {"version": "AAAAAAAAAAM=", "firstName": "Eva", "lastName": "Ek"}, "errors": [],
		"merge": {"base": "AAAAAAAAAAE=", "over": "AAAAAAAAAAI=", "fields": [
			{"path": "firstName", "overlaps": false, "changedBy": {"name": "demo-agent"}},
			{"path": "lastName", "overlaps": false, "changedBy": null},
			{"path": "limitMailsTemporarilyUntil", "overlaps": false, "changedBy": {"name": "demo-agent"}}
		]}}`)
	f.want("the latest version", write("MERGE", "AAAAAAAAAAM=", object{}), `{
		"contact": {"version": "AAAAAAAAAAQ=", "firstName": "Eva", "lastName": "Ek"}, "errors": [], "merge": null}`)
}

func TestUpdateContacts(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	anna, eva := f.create(a, "anna", nil), f.create(a, "eva", nil)
	write := func(policy string, items ...any) any {
		return f.get(a.agent, `mutation($in: UpdateContactsInput!) { updateContacts(input: $in) {
			results { contact { email } errors { __typename code path } change { version } merge { over } } errors { code } } }`,
			object{"in": object{"errorPolicy": policy, "items": items}}, "updateContacts")
	}
	item := func(id int, email any, more ...string) object {
		in := object{"id": id, "expectedVersion": "AAAAAAAAAAE=", "set": object{"email": email}}
		for _, policy := range more {
			in["onConflict"] = policy
		}
		return in
	}
	f.want("swapped addresses", write("ALL_OR_NOTHING", item(anna.ID, "eva@example.com"), item(eva.ID, "anna@example.com")), `{"errors": [], "results": [
		{"contact": {"email": "eva@example.com"}, "errors": [], "change": {"version": "AAAAAAAAAAI="}, "merge": null},
		{"contact": {"email": "anna@example.com"}, "errors": [], "change": {"version": "AAAAAAAAAAI="}, "merge": null}]}`)
	f.want("all or nothing", write("ALL_OR_NOTHING", item(anna.ID, "x", "OVERWRITE"), item(eva.ID, "y")), `{"errors": [], "results": [
		{"contact": null, "errors": [{"__typename": "ValidationError", "code": "NOT_APPLIED", "path": null}], "change": null, "merge": null},
		{"contact": null, "errors": [{"__typename": "VersionConflict", "code": "VERSION_CONFLICT", "path": null}], "change": null, "merge": null}]}`)
	f.want("each by itself", write("PER_ITEM", item(anna.ID, "x", "OVERWRITE"), item(eva.ID, "y")), `{"errors": [], "results": [
		{"contact": {"email": "x"}, "errors": [], "change": {"version": "AAAAAAAAAAM="}, "merge": null},
		{"contact": null, "errors": [{"__typename": "VersionConflict", "code": "VERSION_CONFLICT", "path": null}], "change": null, "merge": null}]}`)
	f.want("none", write("PER_ITEM", make([]any, 0)...), `{"errors": [], "results": []}`)
	items := make([]any, 101)
	for i := range items {
		items[i] = item(anna.ID, "x")
	}
	f.want("too many", write("PER_ITEM", items...), `{"errors": [{"code": "TOO_MANY"}], "results": []}`)
}
