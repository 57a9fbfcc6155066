package rest

import (
	"net/http"

	"contactgraph/internal/idempotency"
)

// setDetails saves what the form of a contact's details holds: all of it, or nothing.
func (a *API) setDetails(w http.ResponseWriter, r *http.Request, _ *reply) error {
	r, err := a.authenticate(r)
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
	return once(w, r, command, func(key *idempotency.Key) error {
		_, err := a.details.WithKey(key).SetDetails(r.Context(), command)
		return err
	})
}
