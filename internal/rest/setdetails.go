package rest

import (
	"net/http"

	"contactgraph/internal/idempotency"
)

// setDetails handles the operation setdetails: it saves the properties, logins and segments of a
// contact, all of them or none.
func (a *API) setDetails(w http.ResponseWriter, r *http.Request, _ *iserviceResponse) error {
	r, permit, err := a.begin(r, costDetails)
	defer permit.Release()
	if err != nil {
		return err
	}
	body, err := readBody(w, r)
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
	return runIdempotent(w, r, command, func(key *idempotency.Key) error {
		_, err := a.details.WithKey(key).SetDetails(r.Context(), command)
		return err
	})
}
