package webapi

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/internal/authz"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/rest/aspnet"
	"contactgraph/internal/rest/call"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// How queries, the keys of the bulk PATCH and the header X-Conflict name what contacts are found
// by.
const (
	nameEmail  = "email"
	namePhone  = "phone"
	nameSecret = "secret"
	nameField  = "field"
)

// lookups are the parameters by which GET /api/v1/Contacts finds contacts.
var lookups = []string{nameEmail, namePhone, nameSecret, nameField}

// getContacts handles GET /api/v1/Contacts: with a parameter, the contacts that have the value;
// without one, the ids of all. Parameters that it does not have are ignored, as by the framework.
func (a *API) getContacts(w http.ResponseWriter, r *http.Request) {
	q := parametersIn(r.URL)
	given := slices.DeleteFunc(slices.Clone(lookups), func(name string) bool {
		_, ok := q[name]
		return !ok
	})
	switch {
	case len(given) == 0:
		a.sendArray(w, r, costIDs, a.listIDs)
	case len(given) > 1:
		a.serve(w, r, call.CostRead, func(http.ResponseWriter, *http.Request) error {
			message := "Only one of the parameters email, phone, secret and field can be given."
			return responseError{messageResponse(http.StatusBadRequest, message)}
		})
	case given[0] == nameField:
		a.sendArray(w, r, costContacts, func(r *http.Request) (elements, error) { return a.findByField(r, q[nameField], q["value"]) })
	case given[0] == nameSecret:
		a.serve(w, r, call.CostRead, func(w http.ResponseWriter, r *http.Request) error {
			return a.findBySecret(w, r, q[nameSecret], q["ip"])
		})
	default:
		a.serve(w, r, call.CostRead, func(w http.ResponseWriter, r *http.Request) error { return a.findByKey(w, r, given[0], q[given[0]]) })
	}
}

// findByKey answers with the contact that has an email address or phone number.
func (a *API) findByKey(w http.ResponseWriter, r *http.Request, name, value string) error {
	column := entcontact.FieldEmailKey
	find := func(ctx context.Context) (*ent.Contact, error) { return a.Queries.ByEmail(ctx, value) }
	if name == namePhone {
		column = entcontact.FieldPhoneKey
		find = func(ctx context.Context) (*ent.Contact, error) { return a.Queries.ByPhone(ctx, "", withPlus(value)) }
	}
	c, err := a.lookUp(r.Context(), column, find)
	if err != nil {
		return err
	}
	return a.sendFound(w, r, c)
}

// lookUp returns the contact that find finds by a key column, nil if there is none. A caller whose
// look-ups find nothing has to wait after some: it may be trying addresses.
func (a *API) lookUp(ctx context.Context, column string, find func(context.Context) (*ent.Contact, error)) (*ent.Contact, error) {
	v, err := authz.RequireRole(ctx, viewer.Agent)
	if err == nil && !field.CanReadKey(v, column) {
		err = errForbidden // finding nothing would mean that no contact has the value
	}
	if err == nil {
		err = a.Auth.Throttle().BeginLookup(ctx, v)
	}
	if err != nil {
		return nil, err
	}
	c, err := find(ctx)
	if err == nil && c == nil {
		err = a.Auth.Throttle().Missed(ctx, v)
	}
	return c, err
}

// withPlus returns a phone number whose plus sign was not escaped in a URL, and so became a blank,
// with it.
func withPlus(phone string) string {
	if digits, ok := strings.CutPrefix(phone, " "); ok {
		return "+" + digits
	}
	return phone
}

// findBySecret answers with the contact that has the secret, for a client at an address. Those who
// guess have to wait.
func (a *API) findBySecret(w http.ResponseWriter, r *http.Request, secret, ip string) error {
	v, err := authz.RequireRole(r.Context(), viewer.Agent)
	if err == nil && !field.CanRead(v, field.PathSecret) {
		err = errForbidden
	}
	if err != nil {
		return err
	}
	undo, err := a.Auth.Throttle().BeginSecret(r.Context(), v, strings.TrimSpace(ip))
	if err != nil {
		return err
	}
	c, err := a.Queries.BySecret(r.Context(), secret)
	if err != nil || c != nil {
		if undone := undo(r.Context()); err == nil {
			err = undone
		}
	}
	if err != nil {
		return err
	}
	return a.sendFound(w, r, c)
}

// sendFound answers with a contact that was looked up, nil if there is none.
func (a *API) sendFound(w http.ResponseWriter, r *http.Request, c *ent.Contact) error {
	if c == nil {
		return usererror.Errors{{Code: usererror.NotFound}}
	}
	fs, err := a.accountFields(r.Context())
	if err != nil {
		return err
	}
	return a.sendContact(w, r, fs, c)
}

// findByField opens the list of the contacts of which an account field has the value.
func (a *API) findByField(r *http.Request, name, value string) (elements, error) {
	v, err := authz.RequireRole(r.Context(), viewer.Agent)
	if err != nil {
		return nil, err
	}
	fs, err := a.accountFields(r.Context())
	if err != nil {
		return nil, err
	}
	p := fs.named(name)
	if p == nil {
		message := "There is no account field with this name."
		return nil, responseError{invalidResponse(aspnet.ModelState{{Key: "field", Messages: []string{message}}})}
	}
	if err := a.Auth.Throttle().BeginLookup(r.Context(), v); err != nil {
		return nil, err
	}
	ids, err := a.withValue(r.Context(), p, value)
	if err == nil && len(ids) == 0 {
		err = a.Auth.Throttle().Missed(r.Context(), v)
	}
	if err != nil {
		return nil, err
	}
	return a.listContacts(r.Context(), ids)
}
