package rest_test

import (
	"fmt"
	"net/http"
	"testing"

	"contactgraph/internal/contact"
	"contactgraph/internal/people"
)

// merge merges a contact into another one.
func (f *fixture) merge(into, from int) {
	f.t.Helper()
	member := func(id int) contact.Member {
		return contact.Member{ID: id, Lock: contact.Lock{Expected: new(f.contact(id).Version)}}
	}
	must(f.Contacts.MergeContacts(f.staff, contact.MergeContacts{Into: member(into), From: []contact.Member{member(from)}}))
}

// A program that has the id of a contact that was merged reads the other one, unless the account
// has set that it gets 404. Its writes are rejected with the id of the other one.
func TestMergedContacts(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	key := headers{"X-ApiKey": agentKey}
	f.merge(second, first)

	survivor := f.do(http.MethodGet, contactPath(second), "", key)
	got := f.do(http.MethodGet, contactPath(first), "", key)
	expect(t, got, http.StatusOK, survivor.body)
	if got.Header.Get("ETag") != survivor.Header.Get("ETag") || got.dto(t)["Id"] != float64(second) {
		t.Errorf("the response is %v", got.Header)
	}
	body := fmt.Sprintf(`{"Id":%d,"Version":%q,"FirstName":"x"}`, first, f.version(second))
	rejected := f.put(first, body)
	expect(t, rejected, http.StatusConflict, `{"Message":"Contact 1 was merged into contact 2."}`)
	if h := rejected.Header.Get("X-Conflict"); h != "merged" {
		t.Errorf("X-Conflict is %q", h)
	}
	expect(t, f.do(http.MethodGet, contactPath(first), "", headers{"X-ApiKey": otherKey}), http.StatusNotFound, "")

	must(f.People.UpdateSettings(f.staff, people.SettingsChange{MergedNotFound: new(true)}))
	expect(t, f.do(http.MethodGet, contactPath(first), "", key), http.StatusNotFound, "")
	must(f.People.UpdateSettings(f.staff, people.SettingsChange{MergedNotFound: new(false)}))
	expect(t, f.do(http.MethodGet, contactPath(first), "", key), http.StatusOK, survivor.body)

	must(f.Contacts.Delete(f.staff, contact.Delete{ID: second, Lock: contact.Lock{OnConflict: contact.Overwrite}}))
	expect(t, f.do(http.MethodGet, contactPath(first), "", key), http.StatusNotFound, "")
}
