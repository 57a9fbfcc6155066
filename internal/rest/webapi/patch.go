package webapi

import (
	"net/http"

	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/rest/aspnet"
)

// patchContactDto describes the body of a PATCH. ProfileLastUpdated is checked and ignored: no
// other shape of the legacy API has it.
var patchContactDto = aspnet.Model{Name: "patchContactDto", Members: append([]aspnet.Member{
	{Name: memberVersion, Kind: aspnet.Bytes, Required: true},
	passwordMember,
	{Name: "ProfileLastUpdated", Kind: aspnet.NullableDateTimeOffset},
}, fieldMembers(aspnet.NullableBool)...)}

// clearedByEmpty are the fields that "" clears in a PATCH, where null leaves them as they are. All
// others are set to what is sent.
var clearedByEmpty = map[*field.Field]bool{field.Email: true, field.PhoneCountryCode: true, field.Phone: true}

// patchContact handles PATCH /api/v1/Contacts/{id}: it sets the members that are given and not
// null.
func (a *API) patchContact(w http.ResponseWriter, r *http.Request) {
	a.serveContact(w, r, costWrite, func(w http.ResponseWriter, r *http.Request) error {
		id, state := routeID(r)
		b, err := a.bind(w, r, patchContactDto, byEmpty, state)
		if err != nil {
			return err
		}
		set := field.Patch{}
		for _, m := range members {
			if v := b.values[m.name]; v != nil {
				set[m.field] = patchedValue(m.field, v)
			}
		}
		return a.update(w, r, b, contact.Update{ID: id, Lock: lockOf(b.values), Set: set, Password: newPassword(b.values)})
	})
}

// patchedValue returns the value to which a PATCH sets a field.
func patchedValue(f *field.Field, sent any) any {
	if sent == "" && clearedByEmpty[f] {
		return nil
	}
	return sent
}
