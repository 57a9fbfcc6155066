package harness

// RouteOperations lists the operations behind each route of the server, by the name of the route.
// The names of the operations are those of the table of permissions; one that ends with a space
// stands for all operations that begin with it. A route has none if it serves nothing that belongs
// to an account.
var RouteOperations = map[string][]string{
	"graphql":    {"query ", "mutation ", "subscription "},
	"getContact": {"GET /api/v1/Contacts/{id}"},
	"putContact": {"PUT /api/v1/Contacts/{id}"},
	"getChanges": {"GET /api/v1/Changes"},

	"exportAuditLog": {"GET /exports/audit-log"},

	"custInfo": {"iService setdetails"},
	"login":    {"iService log"},

	"auditLogMethodNotAllowed": nil, "contactMethodNotAllowed": nil, "changesMethodNotAllowed": nil, "noRoute": nil, "sdl": nil, "console": nil, "playground": nil,
	"docs": nil, "manual": nil, "asset": nil, "healthz": nil, "readyz": nil, "openapi": nil,
	"oidcStart": nil, "oidcCallback": nil, // sign-ins, which internal/acceptance/sso tests
}
