package graph_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"contactgraph/ent/property"
	"contactgraph/graph"
	"contactgraph/internal/auth"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/people"
	"contactgraph/internal/storable"
	"contactgraph/internal/viewer"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// input is an input field or an argument of the served schema that accepts text.
type input struct {
	described int // the maximum length in its description, 0 without one
	max       int // the maximum length in its directive, 0 without one
}

var atMost = regexp.MustCompile(`(?i)at most (\d+)\s+characters`)

// textInputs returns the inputs by name: Type.field or Type.field(argument).
func textInputs(t *testing.T) map[string]input {
	t.Helper()
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "served", Input: graph.SDL()})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]input{}
	add := func(name, description string, typ *ast.Type, directives ast.DirectiveList) {
		var in input
		if m := atMost.FindStringSubmatch(description); m != nil {
			in.described = must(strconv.Atoi(m[1]))
		}
		if d := directives.ForName("length"); d != nil {
			in.max = must(strconv.Atoi(d.Arguments.ForName("max").Value.Raw))
		}
		if typ.Name() == "String" || in != (input{}) {
			all[name] = in
		}
	}
	for name, def := range schema.Types {
		if def.BuiltIn {
			continue
		}
		for _, f := range def.Fields {
			if def.Kind == ast.InputObject {
				add(name+"."+f.Name, f.Description, f.Type, f.Directives)
			}
			for _, a := range f.Arguments {
				if !strings.HasPrefix(f.Name, "__") {
					add(name+"."+f.Name+"("+a.Name+")", a.Description, a.Type, a.Directives)
				}
			}
		}
	}
	return all
}

// unbounded are inputs without a maximum length, because they are only looked up, compared with a
// hash, or of a form that is short.
var unbounded = []string{
	"UpdateAccountSettingsInput.defaultCountry", "CreateApiKeyInput.addresses", "CreateApiKeyInput.origins", "FieldRightInput.path", "Query.auditLog(before)",
	"ContactPropertyInput.remove", "MergeChoiceInput.path", "SetContactDetailsInput.removeLogins", "UpsertContactInput.removeLogins",
	"CompanyFilter.primaryContactEmail", "Company.contacts(after)",
	"ContactFilter.email", "ContactFilter.phone", "ContactFilter.phoneCountryCode",
	"ChangePasswordInput.currentPassword", "ContactPatch.currentPassword", "ContactPatch.latestPermissionSource",
	"RequestPasswordResetInput.account", "RequestPasswordResetInput.login", "ResetPasswordInput.token", "ResetPasswordInput.newPassword",
	"SignInInput.account", "SignInInput.login", "SignInInput.password", "SignInInput.code",
	"SetUpSecondFactorInput.currentPassword", "SetUpSecondFactorInput.code", "ConfirmSecondFactorInput.code",
	"SecondFactorProofInput.currentPassword", "SecondFactorProofInput.code",
	"Query.contactByEmail(email)", "Query.contactByExternalId(system)", "Query.contactByExternalId(value)", "Query.contactByLogin(name)", "Query.contactByPhone(phone)", "Query.contactByPhone(phoneCountryCode)",
	"Query.contactBySecret(secret)", "Contact.changes(after)", "Contact.property(apiName)", "ContactSnapshot.property(apiName)", "Query.contactChanges(after)", "Query.deletedContacts(after)", "Query.duplicates(after)", "Query.contacts(after)", "Query.contacts(before)", "Subscription.contactChanges(after)", "Job.items(after)", "Query.jobs(after)",
}

func TestLengthsAreDescribed(t *testing.T) {
	t.Parallel()
	inputs := textInputs(t)
	for name, in := range inputs {
		if in.max != in.described {
			t.Errorf("%s: @length is %d, but its description has %d", name, in.max, in.described)
		}
		if (in.max == 0) != slices.Contains(unbounded, name) {
			t.Errorf("%s: give it @length, or list it in unbounded; its @length is %d", name, in.max)
		}
	}
	for _, name := range unbounded {
		if _, ok := inputs[name]; !ok {
			t.Errorf("%s is not in the schema", name)
		}
	}
	for _, f := range field.Fields {
		if got := inputs["ContactPatch."+f.Path].max; got != f.Limit {
			t.Errorf("ContactPatch.%s: @length is %d, but the limit of the field is %d", f.Path, got, f.Limit)
		}
	}
}

// TestLengthsAreEnforced sends, for each @length of the schema, a text of that length and one that
// is longer by one unit.
func TestLengthsAreEnforced(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	choice := must(f.Catalog.CreateProperty(a.ctx, catalog.NewProperty{Name: "Choice", Kind: property.KindChoice, Choices: []string{"a"}})).ID
	user := must(f.Auth.CreateUser(t.Context(), a.account, auth.NewUser{Login: "x", Name: "x", Password: "correct horse battery", Role: viewer.Agent}))
	const create = `createContact(input: {registrationSource: "test", set: {}, %s}) { errors { code path } }`
	role := must(f.People.CreateRole(a.ctx, people.RoleChange{Name: new("role")}))
	must(f.Auth.CreateUser(t.Context(), a.account, auth.NewUser{Login: "own", Name: "own", Password: "pw", Role: viewer.Agent}))
	own := must(f.Auth.SignIn(t.Context(), a.account, "own", "pw", auth.Origin{})).Token
	bounds := map[string]string{
		"ContactFilter.name":                    `contacts(filter: {name: $t}) { nodes { id } }`,
		"ContactFilter.search":                  `contacts(filter: {search: $t}) { nodes { id } }`,
		"PropertyValueInput.value":              fmt.Sprintf(create, fmt.Sprintf(`properties: [{propertyId: %d, values: [{value: $t}]}]`, a.note)),
		"PropertyValueInput.description":        fmt.Sprintf(create, fmt.Sprintf(`properties: [{propertyId: %d, values: [{value: "", description: $t}]}]`, a.note)),
		"LoginInput.name":                       fmt.Sprintf(create, `logins: [{name: $t}]`),
		"ContactMatch.email":                    `upsertContacts(input: {items: [{match: {email: $t}, registrationSource: "test", set: {}}]}) { results { errors { code path } } }`,
		"ContactMatch.phone":                    `upsertContacts(input: {items: [{match: {phone: $t}, registrationSource: "test", set: {}}]}) { results { errors { code path } } }`,
		"ContactMatch.phoneCountryCode":         `upsertContacts(input: {items: [{match: {phone: "0701740605", phoneCountryCode: $t}, registrationSource: "test", set: {}}]}) { results { errors { code path } } }`,
		"UpsertContactInput.registrationSource": `upsertContacts(input: {items: [{match: {email: "source@example.com"}, registrationSource: $t, set: {}}]}) { results { errors { code path } } }`,
		"UpsertContactInput.registrationIp":     `upsertContacts(input: {items: [{match: {email: "ip@example.com"}, registrationSource: "test", registrationIp: $t, set: {}}]}) { results { errors { code path } } }`,
		"ExternalIDInput.system":                fmt.Sprintf(create, `externalIds: [{system: $t, value: "1"}]`),
		"ExternalIDInput.value":                 fmt.Sprintf(create, `externalIds: [{system: "crm", value: $t}]`),
		"CreateContactInput.registrationSource": `createContact(input: {registrationSource: $t, set: {}}) { errors { code path } }`,
		"CreateContactInput.registrationIp":     `createContact(input: {registrationSource: "test", registrationIp: $t, set: {}}) { errors { code path } }`,
		"CreatePropertyInput.name":              `createProperty(input: {name: $t}) { errors { code path } }`,
		"CreatePropertyInput.apiName":           `createProperty(input: {name: "Named", apiName: $t}) { errors { code path } }`,
		"UpdatePropertyInput.apiName":           fmt.Sprintf(`updateProperty(input: {id: %d, apiName: $t}) { errors { code path } }`, a.note),
		"CreatePropertyInput.label":             `createProperty(input: {name: "Labelled", label: $t}) { errors { code path } }`,
		"UpdatePropertyInput.label":             fmt.Sprintf(`updateProperty(input: {id: %d, label: $t}) { errors { code path } }`, a.note),
		"CreatePropertyInput.choices":           `createProperty(input: {name: "New", type: CHOICE, choices: ["a", $t]}) { errors { code path } }`,
		"UpdatePropertyInput.name":              fmt.Sprintf(`updateProperty(input: {id: %d, name: $t}) { errors { code path } }`, a.note),
		"UpdatePropertyInput.choices":           fmt.Sprintf(`updateProperty(input: {id: %d, choices: ["a", $t]}) { errors { code path } }`, choice),
		"CreateUserInput.login":                 `createUser(input: {login: $t, name: "x", role: AGENT, password: "correct horse battery"}) { errors { code path } }`,
		"CreateUserInput.name":                  `createUser(input: {login: "name", name: $t, role: AGENT, password: "correct horse battery"}) { errors { code path } }`,
		"CreateUserInput.password":              `createUser(input: {login: "password", name: "x", role: AGENT, password: $t}) { errors { code path } }`,
		"UpdateUserInput.name":                  fmt.Sprintf(`updateUser(input: {id: %d, name: $t}) { errors { code path } }`, user),
		"ResetUserPasswordInput.newPassword":    fmt.Sprintf(`resetUserPassword(input: {id: %d, newPassword: $t}) { errors { code path } }`, user),
		"ChangePasswordInput.newPassword":       `changePassword(input: {currentPassword: "pw", newPassword: $t}) { errors { code path } }`,
		"CreateRoleInput.name":                  `createRole(input: {name: $t}) { errors { code path } }`,
		"UpdateRoleInput.name":                  fmt.Sprintf(`updateRole(input: {id: %d, name: $t}) { errors { code path } }`, role.ID),
		"CreateApiKeyInput.name":                `createApiKey(input: {name: $t, role: AGENT}) { errors { code path } }`,
		"CreateStoreInput.name":                 `createStore(input: {name: $t}) { errors { code path } }`,
		"CreateCompanyInput.name":               `createCompany(input: {name: $t}) { errors { code path } }`,
		"CreateSegmentInput.name":               `createSegment(input: {name: $t}) { errors { code path } }`,
		"UpdateStoreInput.name":                 fmt.Sprintf(`updateStore(input: {id: %d, name: $t}) { errors { code path } }`, a.stores[0]),
		"UpdateCompanyInput.name":               fmt.Sprintf(`updateCompany(input: {id: %d, name: $t}) { errors { code path } }`, a.company),
		"UpdateSegmentInput.name":               fmt.Sprintf(`updateSegment(input: {id: %d, name: $t}) { errors { code path } }`, a.segments[0]),
	}
	for typ, fields := range map[string][]string{
		"Store":   {"number", "phone", "address", "zipCode", "city", "email", "jsonString"},
		"Company": {"number", "emailDomains", "logo"},
	} {
		for _, name := range fields {
			id := map[string]int{"Store": a.stores[0], "Company": a.company}[typ]
			bounds["Create"+typ+"Input."+name] = fmt.Sprintf(`create%s(input: {name: "x", %s: $t}) { errors { code path } }`, typ, name)
			bounds["Update"+typ+"Input."+name] = fmt.Sprintf(`update%s(input: {id: %d, %s: $t}) { errors { code path } }`, typ, id, name)
		}
	}
	inputs := textInputs(t)
	for name, in := range inputs {
		if patched, ok := strings.CutPrefix(name, "ContactPatch."); ok && in.max > 0 {
			bounds[name] = fmt.Sprintf(`createContact(input: {registrationSource: "test", set: {%s: $t}}) { errors { code path } }`, patched)
		}
		if in.max > 0 && bounds[name] == "" {
			t.Errorf("%s has @length, but is not tested", name)
		}
	}
	for name, field := range bounds {
		most := inputs[name].max
		if most == 0 {
			t.Errorf("%s is tested, but has no @length", name)
			continue
		}
		filler, last := "1", "😀" // of two units
		if strings.HasPrefix(name, "Update") {
			last = "🙂" // a different name, because the creation has used the other
		}
		switch name {
		case "ExternalIDInput.system":
			last = "11" // a name has no other characters
		case "ContactMatch.email":
			last = "🙂" // ContactPatch.email creates a contact with the other
		case "ContactMatch.phone":
			filler, last = " ", "0701740605" // a number
		}
		document := `mutation($t: String!) { ` + field + ` }`
		if strings.HasPrefix(field, "contacts(") {
			document = `query($t: String!) { ` + field + ` }`
		}
		for _, longer := range []int{1, 0} { // the valid text last, because it is stored
			text := strings.Repeat(filler, most+longer-storable.Length(last)) + last
			if strings.HasSuffix(name, ".apiName") { // an identifier
				text = name[:1] + strings.Repeat("1", most+longer-1)
			}
			credentials := a.admin
			if strings.HasPrefix(name, "ChangePasswordInput.") {
				credentials = own
			}
			codes := f.errorCodes(f.query(credentials, document, object{"t": text}))
			var want []string
			if longer > 0 {
				want = []string{"TOO_LONG"}
				if strings.HasPrefix(field, "contacts(") {
					want = []string{fmt.Sprintf("BAD_USER_INPUT at most %d characters", most)}
				}
			}
			if !slices.Equal(codes, want) {
				t.Errorf("%s of %d units: %v, want %v", name, storable.Length(text), codes, want)
			}
		}
	}
}

// errorCodes returns the codes in the payload of the response, and those of top-level errors with
// the maximum length in their message.
func (f *fixture) errorCodes(got reply) (codes []string) {
	f.t.Helper()
	for _, e := range got.Errors {
		codes = append(codes, fmt.Sprint(e.Extensions["code"], " ", atMost.FindString(e.Message)))
	}
	for _, payload := range got.Data {
		if results, ok := payload.(object)["results"].([]any); ok {
			payload = results[0]
		}
		errs, _ := pick(payload, "errors")["errors"].([]any)
		for _, e := range errs {
			codes = append(codes, e.(object)["code"].(string))
		}
	}
	return codes
}
