package permissions

import (
	"fmt"
	"strings"
	"testing"

	"contactgraph/internal/acceptance/harness"
	"contactgraph/internal/contact/field"
)

// TestUpsertsHideFields: a role that may not read a key cannot find out by an upsert whether a
// contact has it, and does not see the fields of what it has written that it may not read.
func TestUpsertsHideFields(t *testing.T) {
	t.Parallel()
	f := newRightsFixture(t)
	c := f.mark("", "lastName")
	keys := map[string]struct {
		known, unknown string
		paths          []string // all of which it needs
	}{
		"email": {fmt.Sprintf(`email: "qwmail%d@example.net"`, c.number), `email: "unknown@example.net"`, []string{"email"}},
		"phone": {fmt.Sprintf(`phoneCountryCode: "998", phone: %s`, f.values(c.number)["phone"]), `phoneCountryCode: "998", phone: "5550999999"`, []string{"phone", "phoneCountryCode"}},
		"externalId": {
			fmt.Sprintf(`externalId: {system: "canary", value: "canary-external-%d"}`, c.number), `externalId: {system: "canary", value: "unknown"}`, []string{"externalIds"},
		},
	}
	upsert := func(w harness.Caller, match string) string {
		document := fmt.Sprintf(`mutation { upsertContacts(input: {items: [{match: {%s}, registrationSource: "", set: {lastName: "Neutral"}}]}) {
			results { created contact { %s } change { %s } errors { code message path } } } }`, match, f.record, selection("Change", 2))
		return f.Send(w, "POST", "/graphql", "application/json", jsonText(t, map[string]any{"query": document})).Body
	}
	for name, key := range keys {
		rights := map[string]string{"lastName": "WRITE"}
		for _, path := range key.paths {
			rights[path] = "READ"
			blind := f.role("WRITE", map[string]string{path: "NONE"})
			known, unknown := upsert(blind, key.known), upsert(blind, key.unknown)
			if known != unknown || !strings.Contains(known, `"code":"FORBIDDEN"`) {
				t.Errorf("%s, by a role that may not read %s: %s, and for no contact %s", name, path, known, unknown)
			}
		}
		if found := upsert(f.role("NONE", rights), key.known); !strings.Contains(found, `"created":false`) || !strings.Contains(found, `"errors":[]`) {
			t.Errorf("%s, by a role that may read only %v: %s", name, key.paths, found)
		}
	}
	for _, path := range append(field.RestrictablePaths(), field.PropertyPath(f.property)) {
		match := keys["email"].known
		if path == "email" {
			match = keys["externalId"].known
		}
		full, seen := upsert(admin, match), upsert(f.role("WRITE", map[string]string{path: "NONE", "lastName": "WRITE"}), match)
		for _, text := range c.texts[path] {
			if path != "lastName" && strings.Contains(seen, text) {
				t.Errorf("a role that may not read %s sees %s: %s", path, text, seen)
			}
		}
		if visible := c.texts[path]; path != "password" && path != "lastName" && !strings.Contains(full, visible[0]) {
			t.Errorf("an admin does not see %s: %s", visible[0], full)
		}
	}
}
