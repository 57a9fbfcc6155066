package webapi

import (
	"contactgraph/ent"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/password"
	"contactgraph/internal/rest/aspnet"
	"contactgraph/internal/revision"
)

// Members that are not fields of the contact.
const (
	memberPassword          = "NewPassword"
	memberVersion           = "Version"
	memberRegisteredAt      = "RegistrationDateTime"
	memberSource            = "RegistrationSource"
	memberIP                = "RegistrationIp"
	memberRegistrationStore = "RegistrationStoreId"
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

// registrationMembers are the documented members of a contact before those of members.
var registrationMembers = []string{
	"Id", "Secret", memberRegisteredAt, memberSource, memberIP, "LastModified", memberVersion, memberRegistrationStore,
}

// passwordMember is NewPassword of the bodies that can set a password next to other members.
var passwordMember = aspnet.Member{
	Name: memberPassword, Kind: aspnet.String, MaxLength: contact.MaxPassword, Normalize: password.Normalize,
}

// updateContactDto describes the body of a PUT.
var updateContactDto = aspnet.Model{Name: "updateContactDto", Members: append(
	[]aspnet.Member{passwordMember, {Name: memberVersion, Kind: aspnet.Bytes, Required: true}}, fieldMembers(aspnet.Bool)...,
)}

// fieldMembers returns the members that are fields of the contact. boolean is the kind of those
// that are true or false.
func fieldMembers(boolean aspnet.Kind) (all []aspnet.Member) {
	for _, m := range members {
		kind := m.kind
		if kind == aspnet.Bool {
			kind = boolean
		}
		all = append(all, aspnet.Member{Name: m.name, Kind: kind, MaxLength: m.field.Limit})
	}
	return all
}

// updateCommand returns the command for the values of a PUT. A PUT replaces the contact: a missing
// member becomes null, and LimitMailsPermanently false. Only a missing or empty NewPassword leaves
// the password unchanged, and a missing account field its values.
func updateCommand(id int, values aspnet.Values) contact.Update {
	u := contact.Update{ID: id, Lock: lockOf(values), Set: field.Patch{}, Password: newPassword(values)}
	for _, m := range members {
		v := values[m.name]
		if v == nil && m.kind == aspnet.Bool {
			v = false
		}
		u.Set[m.field] = v
	}
	return u
}

// lockOf returns the lock of a body with a Version.
func lockOf(values aspnet.Values) contact.Lock {
	sent, _ := values[memberVersion].([]byte)
	version := revision.FromBytes(sent)
	return contact.Lock{Expected: &version}
}

// newPassword returns the change of the password in a body, nil if there is none.
func newPassword(values aspnet.Values) *contact.PasswordChange {
	if text, _ := values[memberPassword].(string); text != "" {
		return &contact.PasswordChange{New: &text}
	}
	return nil
}

// documentedMembers begins the body of a contact: the 18 documented members, in the documented
// order. The account fields follow.
func documentedMembers(c *ent.Contact) object {
	var store any
	if c.RegistrationStoreID != nil {
		store = *c.RegistrationStoreID
	}
	dto := object{}
	for i, value := range []any{
		c.ID, c.Secret, c.RegisteredAt, c.RegistrationSource, c.RegistrationIP, c.LastModified, c.Version.String(), store,
	} {
		dto = dto.add(registrationMembers[i], value)
	}
	for _, m := range members {
		dto = dto.add(m.name, m.field.Get(c))
	}
	return dto
}
