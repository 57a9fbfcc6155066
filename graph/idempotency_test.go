package graph_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestIdempotencyKey(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	c := f.create(a, "anna", nil)
	document := `mutation($id: ID!, $set: ContactPatch!) { updateContact(input: {id: $id, onConflict: OVERWRITE, set: $set}) {
		contact { version firstName } errors { code } change { id cursor } } }`
	write := func(key, name, password string) reply {
		return f.queryWithKey(a.agent, key, document, object{"id": c.ID, "set": object{"firstName": name, "newPassword": password}})
	}
	first := write("key", "Eva", "one")
	if first.header.Get("Idempotency-Replayed") != "" || first.Extensions["replayed"] != nil {
		t.Errorf("the first response is marked as replayed: %v", first)
	}
	f.query(a.agent, document, object{"id": c.ID, "set": object{"firstName": "later"}})
	again := write("key", "Eva", "another password, which is not part of the request's hash")
	if diff := cmp.Diff(first.Data, again.Data); diff != "" {
		t.Errorf("a repeat (-first +again)\n%s", diff)
	}
	f.want("the mark", again.Extensions["replayed"], `["updateContact"]`)
	if again.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("the header: %v", again.header)
	}
	f.want("another request", write("key", "Ida", "one").Data["updateContact"].(object)["errors"], `[{"code": "IDEMPOTENCY_KEY_REUSED"}]`)
	f.want("another key", write("another key", "Eva", "one").Data["updateContact"].(object)["contact"], `{"version": "AAAAAAAAAAQ=", "firstName": "Eva"}`)
	if got := write(strings.Repeat("x", 256), "Eva", "one").codes(); !cmp.Equal(got, []string{"BAD_USER_INPUT"}) {
		t.Errorf("a key that is too long: %v", got)
	}
}

// TestIdempotencyKeyOfSeveralMutations: each mutation of a document has its own key. In a repeated
// request, rejected mutations are executed again and applied ones are replayed.
func TestIdempotencyKeyOfSeveralMutations(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	c := f.create(a, "anna", nil)
	document := `mutation($id: ID!, $store: ID!) {
		one: updateContact(input: {id: $id, onConflict: OVERWRITE, set: {firstName: "Eva"}}) { contact { version } errors { code } }
		two: updateContact(input: {id: $id, onConflict: OVERWRITE, set: {firstName: "Eva"}}) { contact { version } errors { code } }
		new: createStore(input: {name: "new"}) { store { storeId } errors { code } }
		bad: deleteStore(input: {id: $store}) { errors { code } } }`
	v := object{"id": c.ID, "store": a.stores[0]}
	first := f.queryWithKey(a.admin, "key", document, v)
	f.want("the first", pick(first.Data, "one", "two", "bad"), `{
		"one": {"contact": {"version": "AAAAAAAAAAI="}, "errors": []}, "two": {"contact": {"version": "AAAAAAAAAAM="}, "errors": []},
		"bad": {"errors": [{"code": "IN_USE"}]}}`)
	f.get(a.agent, `mutation($id: ID!) { deleteContact(input: {id: $id, onConflict: OVERWRITE}) { errors { code } } }`, object{"id": c.ID})
	again := f.queryWithKey(a.admin, "key", document, v)
	if diff := cmp.Diff(pick(first.Data, "one", "two", "new"), pick(again.Data, "one", "two", "new")); diff != "" {
		t.Errorf("a repeat (-first +again)\n%s", diff)
	}
	f.want("the rejected mutation", again.Data["bad"], `{"errors": []}`)
	f.want("the mark", again.Extensions["replayed"], `["new", "one", "two"]`)
}

// TestIdempotencyKeyIsForOneRequest: the other mutations of a request, and whether it has a
// password, are part of what a key identifies. The password itself is not.
func TestIdempotencyKeyIsForOneRequest(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	c := f.create(a, "anna", nil)
	several := `mutation($items: [UpdateContactInput!]!) { updateContacts(input: {errorPolicy: PER_ITEM, items: $items}) { results { errors { code } } errors { code } } }`
	item := func(set object) object { return object{"id": c.ID, "onConflict": "OVERWRITE", "set": set} }
	for _, password := range []string{"one", "two"} { // a single item, which the parser turns into a list
		f.want("a password that differs", f.queryWithKey(a.admin, "items", several, object{"items": item(object{"newPassword": password})}).Data["updateContacts"],
			`{"results": [{"errors": []}], "errors": []}`)
	}
	f.want("without a password", f.queryWithKey(a.admin, "items", several, object{"items": item(object{})}).Data["updateContacts"],
		`{"results": [{"errors": [{"code": "IDEMPOTENCY_KEY_REUSED"}]}], "errors": []}`)
	both := `mutation($skip: Boolean!) { a: createStore(input: {name: "A"}) { errors { code } } b: createStore(input: {name: "B"}) @skip(if: $skip) { errors { code } } }`
	f.want("both", f.queryWithKey(a.admin, "stores", both, object{"skip": false}).Data, `{"a": {"errors": []}, "b": {"errors": []}}`)
	f.want("one of them", f.queryWithKey(a.admin, "stores", both, object{"skip": true}).Data, `{"a": {"errors": [{"code": "IDEMPOTENCY_KEY_REUSED"}]}}`)
	f.want("under another alias", f.queryWithKey(a.admin, "stores", `mutation { c: createStore(input: {name: "C"}) { errors { code } } }`, nil).Data,
		`{"c": {"errors": [{"code": "IDEMPOTENCY_KEY_REUSED"}]}}`)
	f.want("signing in", f.queryWithKey("", strings.Repeat("x", 256), `mutation { signIn(input: {account: "demo", login: "x", password: "y"}) { errors { code } } }`, nil).Data,
		`{"signIn": {"errors": [{"code": "SIGN_IN_REFUSED"}]}}`)
}
