package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"contactgraph/internal/globalid"
)

const entities = `query($r: [_Any!]!) { _entities(representations: $r) {
	__typename ... on Contact { contactId email company { name } } ... on Store { storeId } ... on Company { companyId } ... on Segment { segmentId } ... on Property { propertyId }
} }`

// refer returns a reference to an object by the fields of a key.
func refer(typ, key string, value any) object { return object{"__typename": typ, key: value} }

func TestEntities(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	anna, customer := f.customer(a, "anna")
	berta := f.create(a, "berta", nil)
	foreign := f.create(f.other, "foreign", nil)
	references := []any{
		refer("Contact", "contactId", berta.ID), refer("Store", "id", globalid.Encode("Store", a.stores[1])), refer("Contact", "id", anna.GlobalID()),
		refer("Contact", "id", fmt.Sprint(berta.ID)), refer("Contact", "contactId", fmt.Sprint(anna.ID)), refer("Contact", "id", anna.GlobalID()),
		refer("Contact", "id", foreign.GlobalID()), refer("Contact", "contactId", 4711), refer("Contact", "id", globalid.Encode("Store", berta.ID)), refer("Contact", "id", "x"),
		refer("Company", "id", globalid.Encode("Company", a.company)), refer("Segment", "id", globalid.Encode("Segment", a.segments[0])), refer("Property", "id", globalid.Encode("Property", a.note)),
	}
	contact := func(id int, name string) string {
		return fmt.Sprintf(`{"__typename": "Contact", "contactId": %d, "email": "%s@example.com", "company": {"name": "demo"}}`, id, name)
	}
	store := fmt.Sprintf(`{"__typename": "Store", "storeId": %d}`, a.stores[1])
	property := fmt.Sprintf(`{"__typename": "Property", "propertyId": %d}`, a.note)
	ann, ber := contact(anna.ID, "anna"), contact(berta.ID, "berta")
	list := func(elements ...string) string { return "[" + strings.Join(elements, ", ") + "]" }
	f.want("an agent", f.get(a.agent, entities, object{"r": references}, "_entities"), list(ber, store, ann, ber, ann, ann, "null", "null", "null", "null",
		fmt.Sprintf(`{"__typename": "Company", "companyId": %d}`, a.company), fmt.Sprintf(`{"__typename": "Segment", "segmentId": %d}`, a.segments[0]), property))
	f.want("a customer", f.get(customer, entities, object{"r": references}, "_entities"),
		list("null", store, ann, "null", ann, ann, "null", "null", "null", "null", "null", "null", property))
	both := func(id any, number int) object {
		return object{"__typename": "Contact", "id": id, "contactId": number}
	}
	f.want("two keys", f.get(a.agent, entities, object{"r": []any{both(anna.GlobalID(), anna.ID), both(anna.GlobalID(), berta.ID), both(nil, anna.ID), refer("Contact", "id", anna.ID)}}, "_entities"),
		list(ann, "null", ann, ann))
	f.want("nothing", f.get(a.agent, entities, object{"r": []any{}}, "_entities"), "[]")

	for name, tt := range map[string]struct {
		reference any
		want      string
	}{
		"without a type":             {object{"id": "1"}, "BAD_USER_INPUT"},
		"of an unknown type":         {refer("User", "id", "1"), "BAD_USER_INPUT"},
		"without a key":              {object{"__typename": "Contact"}, "BAD_USER_INPUT"},
		"with the key of another":    {refer("Store", "contactId", 1), "BAD_USER_INPUT"},
		"with a list as its key":     {refer("Contact", "id", []any{"1"}), "BAD_USER_INPUT"},
		"with an object as its key":  {refer("Contact", "contactId", object{}), "BAD_USER_INPUT"},
		"with null as its key":       {refer("Contact", "contactId", nil), "BAD_USER_INPUT"},
		"with a fraction as its key": {refer("Contact", "contactId", 1.5), "BAD_USER_INPUT"},
		"with a boolean as its key":  {refer("Contact", "id", true), "BAD_USER_INPUT"},
		"that is not an object":      {"Contact", "BAD_USER_INPUT"},
	} {
		got := f.query(a.agent, entities, object{"r": []any{refer("Contact", "id", anna.GlobalID()), tt.reference}})
		if !slices.Equal(got.codes(), []string{tt.want}) {
			t.Errorf("a reference %s: %v, want %s", name, got.Errors, tt.want)
		}
	}
	for name, tt := range map[string]struct {
		caller string
		n      int
		want   string
	}{
		"without credentials": {"", 1, "UNAUTHENTICATED"}, "too many": {a.admin, 1001, "BAD_USER_INPUT"},
	} {
		got := f.query(tt.caller, `query($r: [_Any!]!) { _entities(representations: $r) { __typename } }`, object{"r": slices.Repeat([]any{refer("Contact", "id", "1")}, tt.n)})
		if !slices.Equal(got.codes(), []string{tt.want}) {
			t.Errorf("%s: %v, want %s", name, got.Errors, tt.want)
		}
	}
}

// TestEntitiesAreLoadedTogether: ten references need as many statements as one.
func TestEntitiesAreLoadedTogether(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var all []any
	for i := range 10 {
		all = append(all, refer("Contact", []string{"id", "contactId"}[i%2], fmt.Sprint(f.create(f.demo, fmt.Sprint("contact", i), nil).ID)))
	}
	run := func(n int) int {
		return len(f.db.Statements(func() { f.get(f.demo.agent, entities, object{"r": all[:n]}) }))
	}
	run(1) // the API key is looked up once
	if one, ten := run(1), run(10); one != ten || ten > 2 {
		t.Errorf("%d statements for one contact, %d for ten, want at most 2 for both", one, ten)
	}
}
