package server

import (
	"net/http"

	"contactgraph/web"
)

// Route is a path that the server answers. Method "" matches every method that no other route of
// the same pattern has; GET includes HEAD. Patterns are those of http.ServeMux; the patterns of the
// legacy APIs match in any case.
type Route struct {
	Method  string
	Pattern string
	Name    string
}

// The paths of the REST API that several routes share.
const (
	contacts = "/api/v1/contacts/{id}"
	changes  = "/api/v1/changes"
	auditLog = "/exports/audit-log"
)

// The paths of the health endpoints.
const (
	healthzPath = "/healthz"
	readyzPath  = "/readyz"
)

// routes lists every path that the server answers. To add an endpoint, add its row here.
var routes = []route{
	{Route{"", "/graphql", "graphql"}, func(s *Server, w http.ResponseWriter, r *http.Request) { s.GraphQL.ServeHTTP(w, r) }},
	{Route{http.MethodGet, "/graphql/schema.graphqls", "sdl"}, (*Server).schema},

	console("/{$}"),
	console("/contacts/{page...}"),
	console("/manage/{page...}"),
	console("/sign-in/{page...}"),
	{Route{http.MethodGet, "/auth/oidc/start", "oidcStart"}, sso(SSO.Start)},
	{Route{http.MethodGet, "/auth/oidc/callback", "oidcCallback"}, sso(SSO.Callback)},
	{Route{http.MethodGet, "/playground", "playground"}, page(web.Playground)},
	{Route{http.MethodGet, "/docs", "docs"}, page(web.Docs)},
	{Route{http.MethodGet, "/docs/graphql", "manual"}, page(web.Manual)},
	{Route{http.MethodGet, "/assets/{file}", "asset"}, func(s *Server, w http.ResponseWriter, r *http.Request) { s.Site.Asset(w, r) }},

	{Route{http.MethodGet, contacts, "getContact"}, rest(REST.GetContact)},
	{Route{http.MethodPut, contacts, "putContact"}, rest(REST.PutContact)},
	{Route{"", contacts, "contactMethodNotAllowed"}, notAllowed(http.MethodGet, http.MethodPut)},
	{Route{http.MethodGet, changes, "getChanges"}, rest(REST.GetChanges)},
	{Route{"", changes, "changesMethodNotAllowed"}, notAllowed(http.MethodGet)},
	{Route{"", "/api/", "noRoute"}, rest(REST.NoRoute)},
	{Route{http.MethodGet, "/openapi.json", "openapi"}, rest(REST.OpenAPI)},

	{Route{http.MethodHead, auditLog, "auditLogMethodNotAllowed"}, notAllowed(http.MethodGet)}, // it would record an export
	{Route{http.MethodGet, auditLog, "exportAuditLog"}, rest(REST.ExportAuditLog)},

	{Route{"", "/f/webapp-api-custinfo", "custInfo"}, rest(REST.CustInfo)},
	{Route{"", "/webapp-api-custinfo", "custInfo"}, rest(REST.CustInfo)},
	{Route{"", "/f/webapp-api-login", "login"}, rest(REST.Login)},
	{Route{"", "/webapp-api-login", "login"}, rest(REST.Login)},

	{Route{http.MethodGet, healthzPath, "healthz"}, (*Server).healthz},
	{Route{http.MethodGet, readyzPath, "readyz"}, (*Server).readyz},
}

// route is a Route with its handler.
type route struct {
	Route

	handle func(s *Server, w http.ResponseWriter, r *http.Request)
}

// pattern returns the route as a pattern of http.ServeMux.
func (r Route) pattern() string {
	if r.Method == "" {
		return r.Pattern
	}
	return r.Method + " " + r.Pattern
}

// Routes returns all routes, in the order of the table.
func Routes() []Route {
	all := make([]Route, len(routes))
	for i, r := range routes {
		all[i] = r.Route
	}
	return all
}

// console returns a route of the console, which shows different pages on different paths.
func console(pattern string) route {
	return route{Route{http.MethodGet, pattern, "console"}, page(web.Console)}
}

func page(name string) func(*Server, http.ResponseWriter, *http.Request) {
	return func(s *Server, w http.ResponseWriter, _ *http.Request) { s.Site.Page(w, name) }
}

func rest(method func(REST, http.ResponseWriter, *http.Request)) func(*Server, http.ResponseWriter, *http.Request) {
	return func(s *Server, w http.ResponseWriter, r *http.Request) { method(s.REST(), w, r) }
}

func sso(method func(SSO, http.ResponseWriter, *http.Request)) func(*Server, http.ResponseWriter, *http.Request) {
	return func(s *Server, w http.ResponseWriter, r *http.Request) {
		if s.SSO == nil {
			http.NotFound(w, r)
			return
		}
		method(s.SSO(), w, r)
	}
}

func notAllowed(allow ...string) func(*Server, http.ResponseWriter, *http.Request) {
	return func(s *Server, w http.ResponseWriter, r *http.Request) { s.REST().MethodNotAllowed(allow...)(w, r) }
}
