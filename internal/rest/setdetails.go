package rest

import "net/http"

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
	_, err = a.details.SetDetails(r.Context(), command)
	return err
}
