package federation

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"contactgraph/internal/acceptance/harness"

	"github.com/google/go-cmp/cmp"
)

// executed is the result of a query in the gateway, with the requests that it sent to the server.
type executed struct {
	Data   map[string]any
	Errors []any
	Sent   []struct {
		Query     string
		Variables struct{ Representations []any }
	}
}

// TestGatewayReadsContactsOfOrders composes the server and a subgraph of orders with two composers,
// and reads orders with their contacts through a gateway: one request for ten orders.
func TestGatewayReadsContactsOfOrders(t *testing.T) {
	t.Parallel()
	const directory = "testdata"
	if _, err := os.Stat(directory + "/node_modules/@apollo/gateway"); err != nil {
		t.Fatalf("the gateway is not installed: run make tools (%v)", err)
	}
	if _, err := os.ReadDir(directory); err != nil { // so that go test runs the test again if the script changes
		t.Fatal(err)
	}
	s := harness.Demo(t, 20)
	out, err := exec.CommandContext(t.Context(), "node", directory+"/gateway.mjs", s.URL+"/graphql", "demo-agent", "3").Output()
	if err != nil {
		if exit, ok := err.(*exec.ExitError); ok { //nolint:errorlint // Output wraps nothing
			err = fmt.Errorf("%w: %s", err, exit.Stderr)
		}
		t.Fatal(err)
	}
	var got struct{ Orders, Contact executed }
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if got.Orders.Errors != nil || got.Contact.Errors != nil {
		t.Fatalf("%v %v", got.Orders.Errors, got.Contact.Errors)
	}
	var want []any
	for id := 3; id < 13; id++ {
		contact := harness.Query[map[string]any](s, harness.APIKey("demo-agent"), `query($id: ID!) { contact(id: $id) { email company { name } } }`, harness.Variables{"id": id})
		want = append(want, map[string]any{"number": float64(1000 + id), "contact": contact, "recipient": map[string]any{"email": nil}})
	}
	if diff := cmp.Diff(want, got.Orders.Data["orders"]); diff != "" {
		t.Errorf("the orders (-want +got)\n%s", diff)
	}
	if orders := fmt.Sprint(got.Contact.Data["contact"].(map[string]any)["orders"]); orders != "[map[number:1003]]" {
		t.Errorf("the orders of a contact: %s", orders)
	}
	for _, sent := range got.Orders.Sent { // one for each of the two fields
		if !strings.Contains(sent.Query, "_entities") || len(sent.Variables.Representations) != 10 {
			t.Errorf("the gateway sent %+v", sent)
		}
	}
	if n := len(got.Orders.Sent); n != 2 {
		t.Errorf("the gateway sent %d requests, want 2", n)
	}
}
