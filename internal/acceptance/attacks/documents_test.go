// Package attacks tests that no request can take the server from others.
package attacks

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"contactgraph/graph"
	"contactgraph/graph/cost/costtest"
	"contactgraph/internal/acceptance/harness"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"pgregory.net/rapid"
)

// What a request may use.
const (
	maxRejected = 50 * time.Millisecond  // of CPU time, until it is rejected
	maxAnswered = 500 * time.Millisecond // of CPU time, until it is answered
	maxMemory   = 32 << 20               // in bytes, for anonymous callers and customers
)

// slack is by how much a server may exceed these limits: the race detector makes it slower, and
// other tests run at the same time. The attacks exceed them by more, if nothing stops them.
func slack() int {
	if harness.Race() {
		return 20
	}
	return 1
}

// campaign is whether the test runs by itself, with many generated documents.
var campaign = os.Getenv("CONTACTGRAPH_TEST_ATTACKS") != ""

// attacker sends documents as the callers of the corpus.
type attacker struct {
	*harness.Server

	callers map[costtest.Role]harness.Caller
}

func newAttacker(t *testing.T) attacker {
	t.Helper()
	s := harness.Demo(t, 500)
	return attacker{s, map[costtest.Role]harness.Caller{
		costtest.Anonymous: harness.Anonymous, costtest.Agent: harness.APIKey("demo-agent"), costtest.Customer: s.SignInCustomer(),
	}}
}

// result is what a document has caused.
type result struct {
	costtest.Document

	status, bytes int
	executed      bool // even if fields have failed
	weight        int
	code          string
	cpu           time.Duration
	memory        int64
}

// send sends a document, and measures what the server uses for it.
func (a attacker) send(d costtest.Document) result {
	a.T.Helper()
	body, err := json.Marshal(map[string]any{"query": d.Query, "operationName": d.Operation, "variables": d.Variables})
	if err != nil {
		a.T.Fatal(err)
	}
	resident, before := a.ResetPeak(), a.Usage()
	resp := a.Send(a.callers[d.Role], http.MethodPost, "/graphql", "application/json", string(body))
	after := a.Usage()
	var answer struct {
		Data   json.RawMessage
		Errors []struct {
			Extensions struct{ Code string }
		}
		Extensions struct{ Cost struct{ Weight int } }
	}
	if err := json.Unmarshal([]byte(resp.Body), &answer); err != nil {
		a.T.Fatalf("%s: %d %.200s: %v", d.Name, resp.Status, resp.Body, err)
	}
	r := result{
		Document: d, status: resp.Status, bytes: len(resp.Body), executed: answer.Data != nil, weight: answer.Extensions.Cost.Weight,
		cpu: after.CPU - before.CPU, memory: after.Peak - resident,
	}
	if len(answer.Errors) > 0 {
		r.code = answer.Errors[0].Extensions.Code
	}
	return r
}

// measure sends a document up to three times, until the server uses no more CPU time than allowed:
// the time that it happened to use for something else counts, too.
func (a attacker) measure(d costtest.Document) (r result) {
	a.T.Helper()
	for range 3 {
		if r = a.send(d); r.cpu <= r.maxCPU() {
			break
		}
	}
	return r
}

// maxCPU is the CPU time that the server may use for the document.
func (r result) maxCPU() time.Duration {
	if r.executed {
		return maxAnswered * time.Duration(slack())
	}
	return maxRejected * time.Duration(slack())
}

// check reports what exceeds the limits.
func (a attacker) check(r result) {
	a.T.Helper()
	if r.cpu > r.maxCPU() {
		a.T.Errorf("%s used %s of CPU time, executed: %t\n%.1000s", r.Name, r.cpu, r.executed, r.Query)
	}
	if r.Role != costtest.Agent && r.memory > maxMemory*int64(slack()) {
		a.T.Errorf("%s used %d MiB of memory\n%.1000s", r.Name, r.memory>>20, r.Query)
	}
	if r.executed && r.code == "" && r.Rejected {
		a.T.Errorf("%s was answered", r.Name)
	}
}

// table prints results as a table.
func (a attacker) table(results []result) {
	var b strings.Builder
	fmt.Fprintf(&b, "%-36s %-9s %9s %9s %8s %8s %10s  %s\n", "document", "caller", "bytes", "answer", "CPU ms", "MiB", "weight", "")
	for _, r := range results {
		fmt.Fprintf(&b, "%-36s %-9s %9d %9d %8.1f %8.1f %10d  %s\n",
			r.Name, r.Role, len(r.Query), r.bytes, float64(r.cpu.Microseconds())/1000, float64(r.memory)/(1<<20), r.weight, r.code)
	}
	a.T.Log("\n" + b.String())
}

// TestDocumentsThatAttack: none of the documents that have brought a server down costs much.
func TestDocumentsThatAttack(t *testing.T) {
	a := newAttacker(t)
	var results []result
	for _, d := range costtest.Corpus() {
		r := a.measure(d)
		a.check(r)
		results = append(results, r)
	}
	a.table(results)
}

// TestGeneratedDocuments: the same for documents that the schema allows. It prints those that cost
// most.
func TestGeneratedDocuments(t *testing.T) {
	a := newAttacker(t)
	schema := gqlparser.MustLoadSchema(&ast.Source{Name: "served", Input: graph.SDL()})
	count := 50
	if campaign {
		count = 2000
	}
	var results []result
	generate := rapid.Custom(func(t *rapid.T) string { return costtest.Query(t, schema) })
	for i := range count {
		d := costtest.Document{Name: fmt.Sprint("generated ", i), Query: generate.Example(i)}
		for _, role := range []costtest.Role{costtest.Anonymous, costtest.Customer, costtest.Agent} {
			d.Role = role
			r := a.measure(d)
			a.check(r)
			results = append(results, r)
		}
	}
	slices.SortFunc(results, func(x, y result) int { return int(y.cpu - x.cpu) })
	a.table(results[:20])
}

// TestLargeHistory: the changes of a contact can be large, and their values have no limit of their
// own.
func TestLargeHistory(t *testing.T) {
	a := newAttacker(t)
	const changes = 40
	interests := 0
	for _, p := range harness.Query[[]struct {
		PropertyID int
		Name       string
	}](a.Server, a.callers[costtest.Agent], `{properties{propertyId name}}`, nil) {
		if p.Name == "Interests" {
			interests = p.PropertyID
		}
	}
	for i := range changes {
		values := make([]any, 50)
		for j := range values {
			values[j] = map[string]any{"value": strings.Repeat(fmt.Sprint(i%10), 4000)}
		}
		r := a.Execute(a.callers[costtest.Agent], `mutation($id:ID!,$v:[PropertyValueInput!]){
			setContactDetails(input:{id:466,onConflict:OVERWRITE,properties:[{propertyId:$id,values:$v}]}){errors{code message}}}`,
			harness.Variables{"id": interests, "v": values})
		if len(r.Errors) > 0 || !strings.Contains(string(r.Data["setContactDetails"]), `"errors":[]`) {
			t.Fatalf("writing: %v %s", r.Errors, r.Data["setContactDetails"])
		}
	}
	var results []result
	for _, d := range []costtest.Document{
		{Name: "the whole history", Role: costtest.Customer, Query: `{viewer{contact{changes(first:100){nodes{fields{old new}}}}}}`},
		{Name: "three times", Role: costtest.Customer, Query: `{viewer{contact{a:changes(first:100){nodes{fields{old new}}} b:changes(first:99){nodes{fields{old new}}} c:changes(first:98){nodes{fields{old new}}}}}}`},
		{Name: "only the times", Role: costtest.Customer, Query: `{viewer{contact{changes(first:100){nodes{at}}}}}`},
		{Name: "properties 50 times", Role: costtest.Customer, Query: `{viewer{contact{` + aliases(50, "properties{values{value}}") + `}}}`, Rejected: true},
		{Name: "one change", Role: costtest.Customer, Query: `{viewer{contact{changes(first:1){nodes{fields{old new}}}}}}`},
		{Name: "the last changes", Role: costtest.Customer, Query: `{viewer{contact{lastChanges{path change{at}}}}}`},
		{Name: "the whole history, by staff", Role: costtest.Agent, Query: `{contactChanges(first:1000){changes{fields{old new}}}}`},
	} {
		r := a.measure(d)
		a.check(r)
		results = append(results, r)
	}
	a.table(results)
}

// aliases returns a field n times.
func aliases(n int, field string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "a%d:%s ", i, field)
	}
	return b.String()
}
