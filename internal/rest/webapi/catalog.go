package webapi

import (
	"context"
	"net/http"
	"strings"

	"contactgraph/internal/authz"
	"contactgraph/internal/catalog"
	"contactgraph/internal/rest/aspnet"
	"contactgraph/internal/rest/call"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// catalogMember is a member of a store or company that clients write.
type catalogMember struct {
	name   string
	column *catalog.Column
}

// catalogModel describes the body that creates or changes a store or company. more are the members
// that are no columns.
func catalogModel(name string, members []catalogMember, more ...aspnet.Member) aspnet.Model {
	m := aspnet.Model{Name: name, Members: more}
	for _, c := range members {
		kind := aspnet.String
		if c.column.Limit == 0 {
			kind = aspnet.NullableInt32
		}
		m.Members = append(m.Members, aspnet.Member{Name: c.name, Kind: kind, MaxLength: c.column.Limit})
	}
	return m
}

// requiring returns the model with a member that must be neither missing nor blank.
func requiring(name string, m aspnet.Model) aspnet.Model {
	for i := range m.Members {
		m.Members[i].Required = m.Members[i].Required || m.Members[i].Name == name
	}
	return m
}

// setOf returns the columns that a body sets. What is null or absent stays unchanged; a blank text
// and the id 0 become null.
func setOf(members []catalogMember, values aspnet.Values) catalog.Patch {
	set := catalog.Patch{}
	for _, m := range members {
		switch v := values[m.name].(type) {
		case string:
			set[m.column] = v
			if strings.TrimSpace(v) == "" {
				set[m.column] = nil
			}
		case int:
			set[m.column] = v
			if v == 0 {
				set[m.column] = nil
			}
		}
	}
	return set
}

// errMissingContact is the response to a body that refers to a contact that does not exist. It is
// not 404: clients would take that for the object of the URL, or for success.
func errMissingContact(message string) error {
	return responseError{messageResponse(http.StatusConflict, message).with(conflictHeader, "contact")}
}

// catalogError returns the error of a write of a store or company whose body had the members.
func catalogError(err error, dto string, members []catalogMember) error {
	if errs, ok := err.(usererror.Errors); ok { //nolint:errorlint // the services wrap none
		for _, e := range errs {
			if e.Code == usererror.NotFound && e.Path == catalog.CompanyPrimaryContact.Path {
				return errMissingContact(e.Message)
			}
		}
	}
	return bodyError{error: err, dto: dto, columns: members}
}

// serveAdmin is serve for what only admins may do.
func (a *API) serveAdmin(w http.ResponseWriter, r *http.Request, cost int, h call.Handler) {
	a.serve(w, r, cost, func(w http.ResponseWriter, r *http.Request) error {
		if _, err := authz.RequireRole(r.Context(), viewer.Admin); err != nil { // before the body is read
			return err
		}
		return h(w, r)
	})
}

// sendObject answers with an object.
func sendObject(w http.ResponseWriter, r *http.Request, body []byte) {
	response{status: http.StatusOK, body: body}.send(w, r)
}

// onePart is a list that is read at once.
func onePart(list [][]byte) elements {
	return func(context.Context) ([][]byte, bool, error) { return list, false, nil }
}

// orNull returns what p points to, nil for nil.
func orNull[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}
