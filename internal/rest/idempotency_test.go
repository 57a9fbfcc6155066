package rest_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestPutIsAppliedOnceUnderItsKey(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := first
	keyed := headers{"X-ApiKey": agentKey, "Content-Type": "application/json", "Idempotency-Key": "key"}
	put := func(version, name, password string) response {
		return f.do(http.MethodPut, contactPath(id), `{"Version":"`+version+`","FirstName":"`+name+`","NewPassword":"`+password+`"}`, keyed)
	}
	version := f.version(id)
	applied := put(version, "Eva", "the first one")
	if applied.StatusCode != http.StatusOK || applied.Header.Get("Idempotency-Replayed") != "" {
		t.Fatalf("got %d %s, %v", applied.StatusCode, applied.body, applied.Header)
	}
	f.put(id, `{"Version":"`+f.version(id)+`","FirstName":"later"}`)
	again := put(version, "Eva", "two")
	expect(t, again, http.StatusOK, applied.body)
	if again.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("the repeat is not marked: %v", again.Header)
	}
	expect(t, put(version, "Ida", "one"), http.StatusUnprocessableEntity, `{"Message":"The idempotency key was used for a different request. Use a new key."}`)
	keyed["Idempotency-Key"] = strings.Repeat("x", 256)
	expect(t, put(version, "Eva", "the first one"), http.StatusBadRequest, `{"Message":"The header Idempotency-Key must have 1 to 255 characters."}`)
}

func TestSetDetailsIsAppliedOnceUnderItsKey(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	keyed := f.cookie().and("Content-Type", "application/json").and("Idempotency-Key", "key")
	set := func(value string) response {
		return f.do(http.MethodPost, "/f/webapp-api-custinfo?api=setdetails",
			`{"contactID":466,"details":{"properties":[{"propertyID":2,"values":[{"value":"`+value+`"}]}]}}`, keyed)
	}
	fine := `{"errors":[],"errorDetails":[]}`
	expect(t, set("x"), http.StatusOK, fine)
	version := f.version(466)
	again := set("x")
	expect(t, again, http.StatusOK, fine)
	if got := f.version(466); got != version || again.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("the repeat wrote: version %s after %s, %v", got, version, again.Header)
	}
	expect(t, set("y"), http.StatusOK, `{"errors":["Idempotency key reused."],"errorDetails":["The idempotency key was used for a different request. Use a new key."]}`)
}

// TestARepeatedBulkPatchFindsOtherContacts: what it reports as updated is updated, even if its keys
// are now those of other contacts than in the first call.
func TestARepeatedBulkPatchFindsOtherContacts(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	patch := func() response {
		return f.do(http.MethodPatch, "/api/v1/Contacts", `{"KeyType":"Email","Keys":["new@example.com","second@example.com"],"Fields":{"LastName":"Ek"}}`,
			asAgent.and("Idempotency-Key", "key"))
	}
	expect(t, patch(), http.StatusOK, `{"Updated":["second@example.com"],"NotFound":["new@example.com"]}`)
	added := f.do(http.MethodPost, "/api/v1/Contacts", `{"RegistrationSource":"web","Email":"new@example.com"}`, asAgent).dto(t)
	expect(t, patch(), http.StatusOK, `{"Updated":["new@example.com","second@example.com"],"NotFound":[]}`)
	if got := f.contact(int(added["Id"].(float64))); got.LastName == nil || *got.LastName != "Ek" {
		t.Error("the new contact was not updated")
	}
	f.do(http.MethodDelete, contactPath(second), "", asAgent)
	expect(t, patch(), http.StatusOK, `{"Updated":["new@example.com"],"NotFound":["second@example.com"]}`)
}
