package server

import (
	"net/http"
	"strings"

	"contactgraph/web"
)

// Route is a path that the server answers. Method "" matches every method that no other route of
// the same pattern has; GET includes HEAD. Patterns are those of http.ServeMux; those of the legacy
// APIs match in any case. Package rest has the routes of the REST APIs.
type Route struct {
	Method  string
	Pattern string
	Name    string
	Shared  bool // pages of the origins that the operator allows may use it
}

// Whether pages of other origins may use a route, if the operator allows them: that is for the
// APIs and their descriptions.
const (
	shared   = true
	unshared = false
)

// The paths of the health endpoints.
const (
	healthzPath = "/healthz"
	readyzPath  = "/readyz"
)

// routes lists every path that the server answers. To add an endpoint, add its row here.
var routes = []route{
	{Route{"", "/graphql", "graphql", shared}, func(s *Server, w http.ResponseWriter, r *http.Request) { s.GraphQL.ServeHTTP(w, r) }},
	{Route{http.MethodGet, "/graphql/schema.graphqls", "sdl", shared}, schemaOnly(func(s *Server, w http.ResponseWriter, r *http.Request) { s.sdl.ServeHTTP(w, r) })},

	console("/{$}"),
	console("/contacts/{page...}"),
	console("/manage/{page...}"),
	console("/sign-in/{page...}"),
	{Route{http.MethodGet, "/auth/oidc/start", "oidcStart", unshared}, sso(SSO.Start)},
	{Route{http.MethodGet, "/auth/oidc/callback", "oidcCallback", unshared}, sso(SSO.Callback)},
	{Route{http.MethodGet, "/playground", "playground", unshared}, page(web.Playground)},
	{Route{http.MethodGet, "/docs", "docs", unshared}, page(web.Docs)},
	{Route{http.MethodGet, "/docs/graphql", "graphqlDocs", unshared}, schemaOnly(page(web.GraphQLAPI))},
	{Route{http.MethodGet, "/docs/{page}", "manual", unshared}, manual},
	{Route{http.MethodGet, "/assets/{file}", "asset", unshared}, func(s *Server, w http.ResponseWriter, r *http.Request) { s.Site.Asset(w, r) }},

	{Route{"", "/api/", "contactsAPI", shared}, rest},
	{Route{"", "/f/", "iService", shared}, rest},
	{Route{http.MethodGet, "/openapi.json", "openapi", shared}, func(s *Server, w http.ResponseWriter, r *http.Request) { s.openAPI.ServeHTTP(w, r) }},
	{Route{"", "/exports/", "exports", unshared}, rest},
	{Route{"", "/imports", "imports", unshared}, rest},
	{Route{"", "/imports/", "import", unshared}, rest},

	{Route{http.MethodGet, healthzPath, "healthz", unshared}, (*Server).healthz},
	{Route{http.MethodGet, readyzPath, "readyz", unshared}, (*Server).readyz},
}

// route is a Route with its handler.
type route struct {
	Route

	handle func(s *Server, w http.ResponseWriter, r *http.Request)
}

// paths returns the paths of the route as patterns of http.ServeMux. A slash at the end of a fixed
// path is ignored: a redirect could turn a POST into a GET.
func (r Route) paths() []string {
	if strings.ContainsAny(r.Pattern, "{") || strings.HasSuffix(r.Pattern, "/") {
		return []string{r.Pattern}
	}
	return []string{r.Pattern, r.Pattern + "/{$}"}
}

// patterns returns the paths with the method.
func (r Route) patterns() []string {
	all := r.paths()
	for i, path := range all {
		all[i] = strings.TrimSpace(r.Method + " " + path)
	}
	return all
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
	return route{Route{http.MethodGet, pattern, "console", unshared}, page(web.Console)}
}

func page(name string) func(*Server, http.ResponseWriter, *http.Request) {
	return func(s *Server, w http.ResponseWriter, _ *http.Request) { s.Site.Page(w, name) }
}

// manual responds with a page of the manual.
func manual(s *Server, w http.ResponseWriter, r *http.Request) {
	name := web.ManualPage(r.PathValue("page"))
	if !s.Site.Has(name) {
		http.NotFound(w, r)
		return
	}
	s.Site.Page(w, name)
}

// schemaOnly returns a handler for what describes the GraphQL schema.
func schemaOnly(handle func(*Server, http.ResponseWriter, *http.Request)) func(*Server, http.ResponseWriter, *http.Request) {
	return func(s *Server, w http.ResponseWriter, r *http.Request) {
		if err := s.AuthorizeSchema(r); err != nil {
			http.Error(w, err.Error(), http.StatusForbidden)
			return
		}
		handle(s, w, r)
	}
}

func rest(s *Server, w http.ResponseWriter, r *http.Request) { s.REST().ServeHTTP(w, r) }

func sso(method func(SSO, http.ResponseWriter, *http.Request)) func(*Server, http.ResponseWriter, *http.Request) {
	return func(s *Server, w http.ResponseWriter, r *http.Request) {
		if s.SSO == nil {
			http.NotFound(w, r)
			return
		}
		method(s.SSO(), w, r)
	}
}
