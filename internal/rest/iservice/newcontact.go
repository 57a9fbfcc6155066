package iservice

import (
	"net/http"
	"strconv"

	"contactgraph/internal/contact"
	"contactgraph/internal/idempotency"
	"contactgraph/internal/rest/call"
)

// registeredBy is the registration source of the contacts that newcontact creates.
const registeredBy = "iService"

// newContact handles the operation newcontact: it creates a contact with what setdetails would set,
// for agents.
func (a *API) newContact(w http.ResponseWriter, r *http.Request, resp *response) error {
	r, permit, err := a.Begin(r, costDetails)
	defer permit.Release()
	if err != nil {
		return err
	}
	var p payload
	if err := readJSON(w, r, &p); err != nil {
		return err
	}
	set, err := p.command()
	if err != nil {
		return err
	}
	command := contact.Create{RegistrationSource: registeredBy, Details: set.Details}
	return call.RunIdempotent(w, r, set.Details, func(key *idempotency.Key) error {
		created, err := a.contacts.WithKey(key).Create(r.Context(), command)
		if err == nil {
			resp.ContactID = new(strconv.Itoa(created.Contact.ID))
		}
		return err
	})
}
