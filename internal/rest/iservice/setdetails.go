package iservice

import (
	"net/http"

	"contactgraph/internal/idempotency"
	"contactgraph/internal/rest/call"
)

const costDetails = 150

// setDetails handles the operation setdetails: it saves the properties, logins and segments of a
// contact, all of them or none.
func (a *API) setDetails(w http.ResponseWriter, r *http.Request, _ *response) error {
	r, permit, err := a.Begin(r, costDetails)
	defer permit.Release()
	if err != nil {
		return err
	}
	body, err := call.ReadBody(w, r)
	if err != nil {
		return err
	}
	p, err := parsePayload(body)
	if err != nil {
		return err
	}
	command, err := p.command()
	if err != nil {
		return err
	}
	return call.RunIdempotent(w, r, command, func(key *idempotency.Key) error {
		_, err := a.contacts.WithKey(key).SetDetails(r.Context(), command)
		return err
	})
}
