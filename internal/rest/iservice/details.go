package iservice

import (
	"bytes"
	"net/http"
	"strings"

	"contactgraph/ent"
	"contactgraph/internal/authz"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/rest/call"
	"contactgraph/internal/viewer"
)

// contactPayload is the body of details and name. Unknown members are ignored.
type contactPayload struct {
	ContactID number `json:"contactID"`
}

// details handles the operation details: it returns all that setdetails can set of a contact.
func (a *API) details(w http.ResponseWriter, r *http.Request, resp *response) error {
	r, permit, err := a.Begin(r, costDetails)
	defer permit.Release()
	if err != nil {
		return err
	}
	var p contactPayload
	if err := readJSON(w, r, &p); err != nil {
		return err
	}
	return a.addDetails(r, int(p.ContactID), resp)
}

// myDetails handles the operation mydetails: it returns the details of the customer who is signed
// in. The body has no members, and may be empty.
func (a *API) myDetails(w http.ResponseWriter, r *http.Request, resp *response) error {
	r, permit, err := a.Begin(r, costDetails)
	defer permit.Release()
	if err != nil {
		return err
	}
	body, err := call.ReadBody(w, r)
	if err == nil && len(bytes.TrimSpace(body)) > 0 {
		err = parseJSON(body, &struct{}{})
	}
	if err != nil {
		return err
	}
	v, err := authz.RequireViewer(r.Context())
	if err != nil {
		return err
	}
	if v.Role != viewer.Customer {
		return errNoContact
	}
	return a.addDetails(r, v.Contact, resp)
}

// addDetails adds the details of a contact to the response.
func (a *API) addDetails(r *http.Request, id int, resp *response) error {
	d, err := a.Queries.Details(r.Context(), id)
	if err != nil {
		return err
	}
	v, err := authz.RequireViewer(r.Context())
	if err != nil {
		return err
	}
	resp.Properties = []propertyGroup{groupOf(v, d)}
	resp.Membership = new(segmentsOf(d.Contact.Edges.Memberships))
	return nil
}

// groupOf returns the only group, that of all properties and of the logins.
func groupOf(v viewer.Viewer, d *query.Details) propertyGroup {
	g := propertyGroup{
		Name: "Global", CanModifyLogins: !v.ReadOnly && field.CanWrite(v, field.PathLogins),
		Logins: loginsOf(d.Contact.Edges.Logins), Properties: []propertyEntry{},
	}
	for _, p := range d.Properties {
		g.Properties = append(g.Properties, propertyOf(v, p, d.Values(p)))
	}
	return g
}

// name handles the operation name: it returns the name by which people know a contact.
func (a *API) name(w http.ResponseWriter, r *http.Request, resp *response) error {
	r, permit, err := a.Begin(r, call.CostRead)
	defer permit.Release()
	if err != nil {
		return err
	}
	var p contactPayload
	if err := readJSON(w, r, &p); err != nil {
		return err
	}
	c, err := a.Queries.WithSets(r.Context(), int(p.ContactID))
	if err == nil {
		resp.Name = new(displayName(c))
	}
	return err
}

// displayName returns the full name of a contact that has its logins as edges, or else an address:
// its email address or a login.
func displayName(c *ent.Contact) string {
	name := fullName(c)
	if name == "" && c.Email != nil {
		name = strings.TrimSpace(*c.Email)
	}
	if logins := loginsOf(c.Edges.Logins); name == "" && len(logins) > 0 {
		name = logins[0].Name
	}
	return name
}

// fullName joins the first and the last name with a space.
func fullName(c *ent.Contact) string {
	var names []string
	for _, name := range []*string{c.FirstName, c.LastName} {
		if name != nil && *name != "" {
			names = append(names, *name)
		}
	}
	return strings.Join(names, " ")
}
