package webapi

import (
	"net/http"

	"contactgraph/internal/contact"
	"contactgraph/internal/idempotency"
	"contactgraph/internal/rest/call"
)

// deleteContact handles DELETE /api/v1/Contacts/{id}. The response is empty.
func (a *API) deleteContact(w http.ResponseWriter, r *http.Request) {
	a.serveContact(w, r, costWrite, func(w http.ResponseWriter, r *http.Request) error {
		id, state := routeID(r)
		if len(state) > 0 {
			return responseError{invalidResponse(state)}
		}
		err := call.RunIdempotent(w, r, nil, func(key *idempotency.Key) error {
			_, err := a.contacts.WithKey(key).Delete(r.Context(), contact.Delete{ID: id, Lock: contact.Lock{OnConflict: contact.Overwrite}})
			return err
		})
		if err == nil {
			response{status: http.StatusOK}.send(w, r)
		}
		return err
	})
}

// unblockEmail handles POST /api/v1/Contacts/{id}/UnblockEmail: logins of type Bounced become those
// of type Email. It answers with whether there were any.
func (a *API) unblockEmail(w http.ResponseWriter, r *http.Request) {
	a.serveContact(w, r, costWrite, func(w http.ResponseWriter, r *http.Request) error {
		id, state := routeID(r)
		if len(state) > 0 {
			return responseError{invalidResponse(state)}
		}
		unblocked, err := a.contacts.UnblockEmail(r.Context(), id)
		if err == nil {
			response{status: http.StatusOK, body: appendValue(nil, unblocked)}.send(w, r)
		}
		return err
	})
}
