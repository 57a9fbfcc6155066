package permissions

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"contactgraph/internal/acceptance/harness"

	"github.com/vektah/gqlparser/v2/ast"
)

// Texts that must not become visible.
const (
	secretCanary = "canary-secret-5d1f"  // passwords, tokens and keys: not in a log, a response or a crash
	dataCanary   = "canary-private-a90c" // what contacts contain: not in a log or a crash
)

// secrets are the arguments and input fields that contain secrets.
var secrets = map[string]bool{"password": true, "newPassword": true, "currentPassword": true, "secret": true}

// TestNothingPrivateIsLogged sends the canaries in every argument of every operation, and in all
// other parts of requests, by callers of every role. The log is as detailed as possible.
func TestNothingPrivateIsLogged(t *testing.T) {
	t.Parallel()
	s := harness.Launch(t, harness.NewDatabase(t, harness.Selected()), "--demo", "--demo-contacts", "10", "--log-level", "debug")
	s.Await()
	send := func(c harness.Caller, r request) {
		t.Helper()
		if resp := s.Send(c, r.method, r.path, r.mediaType, r.body); strings.Contains(resp.Body, secretCanary) {
			t.Errorf("a response repeats a secret of %s %s %s: %s", r.method, r.path, r.body, resp.Body)
		}
	}
	operations := operationsWithCanaries()
	if len(operations) < 30 {
		t.Errorf("only %d operations are sent", len(operations))
	}
	for _, c := range []harness.Caller{harness.Anonymous, s.SignInCustomer(), harness.APIKey("demo-admin")} {
		for _, body := range operations {
			send(c.With("Idempotency-Key", dataCanary), request{http.MethodPost, "/graphql", "application/json", body})
		}
		for _, r := range requestsWithCanaries() {
			send(c, r)
		}
	}
	for _, c := range []harness.Caller{
		harness.APIKey(secretCanary), harness.Bearer(secretCanary), harness.Bearer("cgs_1_" + secretCanary),
		{"Cookie": {"contactgraph_session=cgs_1_" + secretCanary}}, {"Authorization": {"Basic " + secretCanary}},
	} {
		send(c, request{http.MethodPost, "/graphql", "application/json", `{"query":"{ contact(id: 1) { id } }"}`})
		send(c, request{http.MethodGet, "/api/v1/Contacts/466", "", ""})
		send(c, request{http.MethodPost, "/f/webapp-api-custinfo?api=setdetails", "application/json", `{"contactID":466}`})
		send(c, request{http.MethodPost, "/f/webapp-api-login?api=loggedin", "", ""})
	}
	expectNoCanary(t, "the log", s.Stdout.String()+s.Log.String())
}

// TestCrashShowsNothingPrivate: the stacks that a process prints when it crashes have no text of a
// request that is running.
func TestCrashShowsNothingPrivate(t *testing.T) {
	t.Parallel()
	s := harness.Demo(t, 5)
	stop := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-stop:
				return
			default:
				_, _ = s.TryExecute(harness.Anonymous, `mutation($p: String!) { signIn(input: {account: "Demo", login: $p, password: $p}) { token } }`, harness.Variables{"p": secretCanary})
			}
		}
	}()
	time.Sleep(300 * time.Millisecond) // of sign-ins, which take most of their time for the password
	s.Crash(syscall.SIGABRT)
	close(stop)
	<-ended
	log := s.Log.String()
	if !strings.Contains(log, "goroutine ") {
		t.Errorf("the process has printed no stacks:\n%s", log)
	}
	expectNoCanary(t, "the crash", log)
}

func expectNoCanary(t *testing.T, where, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		if strings.Contains(line, secretCanary) || strings.Contains(line, dataCanary) {
			t.Errorf("%s contains a canary: %s", where, line)
		}
	}
}

// operationsWithCanaries returns a request for each query, mutation and subscription, with canaries
// in all arguments: once as literals and once as variables.
func operationsWithCanaries() (bodies []string) {
	schema := servedSchema()
	for kind, def := range map[string]*ast.Definition{"query": schema.Query, "mutation": schema.Mutation, "subscription": schema.Subscription} {
		for _, f := range def.Fields {
			if strings.HasPrefix(f.Name, "__") || f.Name == "signOut" { // it would end the session
				continue
			}
			variables, declared, passed := map[string]any{}, "", ""
			for _, a := range f.Arguments {
				variables[a.Name] = canary(schema, a.Name, a.Type, 0)
				declared += fmt.Sprintf("$%s: %s ", a.Name, a.Type)
				passed += fmt.Sprintf("%s: $%s ", a.Name, a.Name)
			}
			selection := "{ __typename }"
			if schema.Types[f.Type.Name()].IsLeafType() {
				selection = ""
			}
			document := fmt.Sprintf("%s { %s %s }", kind, f.Name, selection)
			if declared != "" {
				document = fmt.Sprintf("%s(%s) { %s(%s) %s }", kind, declared, f.Name, passed, selection)
			}
			body, err := json.Marshal(map[string]any{"query": document, "variables": variables, "extensions": map[string]any{"x": secretCanary}})
			if err != nil {
				panic(err)
			}
			bodies = append(bodies, string(body))
		}
	}
	return bodies
}

// canary returns a value of an input type that has canaries wherever a text is allowed.
func canary(schema *ast.Schema, name string, typ *ast.Type, depth int) any {
	if typ.Elem != nil {
		return []any{canary(schema, name, typ.Elem, depth)}
	}
	switch def := schema.Types[typ.Name()]; {
	case def.Kind == ast.InputObject && depth < 5:
		object := map[string]any{}
		for _, f := range def.Fields {
			object[f.Name] = canary(schema, f.Name, f.Type, depth+1)
		}
		return object
	case def.Kind == ast.Enum:
		return def.EnumValues[0].Name
	case def.Name == "Boolean":
		return true
	case def.Name == "Int":
		return 1
	case secrets[name]:
		return secretCanary
	case name == "id":
		return "466"
	}
	return dataCanary
}

// request is an HTTP request with canaries.
type request struct{ method, path, mediaType, body string }

// requestsWithCanaries returns requests with canaries in all other places: URLs, malformed
// documents and bodies, and the bodies of the REST APIs.
func requestsWithCanaries() []request {
	const jsonType, formType = "application/json", "application/x-www-form-urlencoded"
	signIn := url.Values{"emailAddress": {dataCanary}, "Password": {secretCanary}}.Encode()
	return []request{
		{"GET", "/graphql?query=" + url.QueryEscape(`{contactByEmail(email:"`+dataCanary+`"){id}}`), "", ""},
		{"GET", "/graphql?query={" + secretCanary, "", ""},
		{"POST", "/graphql", jsonType, `{"query":"{ contactByEmail(email: \"` + secretCanary},
		{"POST", "/graphql", jsonType, `{"query":"query($` + "x" + `: Int) { contacts(first: $x) { nodes { id } } }","variables":{"x":"` + secretCanary + `"}}`},
		{"POST", "/graphql", jsonType, `{"query":"{ contacts(first: \"` + secretCanary + `\") { nodes { id } } }"}`},
		{"POST", "/graphql", jsonType, `{"query":"mutation { signIn(input: {account: \"Demo\", login: \"` + dataCanary + `\", password: \"` + secretCanary + `\"}) { token errors { message } } }"}`},
		{"POST", "/graphql", jsonType, `{"query":"mutation { signIn(input: {account: \"Demo\", login: 1, password: \"` + secretCanary + `\"}) { token } }"}`},
		{"POST", "/graphql", jsonType, `{"query":"{ viewer { role } }","operationName":"` + secretCanary + `"}`},
		{"POST", "/graphql", "text/plain", secretCanary},
		{"PUT", "/api/v1/Contacts/466", jsonType, `{"Version":"QEA=","Email":"` + dataCanary + `","Password":"` + secretCanary + `","FirstName":"` + dataCanary + `"}`},
		{"PUT", "/api/v1/Contacts/466", formType, "Version=QEA%3D&Password=" + secretCanary + "&Email=" + dataCanary},
		{"PUT", "/api/v1/Contacts/466", jsonType, `{"Password":"` + secretCanary},
		{"GET", "/api/v1/Contacts/" + dataCanary, "", ""},
		{"GET", "/api/v1/Changes?after=" + dataCanary + "&contactId=" + dataCanary, "", ""},
		{"GET", "/api/" + dataCanary, "", ""},
		{"POST", "/f/webapp-api-custinfo?api=setdetails&x=" + dataCanary, jsonType, `{"contactID":466,"details":{"setLogins":true,"logins":[{"name":"` + dataCanary + `","type":"Email"}]}}`},
		{"POST", "/f/webapp-api-custinfo?api=" + dataCanary, jsonType, dataCanary},
		{"POST", "/f/webapp-api-login?api=login", formType, signIn},
		{"POST", "/f/webapp-api-login?api=login&" + signIn, formType, ""},
		{"GET", "/" + dataCanary, "", ""},
		{"GET", "/assets/" + dataCanary, "", ""},
		{dataCanary, "/graphql", "", ""},
	}
}
