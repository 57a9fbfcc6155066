package permissions

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"contactgraph/internal/acceptance/harness"
	"contactgraph/internal/report"
)

// permissions is the table. The outcomes in per are those for own, same, other and absent.
var permissions = map[string]permission{
	"query viewer": {
		anonymous: null, customer: all(ok), agent: all(ok), admin: all(ok), foreign: all(ok), enrolling: ok,
		try: func(c *attempt) string {
			return c.graph(`{ viewer { account writablePaths secondFactor { required } } }`, nil)
		},
	},
	"query contact": hides(reads(`query($id: ID!) { contact(id: $id) { id } }`, (*attempt).plainID)),
	"query node":    hides(reads(`query($id: ID!) { node(id: $id) { id } }`, (*attempt).globalID)),
	"query contactSnapshot": hides(permission{
		customer: per(ok, null, null, null), agent: per(ok, ok, notFound, notFound), admin: per(ok, ok, notFound, notFound),
		foreign: per(notFound, notFound, ok, notFound), segment: per(ok, null, null, null),
		try: func(c *attempt) string {
			return c.graph(`query($id: ID!) { contactSnapshot(id: $id, at: "2999-01-01T00:00:00Z") { email } }`, harness.Variables{"id": c.plainID()})
		},
	}),
	"query personalDataReport": hides(permission{
		customer: per(ok, null, null, null), agent: per(ok, ok, null, null), admin: per(ok, ok, null, null), foreign: per(null, null, ok, null),
		try: func(c *attempt) string {
			return c.graph(`query($id: ID!) { personalDataReport(id: $id) { url data } }`, harness.Variables{"id": c.plainID()})
		},
	}),
	"query _service": {
		anonymous: ok, customer: all(ok), agent: all(ok), admin: all(ok), foreign: all(ok), enrolling: ok,
		try: func(c *attempt) string { return c.graph(`{ _service { sdl } }`, nil) },
	},
	"query _entities": {
		customer: per(ok, null, null, null), agent: per(ok, ok, null, null), admin: per(ok, ok, null, null), foreign: per(null, null, ok, null),
		try: func(c *attempt) string {
			const document = `query($r: [_Any!]!) { _entities(representations: $r) { ... on Contact { id email } } }`
			v := harness.Variables{"r": []any{map[string]any{"__typename": "Contact", "id": c.globalID()}}}
			if outcome := c.graph(document, v); outcome != ok {
				return outcome
			}
			if found := harness.Query[[]*struct{ ID string }](c.Server, c.caller, document, v); found[0] == nil || found[0].ID != c.known().ID {
				return null
			}
			return ok
		},
	},
	"query contactByEmail": reads(`query($id: String!) { contactByEmail(email: $id) { id } }`,
		func(c *attempt) string { return strings.ToUpper(c.known().Email) }),
	"query contactByPhone": reads(`query($id: String!, $code: String) { contactByPhone(phone: $id, phoneCountryCode: $code) { id } }`,
		func(c *attempt) string { return c.known().Phone }),
	"query contactBySecret": reads(`query($id: String!) { contactBySecret(secret: $id) { id } }`,
		func(c *attempt) string { return c.known().Secret }),
	"query contactByLogin": reads(`query($id: String!) { contactByLogin(name: $id) { id } }`,
		func(c *attempt) string { return c.known().Login }),
	"query contactByExternalId": reads(`query($id: String!) { contactByExternalId(system: "crm", value: $id) { id } }`,
		func(c *attempt) string { return c.known().ExternalID }),
	"query contacts": {
		customer: per(ok, null, null, null), agent: per(ok, ok, null, null), admin: per(ok, ok, null, null), foreign: per(null, null, ok, null),
		try: func(c *attempt) string {
			email := c.known().Email
			return c.finds(`query($e: String) { contacts(filter: {email: $e}) { nodes { id } } }`, harness.Variables{"e": email})
		},
	},
	"query contactChanges": {
		customer: per(ok, forbidden, forbidden, forbidden), agent: per(ok, ok, null, null),
		admin: per(ok, ok, null, null), foreign: per(null, null, ok, null),
		try: func(c *attempt) string {
			document, v := `query($id: ID!) { contactChanges(contactId: $id, first: 1) { changes { contactId } } }`, harness.Variables{"id": c.id()}
			if outcome := c.graph(document, v); outcome != ok {
				return outcome
			}
			if len(harness.Query[struct{ Changes []json.RawMessage }](c.Server, c.caller, document, v).Changes) == 0 {
				return null
			}
			return ok
		},
	},
	"subscription contactChanges": {
		customer: per(ok, forbidden, forbidden, forbidden), agent: per(ok, ok, null, null),
		admin: per(ok, ok, null, null), foreign: per(null, null, ok, null), try: (*attempt).followContact,
	},
	"query deletedContacts": {
		customer: all(forbidden), agent: all(ok), admin: all(ok), foreign: all(ok),
		try: func(c *attempt) string { return c.graph("{ deletedContacts { nodes { contactId } } }", nil) },
	},
	"query duplicates": {
		customer: all(forbidden), agent: all(ok), admin: all(ok), foreign: all(ok), segment: all(forbidden),
		try: func(c *attempt) string { return c.graph("{ duplicates { nodes { score } } }", nil) },
	},
	"query stores":     lists("stores", ok),
	"query properties": lists("properties", ok),
	"query companies":  lists("companies", forbidden),
	"query segments":   lists("segments", forbidden),

	"query users":           manages(ok, ok, func(c *attempt) string { return c.graph("{ users { id } }", nil) }),
	"query apiKeys":         manages(ok, ok, func(c *attempt) string { return c.graph("{ apiKeys { id } }", nil) }),
	"query sessions":        manages(ok, ok, func(c *attempt) string { return c.graph("{ sessions { id } }", nil) }),
	"query accountSettings": manages(ok, ok, func(c *attempt) string { return c.graph("{ accountSettings { auditDays } }", nil) }),
	"query auditLog":        manages(ok, ok, func(c *attempt) string { return c.graph("{ auditLog { hasMore } }", nil) }),

	"mutation createUser": manages(ok, ok, func(c *attempt) string {
		return c.graph("mutation($n: String!) { "+newUser+" { errors { code } } }", harness.Variables{"n": unique()})
	}),
	"mutation updateUser":        changes(newUser+" { user { id } }", "updateUser(input: {id: $id, name: $n, role: ADMIN, disabled: true})"),
	"mutation resetUserPassword": changes(newUser+" { user { id } }", `resetUserPassword(input: {id: $id, newPassword: "correct horse battery"})`),
	"mutation changePassword": {
		customer: all(forbidden), agent: all(forbidden), admin: all(forbidden), foreign: all(forbidden), // for users, not for API keys
		try: func(c *attempt) string {
			return c.graph(`mutation { changePassword(input: {currentPassword: "x", newPassword: "correct horse battery"}) { errors { code } } }`, nil)
		},
	},
	"query roles": manages(ok, ok, func(c *attempt) string { return c.graph("{ roles { name } }", nil) }),
	"mutation createRole": manages(ok, ok, func(c *attempt) string {
		return c.graph("mutation($n: String!) { "+newRole+" { errors { code } } }", harness.Variables{"n": unique()})
	}),
	"mutation updateRole":        changes(newRole+" { role { id } }", "updateRole(input: {id: $id, name: $n})"),
	"mutation deleteRole":        changes(newRole+" { role { id } }", "deleteRole(input: {id: $id})"),
	"mutation setUpSecondFactor": ofUsers(ok, `setUpSecondFactor(input: {currentPassword: "correct horse battery"})`),
	"mutation confirmSecondFactor": ofUsers("WRONG_CODE",
		`setUpSecondFactor(input: {currentPassword: "correct horse battery"}) { errors { code } } confirmSecondFactor(input: {code: "x"})`),
	"mutation turnOffSecondFactor": ofUsers(forbidden, `turnOffSecondFactor(input: {currentPassword: "correct horse battery", code: "x"})`),
	"mutation createRecoveryCodes": ofUsers(forbidden, `createRecoveryCodes(input: {currentPassword: "correct horse battery", code: "x"})`),
	"mutation resetSecondFactor":   changes(newUser+" { user { id } }", "resetSecondFactor(input: {id: $id})"),
	"mutation createApiKey":        creates(`createApiKey(input: {name: "x", role: AGENT})`),
	"mutation rotateApiKey":        changes("createApiKey(input: {name: $n, role: AGENT}) { apiKey { id } }", "rotateApiKey(input: {id: $id})"),
	"mutation revokeApiKey":        changes("createApiKey(input: {name: $n, role: AGENT}) { apiKey { id } }", "revokeApiKey(input: {id: $id})"),
	"mutation revokeSession": {
		customer: per(ok, notFound, notFound, notFound), agent: all(notFound), admin: per(ok, ok, notFound, notFound),
		foreign: per(notFound, notFound, ok, notFound), try: (*attempt).revokeSession,
	},
	"mutation updateAccountSettings": creates("updateAccountSettings(input: {auditDays: 365})"),

	"mutation updateContact": {
		customer: per(ok, forbidden, forbidden, forbidden), agent: per(ok, ok, notFound, notFound),
		admin: per(ok, ok, notFound, notFound), foreign: per(notFound, notFound, ok, notFound),
		try: func(c *attempt) string {
			return c.graph(`mutation($id: ID!) { updateContact(input: {id: $id, onConflict: OVERWRITE, set: {limitMailsPermanently: true}}) {
				errors { code } } }`, harness.Variables{"id": c.id()})
		},
	},
	"mutation updateContacts": {
		customer: per(ok, forbidden, forbidden, forbidden), agent: per(ok, ok, notFound, notFound),
		admin: per(ok, ok, notFound, notFound), foreign: per(notFound, notFound, ok, notFound), try: func(c *attempt) string {
			return c.inBatches("updateContacts", func() string { return fmt.Sprintf("{id: %d, onConflict: OVERWRITE, set: {}}", c.id()) })
		},
	},
	"mutation setContactDetails": {
		customer: per(ok, forbidden, forbidden, forbidden), agent: per(ok, ok, notFound, notFound),
		admin: per(ok, ok, notFound, notFound), foreign: per(notFound, notFound, ok, notFound),
		try: func(c *attempt) string {
			return c.graph(`mutation($id: ID!) { setContactDetails(input: {id: $id, onConflict: OVERWRITE}) { errors { code } } }`,
				harness.Variables{"id": c.id()})
		},
	},
	"mutation setContactsDetails": {
		customer: per(ok, forbidden, forbidden, forbidden), agent: per(ok, ok, notFound, notFound),
		admin: per(ok, ok, notFound, notFound), foreign: per(notFound, notFound, ok, notFound), try: func(c *attempt) string {
			return c.inBatches("setContactsDetails", func() string { return fmt.Sprintf("{id: %d, onConflict: OVERWRITE}", c.id()) })
		},
	},
	"mutation createContacts": {
		customer: all(forbidden), agent: all(ok), admin: all(ok), foreign: all(ok), segment: all(forbidden), // outside of the segment
		try: func(c *attempt) string {
			return c.inBatches("createContacts", func() string { return `{registrationSource: "test", set: {}}` })
		},
	},
	"mutation deleteContacts": {
		customer: all(forbidden), agent: per(ok, ok, notFound, notFound), admin: per(ok, ok, notFound, notFound),
		foreign: per(notFound, notFound, ok, notFound), segment: all(notFound), try: func(c *attempt) string {
			return c.inBatches("deleteContacts", func() string { return fmt.Sprintf("{id: %q, onConflict: OVERWRITE}", c.doomed()) })
		},
	},
	"mutation upsertContacts": { // the target is found by its address; a viewer that does not see it creates a contact, unless the address is taken
		customer: all(forbidden), agent: all(ok), admin: all(ok), foreign: all(ok), segment: per(ok, forbidden, forbidden, forbidden),
		try: func(c *attempt) string {
			return c.inBatches("upsertContacts", func() string {
				return fmt.Sprintf(`{match: {email: %q}, registrationSource: "test", set: {}}`, c.known().Email)
			})
		},
	},
	"mutation createContact": {
		customer: all(forbidden), agent: all(ok), admin: all(ok), foreign: all(ok), segment: all(forbidden), // outside of the segment
		try: func(c *attempt) string {
			return c.graph(`mutation { createContact(input: {registrationSource: "test", set: {}}) { errors { code } } }`, nil)
		},
	},
	"mutation deleteContact": {
		customer: all(forbidden), agent: per(ok, ok, notFound, notFound), admin: per(ok, ok, notFound, notFound),
		foreign: per(notFound, notFound, ok, notFound), segment: all(notFound), try: (*attempt).deleteContact,
	},

	"mutation eraseContact": {
		customer: all(forbidden), agent: all(forbidden), admin: per(ok, ok, notFound, notFound),
		foreign: per(notFound, notFound, ok, notFound), try: (*attempt).eraseContact,
	},
	"mutation mergeContacts": {
		customer: all(forbidden), agent: per(ok, ok, notFound, notFound), admin: per(ok, ok, notFound, notFound),
		foreign: per(notFound, notFound, ok, notFound), segment: all(notFound), try: (*attempt).mergeContacts,
	},
	"mutation unmergeContacts": {
		customer: all(forbidden), agent: per(ok, ok, notFound, notFound), admin: per(ok, ok, notFound, notFound),
		foreign: per(notFound, notFound, ok, notFound), segment: all(notFound), try: (*attempt).unmergeContacts,
	},
	"mutation markNotDuplicate": { // the contacts are no candidates
		customer: all(forbidden), agent: all(notFound), admin: all(notFound), foreign: all(notFound), segment: all(forbidden),
		try: func(c *attempt) string {
			return c.graph(`mutation($id: ID!) { markNotDuplicate(input: {contactId: $id, otherId: $id}) { errors { code } } }`, harness.Variables{"id": c.id()})
		},
	},
	"mutation undoChange": {
		customer: per(ok, forbidden, forbidden, forbidden), agent: per(ok, ok, notFound, notFound),
		admin: per(ok, ok, notFound, notFound), foreign: per(notFound, notFound, ok, notFound), try: (*attempt).undoChange,
	},

	"mutation createStore":   creates("createStore(input: {name: \"x\"})"),
	"mutation createCompany": creates("createCompany(input: {name: \"x\"})"),
	"mutation createSegment": creates("createSegment(input: {name: \"x\"})"),
	"mutation createProperty": manages(ok, ok, func(c *attempt) string {
		return c.graph(`mutation($n: String!) { createProperty(input: {name: $n}) { errors { code } } }`, harness.Variables{"n": unique()})
	}),
	"mutation updateStore":   changes("createStore(input: {name: $n}) { store { id } }", "updateStore(input: {id: $id, name: $n})"),
	"mutation updateCompany": changes("createCompany(input: {name: $n}) { company { id } }", "updateCompany(input: {id: $id, name: $n})"),
	"mutation updateSegment": changes("createSegment(input: {name: $n}) { segment { id } }", "updateSegment(input: {id: $id, name: $n})"),
	"mutation updateProperty": changes("createProperty(input: {name: $n}) { property { id } }",
		"updateProperty(input: {id: $id, name: $n})"),
	"mutation deleteStore":    changes("createStore(input: {name: $n}) { store { id } }", "deleteStore(input: {id: $id})"),
	"mutation deleteCompany":  changes("createCompany(input: {name: $n}) { company { id } }", "deleteCompany(input: {id: $id})"),
	"mutation deleteSegment":  changes("createSegment(input: {name: $n}) { segment { id } }", "deleteSegment(input: {id: $id})"),
	"mutation deleteProperty": changes("createProperty(input: {name: $n}) { property { id } }", "deleteProperty(input: {id: $id})"),

	"mutation signIn": {
		anonymous: refused, customer: all(refused), agent: all(refused), admin: all(refused), foreign: all(refused), enrolling: refused,
		try: func(c *attempt) string {
			return c.graph(`mutation($login: String!) { signIn(input: {account: "Demo", login: $login, password: "x"}) { errors { code } } }`,
				harness.Variables{"login": unique()}) // one that was guessed too often would have to wait
		},
	},
	"mutation requestPasswordReset": {
		anonymous: notAvailable, customer: all(notAvailable), agent: all(notAvailable), admin: all(notAvailable), foreign: all(notAvailable), enrolling: notAvailable,
		try: func(c *attempt) string {
			return c.graph(`mutation($login: String!) { requestPasswordReset(input: {account: "Demo", login: $login}) { errors { code } } }`,
				harness.Variables{"login": unique()})
		},
	},
	"mutation resetPassword": {
		anonymous: notAvailable, customer: all(notAvailable), agent: all(notAvailable), admin: all(notAvailable), foreign: all(notAvailable), enrolling: notAvailable,
		try: func(c *attempt) string {
			return c.graph(`mutation { resetPassword(input: {token: "forged", newPassword: "correct horse battery"}) { errors { code } } }`, nil)
		},
	},
	"mutation signOut": {
		customer: all(ok), agent: all(ok), admin: all(ok), foreign: all(ok), enrolling: ok,
		try: func(c *attempt) string {
			if strings.Contains(fmt.Sprint(c.caller), "Bearer cgs_") && !strings.Contains(fmt.Sprint(c.caller), "forged") {
				c.caller = c.SignInCustomer() // a session of its own to end
			}
			return c.graph(`mutation { signOut { errors { code } } }`, nil)
		},
	},

	"GET /api/v1/Changes": {
		customer: per(ok, forbidden, forbidden, forbidden), agent: per(ok, ok, null, null),
		admin: per(ok, ok, null, null), foreign: per(null, null, ok, null),
		try: func(c *attempt) string {
			a := c.Send(c.caller, "GET", fmt.Sprintf("/api/v1/Changes?first=1&contactId=%d", c.id()), "", "")
			if strings.Contains(a.Body, `"Changes":[]`) {
				return null
			}
			return c.rest(a)
		},
	},
	"GET /exports/audit-log": manages(ok, ok, func(c *attempt) string {
		return c.rest(c.Send(c.caller, "GET", "/exports/audit-log?format=csv", "", ""))
	}),
	// An account can allow it to agents: see TestWhoMayExport in internal/export.
	"GET /exports/contacts": manages(ok, ok, func(c *attempt) string {
		return c.rest(c.Send(c.caller, "GET", "/exports/contacts?format=csv", "", ""))
	}),
	"GET /api/v1/Contacts/{id}/PersonDataFile": {
		customer: per(ok, forbidden, forbidden, forbidden), agent: per(ok, ok, notFound, notFound),
		admin: per(ok, ok, notFound, notFound), foreign: per(notFound, notFound, ok, notFound),
		try: func(c *attempt) string { return c.rest(c.personDataFile(c.caller)) },
	},
	// The address that the caller was given; if it was given none, that of the contact's owner.
	"GET /exports/personal-data/{token}": {
		customer: per(ok, notFound, notFound, notFound), agent: per(ok, ok, notFound, notFound),
		admin: per(ok, ok, notFound, notFound), foreign: per(notFound, notFound, ok, notFound),
		try: func(c *attempt) string {
			address := report.Path + "7-2000000000-token"
			given := c.personDataFile(c.caller)
			if given.Status != http.StatusOK {
				given = c.personDataFile(c.owner())
			}
			if c.target != absent {
				if err := json.Unmarshal([]byte(given.Body), &address); err != nil {
					c.T.Fatal(err)
				}
			}
			return c.rest(c.Send(c.caller, "GET", strings.TrimPrefix(address, c.URL), "", ""))
		},
	},
}
