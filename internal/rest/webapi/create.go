package webapi

import (
	"net/http"
	"time"

	"contactgraph/internal/authz"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/idempotency"
	"contactgraph/internal/rest/aspnet"
	"contactgraph/internal/rest/call"
	"contactgraph/internal/viewer"
)

// createContactDto describes the body of a new contact. Bodies may also have EmailConfirmed and
// PhoneConfirmed, which are ignored like every unknown member.
var createContactDto = aspnet.Model{Name: "createContactDto", Members: append([]aspnet.Member{
	{Name: memberRegisteredAt, Kind: aspnet.NullableDateTimeOffset},
	{Name: memberSource, Kind: aspnet.String, Required: true, MaxLength: contact.MaxRegistrationSource},
	{Name: memberIP, Kind: aspnet.String, MaxLength: contact.MaxRegistrationIP},
	{Name: memberRegistrationStore, Kind: aspnet.NullableInt32},
}, fieldMembers(aspnet.NullableBool)...)}

// postContact handles POST /api/v1/Contacts: it creates a contact.
func (a *API) postContact(w http.ResponseWriter, r *http.Request) { a.serve(w, r, costWrite, a.create) }

func (a *API) create(w http.ResponseWriter, r *http.Request) error {
	v, err := authz.RequireRole(r.Context(), viewer.Agent) // before the body is read
	if err != nil {
		return err
	}
	b, err := a.bind(w, r, createContactDto, byNull, nil)
	if err != nil {
		return err
	}
	var result *contact.Result
	err = call.RunIdempotent(w, r, b.identity(), func(key *idempotency.Key) (err error) {
		result, err = a.contacts.WithKey(key).Create(r.Context(), createCommand(b))
		return err
	})
	if err != nil {
		return bodyError{error: err, dto: b.model, fields: b.fields, creates: true}
	}
	if err := a.Auth.Throttle().Created(r.Context(), v); err != nil {
		a.LogFault(r, err) // the contact exists
	}
	return a.sendContact(w, r, b.fields, result.Contact)
}

// createCommand returns the command for the values of a body.
func createCommand(b boundBody) contact.Create {
	c := contact.Create{Set: field.Patch{}, Details: contact.Details{Custom: b.custom}}
	c.RegisteredAt, _ = b.values[memberRegisteredAt].(time.Time)
	c.RegistrationSource, _ = b.values[memberSource].(string)
	c.RegistrationIP, _ = b.values[memberIP].(string)
	if id, given := b.values[memberRegistrationStore].(int); given {
		c.RegistrationStore = &id
	}
	for _, m := range members {
		if v := b.values[m.name]; v != nil {
			c.Set[m.field] = v
		}
	}
	return c
}
