package webapi

import (
	"contactgraph/ent"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/password"
	"contactgraph/internal/rest/aspnet"
	"contactgraph/internal/revision"
)

// Members of UpdateContactDto that are not fields of the contact.
const (
	memberPassword = "NewPassword"
	memberVersion  = "Version"
)

// members are the documented members that are fields of the contact, in the documented order. Their
// maximum lengths are those of the fields.
var members = []struct {
	name  string
	kind  aspnet.Kind
	field *field.Field
}{
	{"Email", aspnet.String, field.Email},
	{"PhoneCountryCode", aspnet.String, field.PhoneCountryCode},
	{"Phone", aspnet.String, field.Phone},
	{"FirstName", aspnet.String, field.FirstName},
	{"LastName", aspnet.String, field.LastName},
	{"LimitMailsPermanently", aspnet.Bool, field.LimitPermanently},
	{"LimitMailsTemporarilyUntil", aspnet.NullableDateTimeOffset, field.LimitUntil},
	{"PreferredStoreId", aspnet.NullableInt32, field.PreferredStore},
	{"ContactCompanyId", aspnet.NullableInt32, field.Company},
	{"LatestPermissionSource", aspnet.String, field.PermissionSource},
}

// updateContactDto describes the body of a PUT.
var updateContactDto = newUpdateContactDto()

func newUpdateContactDto() aspnet.Model {
	model := aspnet.Model{Name: "updateContactDto", Members: []aspnet.Member{
		{Name: memberPassword, Kind: aspnet.String, MaxLength: contact.MaxPassword, Normalize: password.Normalize},
		{Name: memberVersion, Kind: aspnet.Bytes, Required: true},
	}}
	for _, m := range members {
		model.Members = append(model.Members, aspnet.Member{Name: m.name, Kind: m.kind, MaxLength: m.field.Limit})
	}
	return model
}

// updateCommand returns the command for the values of a PUT. A PUT replaces the contact: a missing
// member becomes null, and LimitMailsPermanently false. Only a missing or empty NewPassword leaves
// the password unchanged.
func updateCommand(id int, values aspnet.Values) contact.Update {
	sent, _ := values[memberVersion].([]byte)
	version := revision.FromBytes(sent)
	u := contact.Update{ID: id, Lock: contact.Lock{Expected: &version}, Set: field.Patch{}}
	for _, m := range members {
		v := values[m.name]
		if v == nil && m.kind == aspnet.Bool {
			v = false
		}
		u.Set[m.field] = v
	}
	if text, _ := values[memberPassword].(string); text != "" {
		u.Password = &contact.PasswordChange{New: &text}
	}
	return u
}

// readContactDto is the body of a response: all 18 documented members, in the documented order.
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
