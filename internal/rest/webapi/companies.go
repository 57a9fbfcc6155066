package webapi

import (
	"context"
	"net/http"
	"slices"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/idempotency"
	"contactgraph/internal/rest/aspnet"
	"contactgraph/internal/rest/call"
	"contactgraph/internal/viewer"
)

// companyMembers are the members of a company that clients write.
var companyMembers = []catalogMember{
	{"Name", catalog.CompanyName},
	{"PrimaryContactId", catalog.CompanyPrimaryContact},
	{"ContactCompanyId", catalog.CompanyParent},
	{"EmailDomains", catalog.CompanyEmailDomains},
	{"Logo", catalog.CompanyLogo},
	{"Number", catalog.CompanyNumber},
}

var (
	createCompanyDto = requiring("Name", catalogModel("createContactCompanyDto", companyMembers))
	patchCompanyDto  = catalogModel("patchContactCompanyDto", companyMembers,
		aspnet.Member{Name: "Id", Kind: aspnet.NullableInt32, Required: true})
)

// getCompanies handles GET /api/v1/ContactCompanies: all companies, or with the parameter
// primaryContactEmail those whose primary contact has the address.
func (a *API) getCompanies(w http.ResponseWriter, r *http.Request) {
	a.sendArray(w, r, costPage, func(r *http.Request) (elements, error) {
		companies, err := a.listCompanies(r)
		if err != nil {
			return nil, err
		}
		list, err := a.companyDtos(r.Context(), companies...)
		return onePart(list), err
	})
}

func (a *API) listCompanies(r *http.Request) ([]*ent.Company, error) {
	email, given := parametersIn(r.URL)["primarycontactemail"]
	if !given {
		return a.Catalog.Companies(r.Context())
	}
	primary, err := a.lookUp(r.Context(), entcontact.FieldEmailKey, func(ctx context.Context) (*ent.Contact, error) {
		return a.Queries.ByEmail(ctx, email)
	})
	if err != nil || primary == nil {
		return nil, err
	}
	return a.Catalog.CompaniesOf(r.Context(), primary.ID)
}

// getCompany handles GET /api/v1/ContactCompanies/{id}.
func (a *API) getCompany(w http.ResponseWriter, r *http.Request) {
	a.serveStaff(w, r, call.CostRead, func(w http.ResponseWriter, r *http.Request) error {
		found, err := a.routeCompany(r)
		if err != nil {
			return err
		}
		return a.sendCompany(w, r, found)
	})
}

// routeCompany returns the company of the URL.
func (a *API) routeCompany(r *http.Request) (*ent.Company, error) {
	id, state := routeID(r)
	if len(state) > 0 {
		return nil, responseError{invalidResponse(state)}
	}
	return a.Catalog.Company(r.Context(), id)
}

// getCompanyContacts handles GET /api/v1/ContactCompanies/{id}/Contacts.
func (a *API) getCompanyContacts(w http.ResponseWriter, r *http.Request) {
	a.sendArray(w, r, costContacts, func(r *http.Request) (elements, error) {
		company, err := a.routeCompany(r)
		if err != nil {
			return nil, err
		}
		ids, err := a.Queries.IDsOfCompany(r.Context(), company.ID)
		if err != nil {
			return nil, err
		}
		return a.listContacts(r.Context(), ids)
	})
}

// postCompany handles POST /api/v1/ContactCompanies: it creates a company.
func (a *API) postCompany(w http.ResponseWriter, r *http.Request) {
	a.writeCompany(w, r, createCompanyDto, func(ctx context.Context, s *catalog.Service, values aspnet.Values) (*ent.Company, error) {
		return s.CreateCompany(ctx, catalog.Entry{Set: setOf(companyMembers, values)})
	})
}

// patchCompany handles PATCH /api/v1/ContactCompanies: it sets the members that are given and not
// null of the company whose id is in the body.
func (a *API) patchCompany(w http.ResponseWriter, r *http.Request) {
	a.writeCompany(w, r, patchCompanyDto, func(ctx context.Context, s *catalog.Service, values aspnet.Values) (*ent.Company, error) {
		id, _ := values["Id"].(int)
		return s.ChangeCompany(ctx, catalog.EntryChange{ID: id, Set: setOf(companyMembers, values)})
	})
}

// writeCompany reads a body, calls write with its values, and answers with the company.
func (a *API) writeCompany(w http.ResponseWriter, r *http.Request, m aspnet.Model,
	write func(context.Context, *catalog.Service, aspnet.Values) (*ent.Company, error),
) {
	a.serveAdmin(w, r, costWrite, func(w http.ResponseWriter, r *http.Request) error {
		values, err := a.bindValues(w, r, m, nil)
		if err != nil {
			return err
		}
		var written *ent.Company
		err = call.RunIdempotent(w, r, values, func(key *idempotency.Key) (err error) {
			written, err = write(r.Context(), a.Catalog.WithKey(key), values)
			return err
		})
		if err != nil {
			return catalogError(err, m.Name, companyMembers)
		}
		return a.sendCompany(w, r, written)
	})
}

// sendCompany answers with a company.
func (a *API) sendCompany(w http.ResponseWriter, r *http.Request, c *ent.Company) error {
	bodies, err := a.companyDtos(r.Context(), c)
	if err == nil {
		sendObject(w, r, bodies[0])
	}
	return err
}

// companyDtos returns the bodies of companies.
func (a *API) companyDtos(ctx context.Context, companies ...*ent.Company) ([][]byte, error) {
	hidden, err := a.hiddenPrimaries(ctx, companies)
	bodies := make([][]byte, len(companies))
	for i, c := range companies {
		primary := orNull(c.PrimaryContactID)
		if c.PrimaryContactID != nil && hidden[*c.PrimaryContactID] {
			primary = nil
		}
		bodies[i] = object{}.
			add("Id", c.ID).
			add("Name", c.Name).
			add("PrimaryContactId", primary).
			add("ContactCompanyId", orNull(c.ParentID)).
			add("EmailDomains", orNull(c.EmailDomains)).
			add("Logo", orNull(c.Logo)).
			add("Number", orNull(c.Number)).
			add("LastModified", orNull(c.LastModified)).
			end()
	}
	return bodies, err
}

// hiddenPrimaries returns the primary contacts of companies that the viewer cannot see: those
// outside of the segment to which a key is limited.
func (a *API) hiddenPrimaries(ctx context.Context, companies []*ent.Company) (hidden map[int]bool, err error) {
	if v, _ := viewer.FromContext(ctx); !v.Limited() {
		return nil, nil
	}
	hidden = map[int]bool{}
	var ids []int
	for _, c := range companies {
		if c.PrimaryContactID != nil {
			ids = append(ids, *c.PrimaryContactID)
			hidden[*c.PrimaryContactID] = true
		}
	}
	for part := range slices.Chunk(ids, query.MaxScan) {
		seen, err := a.Queries.ByIDs(ctx, part)
		if err != nil {
			return nil, err
		}
		for _, c := range seen {
			delete(hidden, c.ID)
		}
	}
	return hidden, nil
}
