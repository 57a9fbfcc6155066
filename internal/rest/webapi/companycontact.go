package webapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"contactgraph/internal/authz"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/idempotency"
	"contactgraph/internal/rest/aspnet"
	"contactgraph/internal/rest/call"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// companyContactDto describes the body that adds a contact to a company, or removes it.
var companyContactDto = aspnet.Model{Name: "contactCompanyContactDto", Members: []aspnet.Member{
	{Name: "ContactId", Kind: aspnet.NullableInt32, Required: true},
}}

// addContact handles POST /api/v1/ContactCompanies/{id}/AddContact, whatever the version of the
// contact is. It leaves the company that it was in.
func (a *API) addContact(w http.ResponseWriter, r *http.Request) {
	a.moveContact(w, r, func(_ context.Context, company, id int) (*contact.Update, error) {
		return &contact.Update{ID: id, Lock: contact.Lock{OnConflict: contact.Overwrite}, Set: field.Patch{field.Company: company}}, nil
	})
}

// removeContact handles POST /api/v1/ContactCompanies/{id}/RemoveContact. A contact that is not in
// the company stays as it is.
func (a *API) removeContact(w http.ResponseWriter, r *http.Request) {
	a.moveContact(w, r, func(ctx context.Context, company, id int) (*contact.Update, error) {
		c, err := a.Queries.Get(ctx, id)
		if err != nil || c.CompanyID == nil || *c.CompanyID != company {
			return nil, err
		}
		// A write in between that moves it to another company is a conflict.
		return &contact.Update{ID: id, Lock: contact.Lock{Expected: &c.Version, OnConflict: contact.Merge}, Set: field.Patch{field.Company: nil}}, nil
	})
}

// moveContact runs the command that a request for a contact of a company stands for, nil for none.
// The response is empty.
func (a *API) moveContact(w http.ResponseWriter, r *http.Request, command func(ctx context.Context, company, id int) (*contact.Update, error)) {
	a.serve(w, r, costWrite, func(w http.ResponseWriter, r *http.Request) error {
		v, err := authz.ToWrite(authz.RequireRole(r.Context(), viewer.Agent))
		if err != nil {
			return err
		}
		if !field.CanWrite(v, field.Company.Path) || !field.CanRead(v, field.Company.Path) {
			return errForbidden
		}
		company, values, err := a.bindPlain(w, r, companyContactDto)
		if err != nil {
			return err
		}
		if _, err := a.Catalog.Company(r.Context(), company); err != nil {
			return err
		}
		id, _ := values["ContactId"].(int)
		err = call.RunIdempotent(w, r, values, func(key *idempotency.Key) error {
			u, err := command(r.Context(), company, id)
			if err == nil && u != nil {
				_, err = a.contacts.WithKey(key).Update(r.Context(), *u)
			}
			return err
		})
		if err != nil {
			return moveError(err, id)
		}
		response{status: http.StatusOK}.send(w, r)
		return nil
	})
}

// moveError returns the error of a command on the contact with the id, which the body has named.
func moveError(err error, id int) error {
	errs, _ := errors.AsType[usererror.Errors](err)
	switch {
	case errs.Has(usererror.NotFound):
		return errMissingContact(fmt.Sprintf("Contact with id %d does not exist.", id))
	case errs.Has(usererror.VersionConflict):
		return responseError{messageResponse(http.StatusConflict, "The contact was moved to another company.").with(conflictHeader, "version")}
	}
	return err
}
