package rest_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"contactgraph/internal/rest"
	"contactgraph/internal/rest/openapi"
	"contactgraph/internal/rest/resttest"
	"contactgraph/internal/weborigin"
)

func TestTheDocumentIsValid(t *testing.T) {
	t.Parallel()
	if _, err := resttest.Document(); err != nil {
		t.Error(err)
	}
}

func TestTheDocumentHasEveryOperationAndNoOther(t *testing.T) {
	t.Parallel()
	documented, want := must(resttest.Operations()), rest.Operations()
	slices.Sort(documented)
	slices.Sort(want)
	if !slices.Equal(documented, want) {
		t.Errorf("the document has %q\nthere are         %q", documented, want)
	}
}

// asDocumented fails the test unless the document allows this response. The fixture calls it for
// every response of the other tests.
func asDocumented(t *testing.T, a resttest.Response) {
	t.Helper()
	a.Header = a.Header.Clone()
	a.Header.Set("X-Request-Id", "set-by-the-server") // on every answer
	switch err := resttest.Check(a); {
	case errors.Is(err, resttest.ErrUndocumented), a.Status == http.StatusMethodNotAllowed:
	case err != nil:
		t.Errorf("%s %s: the response does not match openapi.json: %v", a.Method, a.Target, err)
	}
}

func TestTheDocumentAllowsRecordedResponses(t *testing.T) {
	t.Parallel()
	file := must(os.Open("testdata/contacts-put.jsonl"))
	defer file.Close()
	n := 0
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var c recorded
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		if c.Expect.Body == nil || c.Expect.Status == http.StatusNotFound { // 404: another path
			continue
		}
		asDocumented(t, resttest.Response{
			Method: c.Request.Method, Target: c.Request.Path,
			Status: c.Expect.Status, Header: http.Header{"Content-Type": {c.Expect.ContentType}}, Body: *c.Expect.Body,
		})
		n++
	}
	if n < 15 {
		t.Errorf("only %d recorded responses have a body", n)
	}
}

// TestTheDocumentIsStrict corrupts each example of a response in every way; resttest.Document must
// reject the result.
func TestTheDocumentIsStrict(t *testing.T) {
	t.Parallel()
	doc := must(resttest.Document())
	n := 0
	for path, item := range doc.Paths.Map() {
		for method, o := range item.Operations() {
			for status, response := range o.Responses.Map() {
				media := response.Value.Content.Get("application/json")
				if media == nil {
					continue
				}
				for name, example := range media.Examples {
					if err := media.Schema.Value.VisitJSON(example.Value.Value, jsonSchema()); err != nil {
						t.Errorf("%s %s, %s, %s: %v", method, path, status, name, err)
					}
					for _, body := range resttest.Corrupted(example.Value.Value) {
						if n++; media.Schema.Value.VisitJSON(parsed(body), jsonSchema()) == nil {
							t.Errorf("%s %s, %s, %s: %s is allowed", method, path, status, name, body)
						}
					}
				}
			}
		}
	}
	if n < 200 {
		t.Errorf("only %d bodies were tried", n)
	}
}

// TestMembersMayBeAdded: a client that validates responses with the document of today accepts those
// of later releases.
func TestMembersMayBeAdded(t *testing.T) {
	t.Parallel()
	if strings.Contains(string(openapi.Document()), `"additionalProperties": false`) {
		t.Error("a schema of the document allows no further members")
	}
}

// TestTheDocumentHasCanonicalTypes: generators of typed clients, such as oapi-codegen, read schemas
// of one type, or of one type and null.
func TestTheDocumentHasCanonicalTypes(t *testing.T) {
	t.Parallel()
	var check func(where string, v any)
	check = func(where string, v any) {
		switch v := v.(type) {
		case map[string]any:
			types, _ := v["type"].([]any)
			if types = slices.DeleteFunc(slices.Clone(types), func(name any) bool { return name == "null" }); len(types) > 1 {
				t.Errorf("%s has the types %v: choose one, and describe the others in words", where, types)
			}
			for name, member := range v {
				check(where+"/"+name, member)
			}
		case []any:
			for i, element := range v {
				check(fmt.Sprint(where, "/", i), element)
			}
		}
	}
	check("", parsed(string(openapi.Document())))
}

// jsonSchema reads schemas as OpenAPI 3.1 does.
var jsonSchema = openapi3.EnableJSONSchema2020

func parsed(body string) (v any) {
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		panic(err)
	}
	return v
}

// TestTheDocumentDescribesAll finds what swagger-ui would show without a description.
func TestTheDocumentDescribesAll(t *testing.T) {
	t.Parallel()
	doc := parsed(string(openapi.Document())).(map[string]any)
	described := func(where string, v any) {
		m := v.(map[string]any)
		if text, _ := m["description"].(string); text == "" && m["$ref"] == nil {
			t.Errorf("%s has no description", where)
		}
	}
	components := doc["components"].(map[string]any)
	for kind, all := range components {
		for name, c := range all.(map[string]any) {
			described(kind+" "+name, c)
		}
	}
	for path, item := range doc["paths"].(map[string]any) {
		for method, operation := range item.(map[string]any) {
			o := operation.(map[string]any)
			described(method+" "+path, o)
			for _, p := range o["parameters"].([]any) {
				described("a parameter of "+path, p)
			}
			for status, r := range o["responses"].(map[string]any) {
				described(method+" "+path+" "+status, r)
			}
			if o["summary"] == nil || o["operationId"] == nil || o["tags"] == nil {
				t.Errorf("%s %s has no summary, operationId or tags", method, path)
			}
		}
	}
	var properties func(where string, v any)
	properties = func(where string, v any) {
		m, _ := v.(map[string]any)
		all, _ := m["properties"].(map[string]any)
		for name, p := range all {
			if text, _ := p.(map[string]any)["description"].(string); text == "" {
				t.Errorf("%s.%s has no description", where, name)
			}
			properties(where+"."+name, p)
		}
	}
	for name, s := range components["schemas"].(map[string]any) {
		properties(name, s)
	}
}

// TestPagesOfOtherOriginsCanUseTheAPIs: browsers let them use only the methods and read only the
// headers that the server names.
func TestPagesOfOtherOriginsCanUseTheAPIs(t *testing.T) {
	t.Parallel()
	doc := parsed(string(openapi.Document())).(map[string]any)
	for path, item := range doc["paths"].(map[string]any) {
		for method := range item.(map[string]any) {
			if !slices.Contains(weborigin.Methods(), strings.ToUpper(method)) {
				t.Errorf("%s %s: pages of other origins cannot use the method", method, path)
			}
		}
	}
	hidden := []string{
		"Set-Cookie",      // no page can read it
		"Accept-Encoding", // of the response to a compressed body, which browsers do not send
	}
	for name := range doc["components"].(map[string]any)["headers"].(map[string]any) {
		if !slices.Contains(weborigin.ReadHeaders(), name) && !slices.Contains(hidden, name) {
			t.Errorf("%s: pages of other origins cannot read the header", name)
		}
	}
}

// TestTheDocumentHasTheLimitsOfDetails sends texts of the documented length, and one character
// more.
func TestTheDocumentHasTheLimitsOfDetails(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	schemas := must(resttest.Document()).Components.Schemas
	for name, c := range map[string]struct{ schema, member, body string }{
		"value":       {"PropertyValue", "value", `"properties":[{"propertyID":6,"values":[{"value":"%s"}]}]`},
		"description": {"PropertyValue", "description", `"properties":[{"propertyID":6,"values":[{"value":"x","description":"%s"}]}]`},
		"login":       {"Login", "name", `"setLogins":true,"logins":[{"name":"%s"}]`},
	} {
		limit := schemas[c.schema].Value.Properties[c.member].Value.MaxLength
		if limit == nil {
			t.Fatalf("%s: the document has no limit", name)
		}
		set := func(n int) response {
			return f.set(`{"contactID":466,"details":{` + strings.Replace(c.body, "%s", strings.Repeat("x", n), 1) + `}}`)
		}
		expect(t, set(int(*limit)), 200, done)
		if got := set(int(*limit) + 1); !strings.Contains(got.body, "Value too long.") {
			t.Errorf("%s: %s", name, got.body)
		}
	}
}
