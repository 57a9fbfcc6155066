package webapi

import (
	"net/http"

	"contactgraph/internal/auth"
	"contactgraph/internal/authz"
	"contactgraph/internal/contact"
	"contactgraph/internal/idempotency"
	"contactgraph/internal/rest/aspnet"
	"contactgraph/internal/rest/call"
	"contactgraph/internal/viewer"
)

// costPassword is the cost of hashing a password.
const costPassword = 5_000

// maxClient is the largest length of the address and of the source of a login.
const maxClient = 50

// loginDto describes the body of a login. Source is required as in the legacy API, and only
// checked.
var loginDto = aspnet.Model{Name: "loginDto", Members: []aspnet.Member{
	{Name: "Password", Kind: aspnet.String, Required: true},
	{Name: "Ip", Kind: aspnet.String, Required: true, MaxLength: maxClient},
	{Name: "Source", Kind: aspnet.String, Required: true, MaxLength: maxClient},
}}

// setPasswordDto describes the body of a new password.
var setPasswordDto = aspnet.Model{Name: "setPasswordDto", Members: []aspnet.Member{
	{Name: memberPassword, Kind: aspnet.String, Required: true, MaxLength: contact.MaxPassword, Normalize: passwordMember.Normalize},
}}

// login handles POST /api/v1/Contacts/{id}/Login: it checks the password of a contact, and answers
// with the contact. It opens no session.
func (a *API) login(w http.ResponseWriter, r *http.Request) {
	a.serveStaff(w, r, costPassword, func(w http.ResponseWriter, r *http.Request) error {
		id, values, err := a.bindPlain(w, r, loginDto)
		if err != nil {
			return err
		}
		check := auth.PasswordCheck{Contact: id}
		check.Password, _ = values["Password"].(string)
		check.Client, _ = values["Ip"].(string)
		if err := a.Auth.CheckPassword(r.Context(), check); err != nil {
			return err
		}
		return a.readContact(w, r)
	})
}

// setPassword handles POST /api/v1/Contacts/{id}/SetPassword, whatever the version of the contact
// is. The response is empty.
func (a *API) setPassword(w http.ResponseWriter, r *http.Request) {
	a.serveStaff(w, r, costPassword, func(w http.ResponseWriter, r *http.Request) error {
		id, values, err := a.bindPlain(w, r, setPasswordDto)
		if err != nil {
			return err
		}
		u := contact.Update{ID: id, Lock: contact.Lock{OnConflict: contact.Overwrite}, Password: newPassword(values)}
		err = call.RunIdempotent(w, r, nil, func(key *idempotency.Key) error {
			_, err := a.contacts.WithKey(key).Update(r.Context(), u)
			return err
		})
		if err != nil {
			return bodyError{error: err, dto: setPasswordDto.Name}
		}
		response{status: http.StatusOK}.send(w, r)
		return nil
	})
}

// serveStaff is serve for what customers may not do, not even with their own contact.
func (a *API) serveStaff(w http.ResponseWriter, r *http.Request, cost int, h call.Handler) {
	a.serve(w, r, cost, func(w http.ResponseWriter, r *http.Request) error {
		if _, err := authz.RequireRole(r.Context(), viewer.Agent); err != nil {
			return err
		}
		return h(w, r)
	})
}

// bindPlain reads the id of the URL, and a body that has no account fields.
func (a *API) bindPlain(w http.ResponseWriter, r *http.Request, m aspnet.Model) (id int, values aspnet.Values, err error) {
	id, state := routeID(r)
	values, err = a.bindValues(w, r, m, state)
	return id, values, err
}

// bindValues reads a body that has no account fields. state has what is wrong with the URL.
func (a *API) bindValues(w http.ResponseWriter, r *http.Request, m aspnet.Model, state aspnet.ModelState) (aspnet.Values, error) {
	body, err := call.ReadBody(w, r)
	if err != nil {
		return nil, err
	}
	values, bodyState, err := bindBody(r.Header, m, body)
	if err != nil {
		return nil, err
	}
	if state = append(state, bodyState...); len(state) > 0 {
		return nil, responseError{invalidResponse(state)}
	}
	return values, nil
}
