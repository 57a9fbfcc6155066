package webapi

import (
	"encoding/json"
	"testing"

	"contactgraph/internal/changelog"
	"contactgraph/internal/contact"
	"contactgraph/internal/idempotency"
	"contactgraph/internal/rest/openapi"
)

func TestTheDocumentHasTheLimitsOfTheFields(t *testing.T) {
	t.Parallel()
	type schema struct {
		MaxLength, MaxItems, Minimum, Maximum, Default int
		Properties                                     map[string]schema
	}
	type parameter struct {
		Name   string
		Schema schema
	}
	var doc struct {
		Paths      map[string]map[string]struct{ Parameters []parameter }
		Components struct {
			Schemas    map[string]schema
			Parameters map[string]parameter
		}
	}
	if err := json.Unmarshal(openapi.Document(), &doc); err != nil {
		t.Fatal(err)
	}
	check := func(what string, got, want int) {
		if got != want {
			t.Errorf("%s: the document says %d, not %d", what, got, want)
		}
	}
	read, put := doc.Components.Schemas["ReadContactDto"].Properties, doc.Components.Schemas["UpdateContactDto"].Properties
	for _, m := range members {
		for _, properties := range []map[string]schema{read, put} {
			if _, ok := properties[m.name]; !ok {
				t.Errorf("the document has no %s", m.name)
			}
			check(m.name, properties[m.name].MaxLength, m.field.Limit)
		}
	}
	check("NewPassword", put[memberPassword].MaxLength, contact.MaxPassword)
	check("members to read", len(read), 18)
	check("members to write", len(put), len(updateContactDto.Members))
	check("Idempotency-Key", doc.Components.Parameters["IdempotencyKey"].Schema.MaxLength, idempotency.MaxLength)
	check("Changes", doc.Components.Schemas["Changes"].Properties["Changes"].MaxItems, changelog.MaxPage)
	for _, p := range doc.Paths["/api/v1/Changes"]["get"].Parameters {
		if p.Name == "first" {
			check("first", p.Schema.Maximum, changelog.MaxPage)
			check("first, unless given", p.Schema.Default, defaultChanges)
		}
	}
}
