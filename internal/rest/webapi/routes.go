// Package webapi serves the Contacts API as ASP.NET Web API with Json.NET did, and what is new and
// follows its conventions: the change log, and the export of the audit log. Handlers return errors;
// sendError turns them into responses, and statusByCode has the codes of the domain.
//
// Start reading at routes.go, then contacts.go, dto.go and response.go for a contact, and
// changes.go for the change log.
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
func New(c *call.Calls) *API { return &API{c, c.Via(change.SourceREST)} }

// route is an operation of the Contacts API, or one that follows its conventions.
type route struct {
	method, path string // as documented
	serve        func(*API, http.ResponseWriter, *http.Request)
}

// routes lists the operations. To add one, add its row here. GET includes HEAD.
var routes = []route{
	{http.MethodGet, "/api/v1/Contacts/{id}", (*API).getContact},
	{http.MethodPut, "/api/v1/Contacts/{id}", (*API).putContact},
	{http.MethodGet, "/api/v1/Contacts/{id}/PersonDataFile", (*API).getPersonDataFile},
	{http.MethodGet, "/api/v1/Changes", (*API).getChanges},
	{http.MethodGet, auditLogPath, (*API).exportAuditLog},
	{http.MethodGet, personalDataPath, (*API).getPersonalData},
}

// Operations names every operation. The tests compare it with the OpenAPI document and with the
// table of access rights. Downloads are not among them: they are for people.
func Operations() []string {
	var names []string
	for _, rt := range routes {
		if strings.HasPrefix(rt.path, "/api/") {
			names = append(names, rt.method+" "+rt.path)
		}
	}
	return names
}

// Register registers the operations, and the paths below /api/ that have none.
func (a *API) Register(mux *http.ServeMux) {
	allowed := map[string][]string{} // the methods by path
	for _, rt := range routes {
		path := strings.ToLower(rt.path)
		allowed[path] = append(allowed[path], rt.method)
		handle(mux, rt.method+" ", path, func(w http.ResponseWriter, r *http.Request) { rt.serve(a, w, r) })
	}
	for path, methods := range allowed {
		handle(mux, "", path, func(w http.ResponseWriter, r *http.Request) { a.methodNotAllowed(w, r, methods...) })
	}
	mux.HandleFunc("/api/", a.noRoute)
}

// handle registers a handler for a path with and without a slash at its end.
func handle(mux *http.ServeMux, method, path string, h http.HandlerFunc) {
	mux.HandleFunc(method+path, h)
	mux.HandleFunc(method+path+"/{$}", h)
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

// isLegacyOperation reports whether the legacy API can have an operation of this method and path.
// It has no PUT of all contacts.
func isLegacyOperation(r *http.Request) bool {
	path := strings.Split(strings.TrimPrefix(r.URL.Path, "/api/"), "/")
	switch {
	case len(path) < 2, r.Method == http.MethodPut && len(path) == 2 && path[1] == "contacts":
		return false
	case path[0] == "v1":
		return slices.Contains(resources, path[1])
	case path[0] == "v2":
		return slices.Contains(resources, path[1]) || len(path) > 2 && slices.Contains(resources, path[2])
	}
	return false
}
