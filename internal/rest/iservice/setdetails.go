package iservice

import (
	"net/http"

	"contactgraph/internal/idempotency"
	"contactgraph/internal/rest/call"
	"contactgraph/internal/viewer"
)

const costDetails = 150

// setDetails handles the operation setdetails: it saves the properties, logins and segments of a
// contact, all of them or none. Clients send all that details has returned, so values that have not
// changed are accepted, and if nothing has, there is no new version.
func (a *API) setDetails(w http.ResponseWriter, r *http.Request, _ *response) error {
	r, permit, err := a.Begin(r, costDetails)
	defer permit.Release()
	if err != nil {
		return err
	}
	var p payload
	if err := readJSON(w, r, &p); err != nil {
		return err
	}
	command, err := p.command()
	if err != nil {
		return err
	}
	if v, ok := viewer.FromContext(r.Context()); ok && v.Role == viewer.Customer && v.Contact != command.ID {
		return errForeign // in the words of the documentation
	}
	return call.RunIdempotent(w, r, command, func(key *idempotency.Key) error {
		_, err := a.contacts.WithKey(key).SetDetails(r.Context(), command)
		return err
	})
}
