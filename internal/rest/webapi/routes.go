// Package webapi serves the Contacts API as ASP.NET Web API with Json.NET did, and what is new and
// follows its conventions: the change log, and exports. Handlers return errors;
// sendError turns them into responses, and statusByCode has the codes of the domain.
//
// Start reading at routes.go, then contacts.go, dto.go and response.go for a contact.
// accountfields.go has the members that differ between accounts; find.go and lists.go read
// contacts, create.go, patch.go, bulk.go and password.go write them. catalog.go has what stores.go
// and companies.go share; segments.go lists the contacts of segments. changes.go has the change
// log.
package webapi

import (
	"net/http"
	"slices"
	"strings"

	"contactgraph/ent/change"
	"contactgraph/internal/contact"
	"contactgraph/internal/rest/call"
)

// API answers the calls of the Contacts API.
type API struct {
	*call.Calls

	contacts *contact.Service // logs writes as made through this API
}

// New returns the handlers on top of c.
func New(c *call.Calls) *API {
	a := &API{Calls: c}
	if service := c.Via(change.SourceREST); service != nil {
		a.contacts = service.AcceptingUnchanged()
	}
	return a
}

// handler serves an operation.
type handler func(*API, http.ResponseWriter, *http.Request)

// route is a path with its operations: those of the Contacts API, or some that follow its
// conventions.
type route struct {
	path    string // as documented
	methods []method
}

// method is an operation of a path. GET includes HEAD.
type method struct {
	name  string
	serve handler
}

// routes lists the operations. To add one, add its row here.
var routes = []route{
	{"/api/v1/Contacts", []method{{http.MethodGet, (*API).getContacts}, {http.MethodPost, (*API).postContact}, {http.MethodPatch, (*API).patchContacts}}},
	{"/api/v1/Contacts/GetContactsBaseInfo", []method{{http.MethodGet, (*API).getBaseInfo}}},
	{"/api/v1/Contacts/Registration", []method{{http.MethodGet, (*API).getRegistration}}},
	{"/api/v1/Contacts/DynamicFields", []method{{http.MethodGet, (*API).getContactFields}}},
	{"/api/v1/Contacts/PatchFields", []method{{http.MethodGet, (*API).getPatchFields}}},
	{"/api/v1/Contacts/{id}", []method{
		{http.MethodGet, (*API).getContact}, {http.MethodPut, (*API).putContact},
		{http.MethodPatch, (*API).patchContact}, {http.MethodDelete, (*API).deleteContact},
	}},
	{"/api/v1/Contacts/{id}/Login", []method{{http.MethodPost, (*API).login}}},
	{"/api/v1/Contacts/{id}/SetPassword", []method{{http.MethodPost, (*API).setPassword}}},
	{"/api/v1/Contacts/{id}/UnblockEmail", []method{{http.MethodPost, (*API).unblockEmail}}},
	{"/api/v1/Contacts/{id}/PersonDataFile", []method{{http.MethodGet, (*API).getPersonDataFile}}},
	{"/api/v1/DynamicFields", []method{{http.MethodGet, (*API).getDynamicFields}}},
	{"/api/v1/Stores", []method{{http.MethodGet, (*API).getStores}, {http.MethodPost, (*API).postStore}}},
	{"/api/v1/Stores/{id}", []method{{http.MethodGet, (*API).getStore}}},
	{"/api/v1/ContactCompanies", []method{
		{http.MethodGet, (*API).getCompanies}, {http.MethodPost, (*API).postCompany}, {http.MethodPatch, (*API).patchCompany},
	}},
	{"/api/v1/ContactCompanies/{id}", []method{{http.MethodGet, (*API).getCompany}}},
	{"/api/v1/ContactCompanies/{id}/Contacts", []method{{http.MethodGet, (*API).getCompanyContacts}}},
	{"/api/v1/ContactCompanies/{id}/AddContact", []method{{http.MethodPost, (*API).addContact}}},
	{"/api/v1/ContactCompanies/{id}/RemoveContact", []method{{http.MethodPost, (*API).removeContact}}},
	{"/api/v1/Segments/GetContactCount", []method{{http.MethodPost, (*API).countContacts}}},
	{"/api/v1/Segments/{id}/GetContactIds", []method{{http.MethodGet, (*API).getSegmentIDs}}},
	{"/api/v1/Segments/{id}/GetContactsBaseInfo", []method{{http.MethodGet, (*API).getSegmentBaseInfo}}},
	{"/api/v1/Changes", []method{{http.MethodGet, (*API).getChanges}}},
	{auditLogPath, []method{{http.MethodGet, (*API).exportAuditLog}}},
	{contactExportPath, []method{{http.MethodGet, (*API).exportContacts}}},
	{personalDataPath, []method{{http.MethodGet, (*API).getPersonalData}}},
	{importsPath, []method{{http.MethodPost, (*API).postImport}}},
	{importPath, []method{{http.MethodGet, (*API).getImport}, {http.MethodPatch, (*API).patchImport}}},
	{importPlanPath, []method{{http.MethodPost, (*API).planImport}}},
	{importErrorsPath, []method{{http.MethodGet, (*API).getImportErrors}}},
}

// Operations names every operation. The tests compare it with the OpenAPI document and with the
// table of access rights. Downloads are not among them: they are for people.
func Operations() []string {
	var names []string
	for _, rt := range routes {
		for _, m := range rt.methods {
			if strings.HasPrefix(rt.path, "/api/") {
				names = append(names, m.name+" "+rt.path)
			}
		}
	}
	return names
}

// Register registers the operations, and the paths below /api/ that have none.
func (a *API) Register(mux *http.ServeMux) {
	for _, rt := range routes {
		serve := func(w http.ResponseWriter, r *http.Request) { a.serveRoute(rt, w, r) }
		path := strings.ToLower(rt.path)
		mux.HandleFunc(path, serve)
		mux.HandleFunc(path+"/{$}", serve)
	}
	mux.HandleFunc("/api/", a.noRoute)
}

// serveRoute serves the operation of a path that the method selects.
func (a *API) serveRoute(rt route, w http.ResponseWriter, r *http.Request) {
	name := r.Method
	if name == http.MethodHead {
		name = http.MethodGet
	}
	i := slices.IndexFunc(rt.methods, func(m method) bool { return m.name == name })
	switch {
	case i >= 0:
		r.Pattern = name + " " + r.Pattern // for the log
		rt.methods[i].serve(a, w, r)
	case isUnknownOperation(r):
		a.noRoute(w, r)
	default:
		var allowed []string
		for _, m := range rt.methods {
			allowed = append(allowed, m.name)
		}
		a.methodNotAllowed(w, r, allowed...)
	}
}

// methodNotAllowed answers a known path with a method that is not among the allowed ones. It
// requires no credentials: the framework selects the action before it authenticates.
func (a *API) methodNotAllowed(w http.ResponseWriter, r *http.Request, allowed ...string) {
	text := "The requested resource does not support http method '" + r.Method + "'."
	messageResponse(http.StatusMethodNotAllowed, text).with("Allow", strings.Join(allowed, ", ")).send(w, r)
}

// resources are those of the legacy API: the first segment of a path behind the version or, in
// version 2, behind the account.
var resources = []string{
	"contactcompanies", "contactevents", "contacts", "data", "dynamicfields", "feedsyncs", "media", "messages", "newsletters", "orders", "points",
	"pointsums", "pushtokens", "segments", "stores", "tables", "vouchers",
}

// noRoute answers a path below /api/ that no route has. Clients of the legacy API take 404 for "no
// such contact", or even for success. So what that API has and this server does not is answered
// with 501; 404 is left for what no version of it has.
func (a *API) noRoute(w http.ResponseWriter, r *http.Request) {
	if isLegacyOperation(r) {
		messageResponse(http.StatusNotImplemented, r.Method+" "+r.URL.Path+" is not supported.").send(w, r)
		return
	}
	uri := r.RequestURI
	if strings.HasPrefix(uri, "/") { // otherwise a proxy has sent the absolute form
		uri = a.origin(r) + uri
	}
	messageResponse(http.StatusNotFound, "No HTTP resource was found that matches the request URI '"+uri+"'.").send(w, r)
}

// origin returns the origin of the server as the client sees it.
func (a *API) origin(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil || a.HTTPS {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}

// isUnknownOperation reports whether the request is the one operation that the legacy API does not
// know by its path, although it has others of this path: the PUT of all contacts.
func isUnknownOperation(r *http.Request) bool {
	path := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	return r.Method == http.MethodPut && len(path) == 3 && path[2] == "contacts"
}

// isLegacyOperation reports whether the legacy API can have an operation of this method and path.
func isLegacyOperation(r *http.Request) bool {
	path := strings.Split(strings.TrimPrefix(r.URL.Path, "/api/"), "/")
	switch {
	case len(path) < 2, isUnknownOperation(r):
		return false
	case path[0] == "v1":
		return slices.Contains(resources, path[1])
	case path[0] == "v2":
		return slices.Contains(resources, path[1]) || len(path) > 2 && slices.Contains(resources, path[2])
	}
	return false
}
