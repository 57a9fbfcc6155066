package graph_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"contactgraph/ent/store"
	"contactgraph/graph"
	"contactgraph/internal/auth"
	"contactgraph/internal/viewer"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// attempt is a document with the mutation a, which is good, and the mutation b with a value at a
// position.
type attempt struct {
	position, mutation, value string

	variables string // the definition of the variable v, after a comma
	b         string
	sent      string // the JSON of the variable v; "" for none
}

// attemptsAt returns the forms in which a value can be sent: as a literal, in a variable of the
// type of the position, in one of a nullable type, which is valid where there is a default, and in
// one for the whole argument.
func (p *positions) attemptsAt(at position, v sample) (all []attempt) {
	add := func(variables, b, sent string) {
		all = append(all, attempt{at.name, at.mutation, v.json, variables, b, sent})
	}
	add("", at.open+v.literal+at.close, "")
	add(", $v: "+at.typ.String(), at.open+"$v"+at.close, v.json)
	if at.typ.NonNull {
		nullable := *at.typ
		nullable.NonNull = false
		variable := ", $v: " + nullable.String()
		if !at.defaulted {
			variable += " = " + p.example(at.mutation, at.typ).literal
		}
		add(variable, at.open+"$v"+at.close, v.json)
	}
	if at.argument != nil {
		add(", $v: "+at.argument.Type.String(), at.openArg+"$v"+at.closeArg, at.openValue+v.json+at.closeValue)
	}
	return all
}

// attempts returns every value at every position, in some of its forms: all would take a minute.
// Those of mutations that need a user who has signed in are separate.
func (p *positions) attempts() (ofUsers, others []attempt) {
	for i, at := range p.all {
		var all []attempt
		for j, v := range p.valuesAt(at) {
			forms := p.attemptsAt(at, v)
			if j > 0 {
				forms = forms[(i+j)%len(forms):][:1]
			}
			all = append(all, forms...)
		}
		if slices.Contains([]string{"changePassword", "setUpSecondFactor", "confirmSecondFactor", "turnOffSecondFactor", "createRecoveryCodes"}, at.mutation) {
			ofUsers = append(ofUsers, all...)
		} else {
			others = append(others, all...)
		}
	}
	return ofUsers, others
}

// TestWrongArgumentsApplyNothing: whatever the arguments of a mutation are, either the document is
// rejected and nothing of it takes effect, or the client gets the payload of each mutation. The
// positions come from the schema, so new mutations are tested too.
func TestWrongArgumentsApplyNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	c := f.create(a, "anna", nil)
	p := positionsOf(must(gqlparser.LoadSchema(&ast.Source{Name: "served", Input: graph.SDL()})), map[string]int{
		"updateContact": c.ID, "updateContacts": c.ID, "setContactDetails": c.ID, "setContactsDetails": c.ID, "updateStore": a.stores[0], "updateCompany": a.company,
		"updateSegment": a.segments[0], "updateProperty": a.note,
	})
	must(f.Auth.CreateUser(t.Context(), a.account, auth.NewUser{Login: "uma", Name: "Uma", Password: "pw", Role: viewer.Admin}))
	ofUsers, others := p.attempts()
	f.attempt(must(f.Auth.SignIn(t.Context(), a.account, "uma", "pw", auth.Origin{})).Token, ofUsers) // others require a second factor
	f.attempt(a.admin, others)
	if log := f.log.String(); strings.Contains(log, "level=ERROR") {
		t.Errorf("the log has errors: %.5000s", log)
	}
}

// outcomes collects what became of attempts.
type outcomes struct {
	mu       sync.Mutex
	rejected map[string]attempt // by the name of the store that a would create
	applied  map[string]bool    // by mutation
}

// attempt sends the documents, from several clients.
func (f *fixture) attempt(token string, attempts []attempt) {
	f.t.Helper()
	o := &outcomes{rejected: map[string]attempt{}, applied: map[string]bool{}}
	next := make(chan int)
	var clients sync.WaitGroup
	for range 8 {
		clients.Go(func() {
			for i := range next {
				f.attemptOne(o, token, fmt.Sprint(token, " ", i), attempts[i])
			}
		})
	}
	for i := range attempts {
		next <- i
	}
	close(next)
	clients.Wait()
	for _, s := range must(f.db.Client().Store.Query().Where(store.NameHasPrefix(token)).All(f.demo.ctx)) {
		if x, ok := o.rejected[s.Name]; ok {
			f.t.Errorf("%s: %.80s: it is rejected, but the first mutation is applied: %s", x.position, x.value, x.b)
		}
	}
	for _, x := range attempts {
		if !o.applied[x.mutation] {
			f.t.Errorf("%s: it is never accepted", x.mutation)
			o.applied[x.mutation] = true
		}
	}
}

// attemptOne sends a document, whose first mutation creates a store with the name.
func (f *fixture) attemptOne(o *outcomes, token, name string, x attempt) {
	got, body := f.sendAttempt(token, name, x)
	for _, code := range got.codes() {
		if !slices.Contains([]string{"GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT", "COST_LIMIT"}, code) {
			f.t.Errorf("%s: %.80s: %s\n%.1000s\n%.500s", x.position, x.value, code, x.b, body)
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if got.Data["a"] == nil {
		o.rejected[name] = x
		return
	}
	o.applied[x.mutation] = true
	if len(got.Errors) > 0 || got.Data["a"].(object)["store"] == nil {
		f.t.Errorf("%s: %.80s: it is applied in part\n%.1000s\n%.500s", x.position, x.value, x.b, body)
	}
}

// sendAttempt sends the JSON of the variable unchanged: an unpaired surrogate stays one.
func (f *fixture) sendAttempt(token, name string, x attempt) (got reply, body string) {
	document := "mutation($n: String!" + x.variables + ") { a: createStore(input: {name: $n}) { store { id } } " + x.b + " }"
	variables := object{"n": name}
	request := string(must(json.Marshal(object{"query": document, "variables": variables})))
	if x.sent != "" {
		request = strings.TrimSuffix(request, "}}") + `,"v":` + x.sent + "}}"
	}
	r := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader([]byte(request))).WithContext(f.t.Context())
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	f.handler.ServeHTTP(w, r)
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		f.t.Errorf("%v: %s", err, w.Body)
	}
	return got, w.Body.String()
}
