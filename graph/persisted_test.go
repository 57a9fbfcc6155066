package graph_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"contactgraph/graph"
	"contactgraph/internal/auth"
	"contactgraph/internal/viewer"
)

// requestTransports send a request by each transport, and return the first response.
var requestTransports = map[string]func(f *fixture, token string, request object) reply{
	"POST": func(f *fixture, token string, request object) reply {
		f.t.Helper()
		return f.post(headerOf(token), request)
	},
	"GET": func(f *fixture, token string, request object) reply {
		f.t.Helper()
		parameters := url.Values{}
		for name, value := range request {
			s, isText := value.(string)
			if !isText {
				s = text(value)
			}
			parameters.Set(name, s)
		}
		r := httptest.NewRequest(http.MethodGet, "/graphql?"+parameters.Encode(), nil)
		r.Header = headerOf(token)
		return f.handle(r)
	},
	"WebSocket": func(f *fixture, token string, request object) reply {
		f.t.Helper()
		return f.socket(token).request(request).next()
	},
	"text/event-stream": func(f *fixture, token string, request object) reply {
		f.t.Helper()
		return f.eventsOf(token, request).next()
	},
}

func headerOf(token string) http.Header {
	header := http.Header{}
	if token != "" {
		header.Set("X-ApiKey", token)
	}
	return header
}

func hashOf(document string) string {
	sum := sha256.Sum256([]byte(document))
	return hex.EncodeToString(sum[:])
}

// byHash is a request with the hash of a document instead of the document.
func byHash(document string) object {
	return object{"extensions": object{"persistedQuery": object{"version": 1, "sha256Hash": hashOf(document)}}}
}

// withHash is a request with a document and its hash.
func withHash(document string) object {
	request := byHash(document)
	request["query"] = document
	return request
}

// wantCode checks that a request was rejected with a code, or for "" that it succeeded.
func wantCode(t *testing.T, name string, got reply, code string) {
	t.Helper()
	want := []string{code}
	if code == "" {
		want = nil
	}
	if !slices.Equal(got.codes(), want) || code != "" && got.Data != nil {
		t.Errorf("%s: got %v, %v, want %q", name, got.Data, got.Errors, code)
	}
}

// TestAutomaticPersistedQueries: a client sends a document once, by any transport, and then only
// its hash, by any other.
func TestAutomaticPersistedQueries(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for name, send := range requestTransports {
		document := "{ viewer { name } } # " + name
		wantCode(t, name+": a new hash", send(f, f.demo.agent, byHash(document)), "PERSISTED_QUERY_NOT_FOUND")
		wantCode(t, name+": with the document", send(f, f.demo.agent, withHash(document)), "")
		for other, send := range requestTransports {
			f.want(name+", then "+other, send(f, f.demo.agent, byHash(document)).Data, `{"viewer": {"name": "demo-agent"}}`)
		}
		wrong := withHash(document)
		wrong["query"] = "{ viewer { role } }"
		wantCode(t, name+": another document", send(f, f.demo.agent, wrong), "BAD_USER_INPUT")
	}
}

// TestHashesAreKeptForCallersOfOneKind: a document runs with the rights of who identifies it, and
// callers of another kind or account cannot find out that it was sent.
func TestHashesAreKeptForCallersOfOneKind(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, anna := f.customer(f.demo, "anna")
	_, berta := f.customer(f.demo, "berta")
	const document = `{ viewer { name contact { email } } }`
	f.post(headerOf(anna), withHash(document))
	f.want("another customer", f.post(headerOf(berta), byHash(document)).Data, `{"viewer": {"name": null, "contact": {"email": "berta@example.com"}}}`)
	for name, token := range map[string]string{"staff": f.demo.agent, "staff of another account": f.other.agent, "an anonymous caller": ""} {
		wantCode(t, name, f.post(headerOf(token), byHash(document)), "PERSISTED_QUERY_NOT_FOUND")
	}
	wantCode(t, "unknown credentials", f.post(headerOf("unknown"), byHash(document)), "UNAUTHENTICATED")
}

// TestOnlyDocumentsThatRunAreKept: others would only use up memory.
func TestOnlyDocumentsThatRunAreKept(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for name, document := range map[string]string{
		"a syntax error": `{`, "an unknown field": `{ nothing }`, "a wrong argument": `{ contacts(first: 101) { totalCount } }`,
		"a missing variable": `query($id: ID!) { contact(id: $id) { id } }`,
		"two streams":        `subscription { contactChanges { id } again: contactChanges { id } }`,
	} {
		if got := f.post(headerOf(f.demo.agent), withHash(document)); len(got.Errors) == 0 {
			t.Errorf("%s runs", name)
		}
		wantCode(t, name, f.post(headerOf(f.demo.agent), byHash(document)), "PERSISTED_QUERY_NOT_FOUND")
	}
	const staffOnly = `{ contacts { totalCount } }`
	wantCode(t, "without credentials", f.post(headerOf(""), withHash(staffOnly)), "UNAUTHENTICATED")
	wantCode(t, "without credentials, by its hash", f.post(headerOf(""), byHash(staffOnly)), "PERSISTED_QUERY_NOT_FOUND")
}

// trustedOperations are trusted documents, by id.
var trustedOperations = map[string]string{
	"stores":  `{ stores { name } }`,
	"follow":  follow,
	"rename":  `mutation($input: UpdateContactInput!) { updateContact(input: $input) { contact { firstName } errors { code } } }`,
	"costly":  `{ contacts(first: 100) { nodes { changes { nodes { id } } properties { values { value } } lastChanges { path } } } }`,
	"schema":  `{ __schema { queryType { name } } }`,
	"several": `query A { viewer { role } } query B { viewer { name } }`,
}

// trusting creates the handler with trusted documents, and returns the token of an agent's key that
// can run no others.
func (f *fixture) trusting(c graph.Config) string {
	f.t.Helper()
	file := filepath.Join(f.t.TempDir(), "documents.json")
	if err := os.WriteFile(file, must(json.Marshal(trustedOperations)), 0o600); err != nil {
		f.t.Fatal(err)
	}
	c.Trusted = must(graph.LoadTrusted([]string{file}))
	f.serveWith(c)
	return must(f.Auth.CreateKey(f.t.Context(), f.demo.account, auth.NewKey{Name: "kiosk", Role: viewer.Agent, TrustedOnly: true}))
}

// TestTrustedDocuments: they are found by id and by hash, by every transport, and run with the
// rights and limits of the caller.
func TestTrustedDocuments(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.trusting(graph.Config{})
	_, customer := f.customer(f.demo, "anna")
	hash := hashOf(trustedOperations["stores"])
	for transport, send := range requestTransports {
		for name, request := range map[string]object{
			"by id": {"documentId": "stores"}, "by hash": {"documentId": "sha256:" + hash}, "by hash, of Apollo": byHash(trustedOperations["stores"]),
			"by id, of Apollo": {"extensions": object{"persistedQuery": object{"version": 1, "sha256Hash": "stores"}}},
		} {
			name = transport + ", " + name
			f.want(name, send(f, f.demo.agent, request).Data, `{"stores": [{"name": "demo 0"}, {"name": "demo 1"}]}`)
			f.want(name+", in another account", send(f, f.other.agent, request).Data, `{"stores": [{"name": "other 0"}, {"name": "other 1"}]}`)
			wantCode(t, name+", without credentials", send(f, "", request), "UNAUTHENTICATED")
		}
		f.want(transport+", one of several", send(f, customer, object{"documentId": "several", "operationName": "A"}).Data, `{"viewer": {"role": "CUSTOMER"}}`)
		wantCode(t, transport+", an unknown id", send(f, f.demo.agent, object{"documentId": "none"}), "PERSISTED_QUERY_NOT_FOUND")
		wantCode(t, transport+", too costly", send(f, customer, object{"documentId": "costly"}), "COST_LIMIT")
	}
	if got := requestTransports["GET"](f, f.demo.agent, object{"documentId": "rename", "variables": object{"input": object{"id": 1, "set": object{}}}}); got.status != http.StatusMethodNotAllowed {
		t.Errorf("a mutation by GET: status %d", got.status)
	}
}

// TestTrustedOnly: a key that can only run trusted documents runs them, also sent as text, and
// nothing else.
func TestTrustedOnly(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	key := f.trusting(graph.Config{})
	anna := f.create(f.demo, "anna", nil)
	f.post(headerOf(key), object{"documentId": "stores"}) // the first use is stored
	before := f.db.Dump()
	for transport, send := range requestTransports {
		for name, request := range map[string]object{
			"by id": {"documentId": "stores"}, "by hash": byHash(trustedOperations["stores"]),
			"as text": {"query": trustedOperations["stores"]}, "as text with the hash": withHash(trustedOperations["stores"]),
		} {
			f.want(transport+", "+name, send(f, key, request).Data, `{"stores": [{"name": "demo 0"}, {"name": "demo 1"}]}`)
		}
		for _, document := range []string{
			`{stores{name}}`, trustedOperations["stores"] + " ", `{ __typename }`, `{ viewer { role } }`, `{ __schema { types { name } } }`, `{ nothing }`, `{`, ``,
			`subscription { contactChanges { id } }`, `{ stores { name } } query B { viewer { role } }`,
		} {
			wantCode(t, transport+", "+document, send(f, key, object{"query": document}), "FORBIDDEN")
		}
		wantCode(t, transport+", with a hash", send(f, key, withHash(`{ viewer { role } }`)), "FORBIDDEN")
		wantCode(t, transport+", by that hash", send(f, key, byHash(`{ viewer { role } }`)), "PERSISTED_QUERY_NOT_FOUND")
		send(f, f.demo.agent, withHash(`{ viewer { name } }`))
		wantCode(t, transport+", by the hash that another key has sent", send(f, key, byHash(`{ viewer { name } }`)), "FORBIDDEN")
	}
	wantCode(t, "a mutation", f.post(headerOf(key), object{"query": update, "variables": object{"in": object{"id": anna.ID, "onConflict": "OVERWRITE", "set": object{"firstName": "Eva"}}}}), "FORBIDDEN")
	if f.db.Dump() != before {
		t.Error("the database has changed")
	}
	rename := object{"documentId": "rename", "variables": object{"input": object{"id": anna.ID, "onConflict": "OVERWRITE", "set": object{"firstName": "Eva"}}}}
	f.want("a trusted mutation", f.post(headerOf(key), rename).Data, `{"updateContact": {"contact": {"firstName": "Eva"}, "errors": []}}`)
	for _, transport := range []string{"WebSocket", "text/event-stream"} {
		got := requestTransports[transport](f, key, object{"documentId": "follow"})
		f.want(transport, pick(got.Data["contactChanges"], "kind"), `{"kind": "CREATE"}`)
	}
	f.serveWith(graph.Config{})
	wantCode(t, "without trusted documents", f.post(headerOf(key), object{"query": trustedOperations["stores"]}), "FORBIDDEN")
}

// TestTrustedDocumentsAreChecked: a document that could never run is reported with its id.
func TestTrustedDocumentsAreChecked(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ document, want string }{
		"a syntax error":      {`{`, "Expected Name"},
		"an unknown field":    {`{ nothing }`, `Cannot query field "nothing" on type "Query"`},
		"only a fragment":     {`fragment F on Query { __typename }`, "it has no operation"},
		"@defer":              {`{ ... @defer { __typename } }`, `Unknown directive "@defer"`},
		"too many tokens":     {`{` + strings.Repeat(" __typename", 1000) + `}`, "token limit"},
		"too many operations": {`query A { __typename }` + strings.Repeat(`query B { __typename }`, 5), "6 operations"},
		"too large":           {`{ __typename } #` + strings.Repeat("x", 64<<10), "more than 65536 bytes"},
	} {
		file := filepath.Join(t.TempDir(), "documents.json")
		if err := os.WriteFile(file, []byte(text(object{"good": `{ __typename }`, "bad": c.document})), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := graph.LoadTrusted([]string{file})
		if err == nil || !strings.HasPrefix(err.Error(), fmt.Sprintf(`%s: the document "bad": `, file)) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
}
