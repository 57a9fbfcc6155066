package graph_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"contactgraph/internal/globalid"
)

func TestContactsPage(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	for i := range 5 {
		f.create(a, fmt.Sprint("contact", i), nil)
	}
	f.create(f.other, "other", nil)
	const query = `query($first: Int, $after: String, $last: Int, $before: String) {
		contacts(first: $first, after: $after, last: $last, before: $before, orderBy: {field: ID, direction: DESC}) {
			nodes { contactId } edges { cursor node { contactId } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } }`
	page := func(args object) (ids []float64, info object) {
		t.Helper()
		got := f.get(a.agent, query, args, "contacts").(object)
		for i, n := range got["nodes"].([]any) {
			id := n.(object)["contactId"].(float64)
			ids = append(ids, id)
			if edge := got["edges"].([]any)[i].(object)["node"].(object)["contactId"]; edge != id {
				t.Errorf("the node %v has the edge %v", id, edge)
			}
		}
		if got["totalCount"] != 5.0 {
			t.Errorf("totalCount is %v", got["totalCount"])
		}
		return ids, got["pageInfo"].(object)
	}
	ids, info := page(object{"first": 2})
	if !slices.Equal(ids, []float64{5, 4}) || info["hasNextPage"] != true || info["hasPreviousPage"] != false {
		t.Errorf("first: %v, %v", ids, info)
	}
	ids, info = page(object{"first": 9, "after": info["endCursor"]})
	if !slices.Equal(ids, []float64{3, 2, 1}) || info["hasNextPage"] != false || info["hasPreviousPage"] != true {
		t.Errorf("the rest: %v, %v", ids, info)
	}
	ids, info = page(object{"last": 1, "before": info["startCursor"]})
	if !slices.Equal(ids, []float64{4}) || info["hasNextPage"] != true || info["hasPreviousPage"] != true {
		t.Errorf("backwards: %v, %v", ids, info)
	}
	ids, info = page(object{"first": 0})
	if len(ids) != 0 || info["startCursor"] != nil || info["endCursor"] != nil || info["hasNextPage"] != true {
		t.Errorf("none: %v, %v", ids, info)
	}
}

func TestContactsFilter(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	anna := f.create(a, "anna", nil)
	f.create(a, "eva", nil)
	f.get(a.agent, update, object{"in": object{"id": anna.ID, "onConflict": "OVERWRITE", "set": object{
		"phone": "070-174 06 05", "phoneCountryCode": "46", "companyId": nil, "preferredStoreId": a.stores[1],
	}}})
	f.get(a.agent, details, object{"in": object{"id": 2, "onConflict": "OVERWRITE", "membership": []any{}}})
	tests := []struct {
		name   string
		filter object
		want   string
	}{
		{"nothing", object{}, "[anna eva]"},
		{"null is absent", object{"name": nil, "email": nil, "phone": nil, "storeId": nil, "search": nil, "modifiedSince": nil}, "[anna eva]"},
		{"name", object{"name": "AN"}, "[anna]"},
		{"email", object{"email": "Anna@EXAMPLE.com"}, "[anna]"},
		{"phone", object{"phone": "+46 70 174 06 05"}, "[anna]"},
		{"phone with its code", object{"phone": "070 1740605", "phoneCountryCode": "46"}, "[anna]"},
		{"store", object{"storeId": globalid.Encode("Store", a.stores[1])}, "[anna]"},
		{"company", object{"companyId": fmt.Sprint(a.company)}, "[eva]"},
		{"segment", object{"segmentId": a.segments[0]}, "[anna]"},
		{"the id of another type", object{"segmentId": globalid.Encode("Store", a.segments[0])}, "[]"},
		{"another account's store", object{"storeId": f.other.stores[0]}, "[]"},
		{"modified since", object{"modifiedSince": time.Now().Add(time.Hour)}, "[]"},
		{"search", object{"search": "example 070"}, "[anna]"},
		{"all conditions must match", object{"search": "an", "companyId": a.company}, "[]"},
	}
	for _, tt := range tests {
		names := []any{}
		for _, n := range f.get(a.agent, `query($f: ContactFilter) { contacts(filter: $f) { nodes { firstName } } }`, object{"f": tt.filter}, "contacts", "nodes").([]any) {
			names = append(names, n.(object)["firstName"])
		}
		if fmt.Sprint(names) != tt.want {
			t.Errorf("%s: got %v, want %s", tt.name, names, tt.want)
		}
	}
}

// TestSearchFindsWhatIsPasted has one text of each kind; package query tests them all.
func TestSearchFindsWhatIsPasted(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	f.create(a, "eva", nil)
	c := f.create(a, "anna", nil)
	f.get(a.agent, update, object{"in": object{"id": c.ID, "onConflict": "OVERWRITE", "set": object{
		"firstName": "Jean-Luc", "lastName": "O'Müller", "email": "jean+luc@post.example", "phoneCountryCode": "46", "phone": "070-174 99 41",
	}}})
	for _, text := range []string{
		"Jean-Luc O'Müller <jean+luc@post.example>", `"O’Müller, Jean-Luc" <JEAN+LUC@post.example>`, "mailto:jean%2Bluc@post.example?subject=Hello", "@post.example",
		"+46 070-174 99 41", "+46 (0)70 174 99 41", "tel:+46-70-174-99-41", "0046701749941", "9941", "#2", "jeanluc omueller", "o\u200bmuller",
		"Jean-Luc O'Müller, +46 70 174 99 41, jean+luc@post.example", "Tel: 070 174",
	} {
		got := f.get(a.agent, `query($s: String) { contacts(filter: {search: $s}) { nodes { contactId } } }`, object{"s": text}, "contacts", "nodes")
		if fmt.Sprint(got) != "[map[contactId:2]]" {
			t.Errorf("%q finds %v", text, got)
		}
	}
}

func TestDidYouMean(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	f.create(a, "anna", nil)
	_, customer := f.customer(a, "wilhelmina")
	const query = `query($f: ContactFilter) { contacts(filter: $f) { didYouMean } }`
	for _, tt := range []struct {
		token  string
		filter object
		want   string
	}{
		{a.agent, object{"search": "wilhelmnia"}, "[wilhelmina]"},
		{a.agent, object{"name": "wilhelmnia"}, "[wilhelmina]"},
		{a.agent, object{"search": "anna@exmaple.com"}, "[anna@example.com]"},
		{a.agent, object{"search": "anna"}, "[]"},
		{a.agent, object{"search": "qqqqqqqq"}, "[]"},
		{a.agent, object{}, "[]"},
		{customer, object{"search": "anan"}, "[]"},
		{f.other.agent, object{"search": "wilhelmnia"}, "[]"},
	} {
		if got := f.get(tt.token, query, object{"f": tt.filter}, "contacts", "didYouMean"); fmt.Sprint(got) != tt.want {
			t.Errorf("%v: got %v, want %s", tt.filter, got, tt.want)
		}
	}
}

func TestContactsOrder(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	for _, name := range []string{"eva", "anna", "ida"} {
		f.create(a, name, nil)
	}
	f.get(a.agent, update, object{"in": object{"id": 1, "onConflict": "OVERWRITE", "set": object{}}})
	for order, want := range map[string]string{
		"{field: ID}": "[eva anna ida]", "{field: NAME}": "[anna eva ida]", "{field: NAME, direction: DESC}": "[ida eva anna]",
		"{field: LAST_MODIFIED}": "[anna ida eva]", "{field: REGISTRATION_DATE_TIME, direction: DESC}": "[ida anna eva]",
	} {
		names := []any{}
		for _, n := range f.get(a.agent, `{ contacts(orderBy: `+order+`) { nodes { firstName } } }`, nil, "contacts", "nodes").([]any) {
			names = append(names, n.(object)["firstName"])
		}
		if fmt.Sprint(names) != want {
			t.Errorf("%s: got %v, want %s", order, names, want)
		}
	}
}

// TestInvisibleObjectsAreNull: objects that a viewer may not see look like objects that do not
// exist.
func TestInvisibleObjectsAreNull(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	me, token := f.customer(a, "anna")
	another, theirs := f.create(a, "eva", nil), f.create(f.other, "ida", nil)
	staffOnly, all := []string{a.agent}, []string{a.agent, token}
	tests := []struct {
		name, query string
		id          any
		sees        []string
	}{
		{"its own contact", `($id: ID!) { x: contact(id: $id) { id } }`, me.ID, all},
		{"its own contact by its global id", `($id: ID!) { x: node(id: $id) { id } }`, me.GlobalID(), all},
		{"another contact", `($id: ID!) { x: contact(id: $id) { id } }`, another.ID, staffOnly},
		{"another contact as a node", `($id: ID!) { x: node(id: $id) { id } }`, another.GlobalID(), staffOnly},
		{"another account's contact", `($id: ID!) { x: contact(id: $id) { id } }`, theirs.ID, nil},
		{"another account's contact as a node", `($id: ID!) { x: node(id: $id) { id } }`, theirs.GlobalID(), nil},
		{"a contact that does not exist", `($id: ID!) { x: contact(id: $id) { id } }`, 999, nil},
		{"an invalid id", `($id: ID!) { x: contact(id: $id) { id } }`, "x", nil},
		{"a plain number as a node", `($id: ID!) { x: node(id: $id) { id } }`, me.ID, nil},
		{"a node of an unknown type", `($id: ID!) { x: node(id: $id) { id } }`, globalid.Encode("Login", 1), nil},
		{"a store", `($id: ID!) { x: node(id: $id) { id } }`, globalid.Encode("Store", a.stores[0]), all},
		{"another account's store", `($id: ID!) { x: node(id: $id) { id } }`, globalid.Encode("Store", f.other.stores[0]), nil},
		{"a property", `($id: ID!) { x: node(id: $id) { id } }`, globalid.Encode("Property", a.note), all},
		{"a company", `($id: ID!) { x: node(id: $id) { id } }`, globalid.Encode("Company", a.company), staffOnly},
		{"a segment", `($id: ID!) { x: node(id: $id) { id } }`, globalid.Encode("Segment", a.segments[0]), staffOnly},
		{"an email", `($id: String!) { x: contactByEmail(email: $id) { id } }`, "EVA@example.com", staffOnly},
		{"its own email", `($id: String!) { x: contactByEmail(email: $id) { id } }`, "ANNA@example.com", all},
		{"a secret", `($id: String!) { x: contactBySecret(secret: $id) { id } }`, another.Secret, staffOnly},
		{"another account's secret", `($id: String!) { x: contactBySecret(secret: $id) { id } }`, theirs.Secret, nil},
		{"a login", `($id: String!) { x: contactByLogin(name: $id) { id } }`, "EVA", staffOnly},
		{"its own login", `($id: String!) { x: contactByLogin(name: $id) { id } }`, "ANNA", all},
		{"an unknown phone number", `($id: String!) { x: contactByPhone(phone: $id, phoneCountryCode: null) { id } }`, "1", nil},
	}
	for _, tt := range tests {
		for _, token := range all {
			got := f.get(token, "query"+tt.query, object{"id": tt.id}, "x")
			if sees := slices.Contains(tt.sees, token); (got != nil) != sees {
				t.Errorf("%s, for %.10s: got %v, want it seen: %v", tt.name, token, got, sees)
			}
		}
	}
}

func TestUniqueConflictIsHiddenFromCustomers(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(f.demo, "eva", nil)
	me, token := f.customer(f.demo, "anna")
	got := f.get(token, update, object{"in": object{"id": me.ID, "onConflict": "OVERWRITE", "set": object{"email": "EVA@example.com"}}}, "updateContact", "errors")
	f.want("the conflict", got, `[{"__typename": "UniqueConflict", "code": "EMAIL_TAKEN", "path": "email", "message": "This email address cannot be used.", "existing": null}]`)
	got = f.get(token, update, object{"in": object{"id": 1, "expectedVersion": "QEA=", "set": object{}}}, "updateContact", "errors")
	f.want("another contact", got, `[{"__typename": "Forbidden", "code": "FORBIDDEN", "path": null, "message": "Customers may access only their own contact."}]`)
}
