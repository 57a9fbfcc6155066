package rest

import (
	"contactgraph/ent"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/rest/binding"
	"contactgraph/internal/revision"
)

// Members of UpdateContactDto that are no fields of the contact.
const (
	memberPassword = "NewPassword"
	memberVersion  = "Version"
)

// members are the documented members that are fields of the contact, in documented order. Lengths are those of the fields.
var members = []struct {
	name  string
	kind  binding.Kind
	field *field.Field
}{
	{"Email", binding.String, field.Email},
	{"PhoneCountryCode", binding.String, field.PhoneCountryCode},
	{"Phone", binding.String, field.Phone},
	{"FirstName", binding.String, field.FirstName},
	{"LastName", binding.String, field.LastName},
	{"LimitMailsPermanently", binding.Bool, field.LimitPermanently},
	{"LimitMailsTemporarilyUntil", binding.NullableDateTimeOffset, field.LimitUntil},
	{"PreferredStoreId", binding.NullableInt32, field.PreferredStore},
	{"ContactCompanyId", binding.NullableInt32, field.Company},
	{"LatestPermissionSource", binding.String, field.PermissionSource},
}

// updateContactDto is the body of a PUT.
var updateContactDto = newUpdateContactDto()

func newUpdateContactDto() binding.Model {
	model := binding.Model{Name: "updateContactDto", Members: []binding.Member{
		{Name: memberPassword, Kind: binding.String, MaxLength: contact.MaxPassword},
		{Name: memberVersion, Kind: binding.Bytes, Required: true},
	}}
	for _, m := range members {
		model.Members = append(model.Members, binding.Member{Name: m.name, Kind: m.kind, MaxLength: m.field.Limit})
	}
	return model
}

// update is the command that a PUT's values stand for. It replaces: a member that is missing is null, and false for
// LimitMailsPermanently. Only a missing or empty NewPassword leaves what there is.
func update(id int, values binding.Values) contact.Update {
	sent, _ := values[memberVersion].([]byte)
	version := revision.FromBytes(sent)
	u := contact.Update{ID: id, Lock: contact.Lock{Expected: &version}, Set: field.Patch{}}
	for _, m := range members {
		v := values[m.name]
		if v == nil && m.kind == binding.Bool {
			v = false
		}
		u.Set[m.field] = v
	}
	if password, _ := values[memberPassword].(string); password != "" {
		u.Password = &contact.PasswordChange{New: &password}
	}
	return u
}

// readContactDto is the body of an answer: all 18 documented members, in documented order.
func readContactDto(c *ent.Contact) []byte {
	var store any
	if c.RegistrationStoreID != nil {
		store = *c.RegistrationStoreID
	}
	dto := object{}.
		add("Id", c.ID).
		add("Secret", c.Secret).
		add("RegistrationDateTime", c.RegisteredAt).
		add("RegistrationSource", c.RegistrationSource).
		add("RegistrationIp", c.RegistrationIP).
		add("LastModified", c.LastModified).
		add(memberVersion, c.Version.String()).
		add("RegistrationStoreId", store)
	for _, m := range members {
		dto = dto.add(m.name, m.field.Get(c))
	}
	return dto.end()
}
