package permissions

import (
	"strings"
	"testing"

	"contactgraph/internal/acceptance/harness"
	"contactgraph/internal/rest"
	"contactgraph/internal/server"
)

// operations lists the operations of the server: the root fields of the schema, from introspection,
// those of the REST APIs, and the downloads.
func operations(t *testing.T, s *harness.Server) []string {
	t.Helper()
	type root struct{ Fields []struct{ Name string } }
	schema := harness.Query[struct{ QueryType, MutationType, SubscriptionType root }](s, harness.Anonymous,
		`{ __schema { queryType { fields { name } } mutationType { fields { name } } subscriptionType { fields { name } } } }`, nil)
	var list []string
	for _, f := range schema.QueryType.Fields {
		list = append(list, "query "+f.Name)
	}
	for _, f := range schema.MutationType.Fields {
		list = append(list, "mutation "+f.Name)
	}
	for _, f := range schema.SubscriptionType.Fields {
		list = append(list, "subscription "+f.Name)
	}
	return append(append(list, rest.Operations()...), "POST /imports", "GET /imports/{id}", "PATCH /imports/{id}", "POST /imports/{id}/plan", "GET /imports/{id}/errors", "GET /exports/audit-log", "GET /exports/contacts", "GET /exports/personal-data/{token}")
}

// TestEveryRouteHasPermissions checks that the table has a permission for each operation of each
// route.
func TestEveryRouteHasPermissions(t *testing.T) {
	t.Parallel()
	for _, r := range server.Routes() {
		operations, declared := harness.RouteOperations[r.Name]
		if !declared {
			t.Errorf("the route %s %s (%s) is not in harness.RouteOperations", r.Method, r.Pattern, r.Name)
		}
		for _, prefix := range operations {
			found := false
			for name := range allRows() {
				found = found || strings.HasPrefix(name, prefix)
			}
			if !found {
				t.Errorf("the table has no permission for %s of the route %s", prefix, r.Name)
			}
		}
	}
}
