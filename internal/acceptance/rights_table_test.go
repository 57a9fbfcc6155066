package acceptance

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"contactgraph/internal/rest"
	"contactgraph/internal/server"
)

// operations lists what the server can do: the root fields of the schema, from introspection, and those of the REST doors.
func operations(t *testing.T, s *process) []string {
	t.Helper()
	type root struct{ Fields []struct{ Name string } }
	schema := into[struct{ QueryType, MutationType, SubscriptionType root }](s, anonymous,
		`{ __schema { queryType { fields { name } } mutationType { fields { name } } subscriptionType { fields { name } } } }`, nil)
	var list []string
	for _, f := range schema.QueryType.Fields {
		list = append(list, "query "+f.Name)
	}
	for _, f := range schema.MutationType.Fields {
		list = append(list, "mutation "+f.Name)
	}
	for _, f := range schema.SubscriptionType.Fields {
		list = append(list, "subscription "+f.Name)
	}
	return append(list, rest.Operations()...)
}

// byRoute says which operations each route serves; none where it serves no one's data.
var byRoute = map[string][]string{
	"graphql": {"query ", "mutation ", "subscription "}, "getContact": {"GET /api/v1/Contacts/{id}"}, "getChanges": {"GET /api/v1/Changes"}, "putContact": {"PUT /api/v1/Contacts/{id}"},
	"custInfo": {"iService setdetails"}, "login": {"iService log"},
	"contactMethodNotAllowed": nil, "changesMethodNotAllowed": nil, "noRoute": nil, "sdl": nil, "console": nil, "playground": nil, "docs": nil, "manual": nil, "asset": nil, "healthz": nil, "readyz": nil, "openapi": nil,
}

func TestEveryRouteHasRights(t *testing.T) {
	t.Parallel()
	for _, r := range server.Routes() {
		operations, declared := byRoute[r.Name]
		if !declared {
			t.Errorf("the route %s %s (%s) is not in the table", r.Method, r.Pattern, r.Name)
		}
		for _, prefix := range operations {
			found := false
			for name := range rights {
				found = found || strings.HasPrefix(name, prefix)
			}
			if !found {
				t.Errorf("no right is declared for %s of the route %s", prefix, r.Name)
			}
		}
	}
}

// rights is the table. Targets are own, same, other, absent.
var rights = map[string]right{
	"query viewer": {
		open: null, customer: all(ok), agent: all(ok), admin: all(ok), stranger: all(ok),
		try: func(c *trial) string { return c.graph(`{ viewer { account } }`, nil) },
	},
	"query contact": reads(`query($id: ID!) { contact(id: $id) { id } }`, (*trial).plainID),
	"query node":    reads(`query($id: ID!) { node(id: $id) { id } }`, (*trial).globalID),
	"query contactByEmail": reads(`query($id: String!) { contactByEmail(email: $id) { id } }`,
		func(c *trial) string { return strings.ToUpper(c.known().Email) }),
	"query contactByPhone": reads(`query($id: String!, $code: String) { contactByPhone(phone: $id, phoneCountryCode: $code) { id } }`,
		func(c *trial) string { return c.known().Phone }),
	"query contactBySecret": reads(`query($id: String!) { contactBySecret(secret: $id) { id } }`,
		func(c *trial) string { return c.known().Secret }),
	"query contactByLogin": reads(`query($id: String!) { contactByLogin(name: $id) { id } }`,
		func(c *trial) string { return c.known().Login }),
	"query contacts": {
		customer: per(ok, null, null, null), agent: per(ok, ok, null, null), admin: per(ok, ok, null, null), stranger: per(null, null, ok, null),
		try: func(c *trial) string {
			email := c.known().Email
			return c.finds(`query($e: String) { contacts(filter: {email: $e}) { nodes { id } } }`, variables{"e": email})
		},
	},
	"query contactChanges": {
		customer: per(ok, forbidden, forbidden, forbidden), agent: per(ok, ok, null, null),
		admin: per(ok, ok, null, null), stranger: per(null, null, ok, null),
		try: func(c *trial) string {
			document, v := `query($id: ID!) { contactChanges(contactId: $id, first: 1) { changes { contactId } } }`, variables{"id": c.id()}
			if outcome := c.graph(document, v); outcome != ok {
				return outcome
			}
			if len(into[struct{ Changes []json.RawMessage }](c.process, c.who, document, v).Changes) == 0 {
				return null
			}
			return ok
		},
	},
	"subscription contactChanges": {
		customer: per(ok, forbidden, forbidden, forbidden), agent: per(ok, ok, null, null),
		admin: per(ok, ok, null, null), stranger: per(null, null, ok, null), try: (*trial).followContact,
	},
	"query stores":     lists("stores", ok),
	"query properties": lists("properties", ok),
	"query companies":  lists("companies", forbidden),
	"query segments":   lists("segments", forbidden),

	"mutation updateContact": {
		customer: per(ok, forbidden, forbidden, forbidden), agent: per(ok, ok, notFound, notFound),
		admin: per(ok, ok, notFound, notFound), stranger: per(notFound, notFound, ok, notFound),
		try: func(c *trial) string {
			return c.graph(`mutation($id: ID!) { updateContact(input: {id: $id, onConflict: OVERWRITE, set: {limitMailsPermanently: true}}) {
				errors { code } } }`, variables{"id": c.id()})
		},
	},
	"mutation updateContacts": {
		customer: per(ok, forbidden, forbidden, forbidden), agent: per(ok, ok, notFound, notFound),
		admin: per(ok, ok, notFound, notFound), stranger: per(notFound, notFound, ok, notFound), try: (*trial).updateContacts,
	},
	"mutation setContactDetails": {
		customer: per(ok, forbidden, forbidden, forbidden), agent: per(ok, ok, notFound, notFound),
		admin: per(ok, ok, notFound, notFound), stranger: per(notFound, notFound, ok, notFound),
		try: func(c *trial) string {
			return c.graph(`mutation($id: ID!) { setContactDetails(input: {id: $id, onConflict: OVERWRITE}) { errors { code } } }`,
				variables{"id": c.id()})
		},
	},
	"mutation createContact": {
		customer: all(forbidden), agent: all(ok), admin: all(ok), stranger: all(ok),
		try: func(c *trial) string {
			return c.graph(`mutation { createContact(input: {registrationSource: "test", set: {}}) { errors { code } } }`, nil)
		},
	},
	"mutation deleteContact": {
		customer: all(forbidden), agent: per(ok, ok, notFound, notFound), admin: per(ok, ok, notFound, notFound),
		stranger: per(notFound, notFound, ok, notFound), try: (*trial).deleteContact,
	},

	"mutation eraseContact": {
		customer: all(forbidden), agent: all(forbidden), admin: per(ok, ok, notFound, notFound),
		stranger: per(notFound, notFound, ok, notFound), try: (*trial).eraseContact,
	},
	"mutation undoChange": {
		customer: per(ok, forbidden, forbidden, forbidden), agent: per(ok, ok, notFound, notFound),
		admin: per(ok, ok, notFound, notFound), stranger: per(notFound, notFound, ok, notFound), try: (*trial).undoChange,
	},

	"mutation createStore":   creates("createStore(name: \"x\")"),
	"mutation createCompany": creates("createCompany(name: \"x\")"),
	"mutation createSegment": creates("createSegment(name: \"x\")"),
	"mutation createProperty": manages(ok, ok, func(c *trial) string {
		return c.graph(`mutation($n: String!) { createProperty(input: {name: $n}) { errors { code } } }`, variables{"n": unique()})
	}),
	"mutation updateStore":   changes("createStore(name: $n) { store { id } }", "updateStore(id: $id, name: $n)"),
	"mutation updateCompany": changes("createCompany(name: $n) { company { id } }", "updateCompany(id: $id, name: $n)"),
	"mutation updateSegment": changes("createSegment(name: $n) { segment { id } }", "updateSegment(id: $id, name: $n)"),
	"mutation updateProperty": changes("createProperty(input: {name: $n}) { property { id } }",
		"updateProperty(input: {id: $id, name: $n})"),
	"mutation deleteStore":    changes("createStore(name: $n) { store { id } }", "deleteStore(id: $id)"),
	"mutation deleteCompany":  changes("createCompany(name: $n) { company { id } }", "deleteCompany(id: $id)"),
	"mutation deleteSegment":  changes("createSegment(name: $n) { segment { id } }", "deleteSegment(id: $id)"),
	"mutation deleteProperty": changes("createProperty(input: {name: $n}) { property { id } }", "deleteProperty(id: $id)"),

	"mutation signIn": {
		open: refused, customer: all(refused), agent: all(refused), admin: all(refused), stranger: all(refused),
		try: func(c *trial) string {
			return c.graph(`mutation { signIn(account: "Demo", login: "nobody", password: "x") { errors { code } } }`, nil)
		},
	},
	"mutation signOut": {
		customer: all(ok), agent: all(ok), admin: all(ok), stranger: all(ok),
		try: func(c *trial) string {
			if strings.Contains(fmt.Sprint(c.who), "Bearer cgs_") && !strings.Contains(fmt.Sprint(c.who), "forged") {
				c.who = c.customer() // a session of its own to end
			}
			return c.graph(`mutation { signOut { errors { code } } }`, nil)
		},
	},

	"GET /api/v1/Contacts/{id}": {
		customer: per(ok, forbidden, forbidden, forbidden), agent: per(ok, ok, notFound, notFound),
		admin: per(ok, ok, notFound, notFound), stranger: per(notFound, notFound, ok, notFound),
		try: func(c *trial) string {
			return c.rest(c.send(c.who, "GET", fmt.Sprintf("/api/v1/Contacts/%d", c.id()), "", ""))
		},
	},
	"PUT /api/v1/Contacts/{id}": {
		customer: per(ok, forbidden, forbidden, forbidden), agent: per(ok, ok, notFound, notFound),
		admin: per(ok, ok, notFound, notFound), stranger: per(notFound, notFound, ok, notFound),
		try: func(c *trial) string {
			body := `{"Version":"QEA="}`
			if c.target != absent {
				body = c.send(c.owner(), "GET", fmt.Sprintf("/api/v1/Contacts/%d", c.id()), "", "").body
			}
			return c.rest(c.send(c.who, "PUT", fmt.Sprintf("/api/v1/Contacts/%d", c.id()), "application/json", body))
		},
	},
	"GET /api/v1/Changes": {
		customer: per(ok, forbidden, forbidden, forbidden), agent: per(ok, ok, null, null),
		admin: per(ok, ok, null, null), stranger: per(null, null, ok, null),
		try: func(c *trial) string {
			a := c.send(c.who, "GET", fmt.Sprintf("/api/v1/Changes?first=1&contactId=%d", c.id()), "", "")
			if strings.Contains(a.body, `"Changes":[]`) {
				return null
			}
			return c.rest(a)
		},
	},
	"iService setdetails": {
		customer: per(ok, forbidden, forbidden, forbidden), agent: per(ok, ok, notFound, notFound),
		admin: per(ok, ok, notFound, notFound), stranger: per(notFound, notFound, ok, notFound),
		try: func(c *trial) string {
			return c.iservice(c.send(c.who, "POST", "/f/webapp-api-custinfo?api=setdetails", "application/json",
				fmt.Sprintf(`{"contactID":%d,"details":{"properties":[]}}`, c.id())))
		},
	},
	"iService login":    sessions("POST", "login", refused),
	"iService loggedin": sessions("GET", "loggedin", ok),
	"iService logout":   sessions("POST", "logout", ok),
}
