package graph_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"contactgraph/graph"
	"contactgraph/graph/gate"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/limiter"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
)

// TestCostLimits: what each role may spend, over every transport.
func TestCostLimits(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, customer := f.customer(f.demo, "anna")
	const history = `{viewer{contact{changes(first:100){nodes{contact{changes(first:20){nodes{at}}}}}}}}`
	for _, tt := range []struct {
		name, token, document, code string
	}{
		{"an anonymous query", "", `{viewer{role}}`, ""},
		{"a large anonymous query", "", `{__schema{` + repeatAliased(30, `types{fields{name type{name fields{name}}}}`) + `}}`, "COST_LIMIT"},
		{"one sign-in", "", `mutation{signIn(input: {account:"none",login:"a",password:"b"}){token}}`, ""},
		{"two sign-ins", f.demo.agent, `mutation{` + repeatAliased(2, `signIn(input: {account:"none",login:"a",password:"b"}){token}`) + `}`, "COST_LIMIT"},
		{"a history of the customer", customer, `{viewer{contact{changes(first:100){nodes{at}}}}}`, ""},
		{"a history of a history", customer, strings.Replace(history, "20", "100", 1), "COST_LIMIT"},
		{"the same by staff", f.demo.agent, history, ""},
		{"51 equal fields", f.demo.agent, `{` + strings.Repeat(`__typename `, 51) + `}`, "COST_LIMIT"},
		{"six operations", f.demo.agent, strings.Repeat(`query {__typename} `, 6), "COST_LIMIT"},
	} {
		replies := map[string]reply{"POST": f.query(tt.token, tt.document, nil)}
		for _, transport := range streamTransports {
			replies[transport.name] = transport.open(f, tt.token, tt.document, nil).last()
		}
		for transport, got := range replies {
			if code := strings.Join(got.codes(), ","); code != tt.code {
				t.Errorf("%s by %s: %q, want %q", tt.name, transport, code, tt.code)
			}
		}
		if got := replies["POST"].Extensions["cost"]; got == nil {
			t.Errorf("%s: no cost is reported", tt.name)
		}
	}
	if cost, ok := f.query(customer, `{viewer{role}}`, nil).Extensions["cost"].(object); !ok || cost["weight"] != 31.0 || cost["limit"] != 10000.0 || cost["remaining"] == nil {
		t.Errorf("the cost reported to a customer is %v", cost)
	}
	if got := f.query(f.demo.agent, `{viewer{role}}`, nil).Extensions["cost"]; !cmp.Equal(got, any(object{"weight": 31.0, "limit": 50000.0})) {
		t.Errorf("the cost reported to staff is %v", got)
	}
}

// repeatAliased returns a field n times, each with an alias.
func repeatAliased(n int, field string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "a%d:%s ", i, field)
	}
	return b.String()
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	limits := limiter.DefaultLimits()
	limits[limiter.Staff] = limiter.Limits{Cost: 100, Rate: 100, Burst: 200}
	f.handler = graph.NewHandler(graph.Config{
		Services: f.Services, Client: f.db.Client(),
		Limiter: limiter.New(limiter.Config{Limits: limits, Cores: 1}, func() time.Time { return time.Time{} }),
	})
	const document = `{a:viewer{role} b:viewer{role} c:viewer{role} d:viewer{role}}` // costs 94
	for i, want := range []float64{105, 10} {
		got := f.query(f.demo.agent, document, nil)
		if cost := got.Extensions["cost"].(object); len(got.Errors) > 0 || cost["remaining"] != want {
			t.Fatalf("request %d: %v, %v", i, got.Errors, cost)
		}
	}
	got := f.query(f.demo.agent, document, nil)
	if got.status != 429 || got.header.Get("Retry-After") != "1" || strings.Join(got.codes(), ",") != "RATE_LIMITED" || got.Data != nil {
		t.Errorf("the third request: %d, %v, %v", got.status, got.header, got.Errors)
	}
	if got := f.query(f.demo.admin, document, nil); got.status != 200 {
		t.Errorf("another key: %v", got.Errors)
	}
}

// TestRejectedDocumentsCost: a caller cannot send documents that are rejected as often as it likes.
func TestRejectedDocumentsCost(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	limits := limiter.DefaultLimits()
	limits[limiter.Staff] = limiter.Limits{Cost: 100, Rate: 100, Burst: 1100}
	f.handler = graph.NewHandler(graph.Config{
		Services: f.Services, Client: f.db.Client(),
		Limiter: limiter.New(limiter.Config{Limits: limits, Cores: 1}, func() time.Time { return time.Time{} }),
	})
	for i, want := range []string{"COST_LIMIT", "COST_LIMIT", "RATE_LIMITED"} {
		if got := f.query(f.demo.agent, `{contacts(first:100){nodes{id}}}`, nil); strings.Join(got.codes(), ",") != want {
			t.Errorf("request %d: %v, want %s", i, got.codes(), want)
		}
	}
}

// TestResponseSize: the values that fields return have a limit in all.
func TestResponseSize(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c, customer := f.customer(f.demo, "anna")
	values := make([]field.Value, 100)
	for i := range values {
		values[i].Value = strings.Repeat("x", 4000)
	}
	overwrite, details := contact.Lock{OnConflict: contact.Overwrite}, contact.Details{Properties: []contact.PropertyPatch{{Property: f.demo.note, Values: values}}}
	must(f.Contacts.SetDetails(f.demo.ctx, contact.SetDetails{ID: c.ID, Lock: overwrite, Details: details}))
	for _, field := range []string{`properties{values{value}}`, `custom`, `changes(first:1){nodes{fields{new}}}`} {
		for n, want := range map[int]string{5: "", 15: "COST_LIMIT"} { // 0.4 MB each; customers may read 4 MiB
			got := f.query(customer, `{viewer{contact{`+repeatAliased(n, field)+`}}}`, nil)
			if code := strings.Join(got.codes(), ","); code != want || (got.Data == nil) != (want != "") {
				t.Errorf("%s %d times: %q, want %q", field, n, code, want)
			}
		}
	}
	if got := f.query(f.demo.agent, `query($id:ID!){contact(id:$id){`+repeatAliased(15, `properties{values{value}}`)+`}}`, object{"id": c.ID}); len(got.Errors) > 0 {
		t.Errorf("by staff: %v", got.codes())
	}
	cleared := f.query(customer, `mutation($id:ID!,$p:ID!){setContactDetails(input:{id:$id,onConflict:OVERWRITE,properties:[{propertyId:$p,values:[]}]}){change{`+
		repeatAliased(15, `fields{old}`)+`}}}`, object{"id": c.ID, "p": f.demo.note})
	if code := strings.Join(cleared.codes(), ","); code != "COST_LIMIT" {
		t.Errorf("the old values of a write: %q", code)
	}
	must(f.Contacts.SetDetails(f.demo.ctx, contact.SetDetails{ID: c.ID, Lock: overwrite, Details: details}))
	// A mutation takes effect even if its response is too large, and the error says so.
	got := f.query(customer, `mutation($id:ID!){updateContact(input:{id:$id,onConflict:OVERWRITE,set:{firstName:"Eva"}}){contact{`+
		repeatAliased(15, `properties{values{value}}`)+`}}}`, object{"id": c.ID})
	if len(got.Errors) != 1 || !strings.Contains(got.Errors[0].Message, "may have taken effect") {
		t.Errorf("a mutation: %v", got.Errors)
	}
	if name := f.get(f.demo.agent, `query($id:ID!){contact(id:$id){firstName}}`, object{"id": c.ID}, "contact", "firstName"); name != "Eva" {
		t.Errorf("the first name is %v", name)
	}
}

// TestValidationErrors: a response shows at most 100 of them, and no long name.
func TestValidationErrors(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	unknown := repeatAliased(300, strings.Repeat("x", 100))
	conflicts := "{" + strings.Repeat("x:__typename x:viewer{role} ", 25) + "}"
	for name, document := range map[string]string{"unknown fields": "{" + unknown + "}", "conflicts": conflicts} {
		got := f.query("", document, nil)
		if len(got.Errors) != 101 || got.Errors[0].Extensions["code"] != "GRAPHQL_VALIDATION_FAILED" {
			t.Errorf("%s: %d errors", name, len(got.Errors))
		}
		if last := got.Errors[len(got.Errors)-1].Message; !strings.Contains(last, "more errors") {
			t.Errorf("%s: the last is %q", name, last)
		}
	}
	if got := f.query("", "{"+strings.Repeat("x", 60_000)+"}", nil); len(got.Errors) != 1 || len(got.Errors[0].Message) > 600 {
		t.Errorf("a long name: %d errors, %d bytes", len(got.Errors), len(got.Errors[0].Message))
	}
}

// TestDocumentsAreBoundedInBytes: small documents stay in the cache, large ones replace each other.
func TestDocumentsAreBoundedInBytes(t *testing.T) {
	t.Parallel()
	count := func(documents, size int) (n int) {
		cache := gate.NewDocuments()
		query := func(i int) string { return strings.Repeat("#", size) + strconv.Itoa(i) }
		for i := range documents {
			cache.Add(t.Context(), query(i), &ast.QueryDocument{})
		}
		for i := range documents {
			if _, ok := cache.Get(t.Context(), query(i)); ok {
				n++
			}
		}
		return n
	}
	if small, large := count(5000, 20), count(300, 60_000); small != 5000 || large < 100 || large > 200 {
		t.Errorf("%d small and %d large documents are cached", small, large)
	}
}

// TestRejectedCredentialsComeFirst: a caller whose credentials are not accepted learns that, and
// not what anonymous callers may spend.
func TestRejectedCredentialsComeFirst(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const document = `{contacts(first:100){nodes{id email firstName lastName logins{name type} properties{values{value}}}}}`
	if got := f.query("unknown", document, nil); strings.Join(got.codes(), ",") != "UNAUTHENTICATED" {
		t.Errorf("unknown credentials: %v", got.codes())
	}
	if err := f.db.Close(); err != nil {
		t.Fatal(err)
	}
	if got := f.query(f.demo.agent, document, nil); strings.Join(got.codes(), ",") == "COST_LIMIT" {
		t.Errorf("with a database that is closed: %v", got.codes())
	}
}
