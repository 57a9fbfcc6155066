package harness

// RouteOperations lists the operations behind each route of the server, by the name of the route.
// The names of the operations are those of the table of permissions; each stands for all operations
// that begin with it. A route has none if it serves nothing that belongs to an account.
var RouteOperations = map[string][]string{
	"graphql":     {"query ", "mutation ", "subscription "},
	"contactsAPI": {"GET /api/", "PUT /api/"},
	"iService":    {"iService "},
	"exports":     {"GET /exports/audit-log", "GET /exports/contacts", "GET /exports/personal-data/"},
	"imports":     {"POST /imports"},
	"import":      {"GET /imports/{id}", "PATCH /imports/{id}", "POST /imports/{id}/plan"},

	"sdl": nil, "console": nil, "playground": nil, "docs": nil, "graphqlDocs": nil, "manual": nil, "asset": nil, "healthz": nil, "readyz": nil, "openapi": nil,
	"oidcStart": nil, "oidcCallback": nil, // sign-ins, which internal/acceptance/sso tests
}
