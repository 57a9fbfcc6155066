package acceptance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"

	"contactgraph/internal/rest"
	"contactgraph/internal/rest/resttest"
	"contactgraph/internal/server"
)

func document(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := resttest.Document()
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// The document has the addresses that the server has, and no other.
func TestOpenAPIHasEveryRoute(t *testing.T) {
	t.Parallel()
	documented := map[string]bool{} // whether there is such a route
	for path, item := range document(t).Paths.Map() {
		for method := range item.Operations() {
			documented[method+" "+strings.ToLower(path)] = false
		}
	}
	for _, r := range server.Routes() {
		if len(byRoute[r.Name]) == 0 || r.Name == "graphql" {
			continue // it serves no one's data, or has a schema of its own
		}
		pattern := "/f/" + strings.TrimPrefix(strings.TrimPrefix(r.Pattern, "/"), "f/") // where the document has what works without /f, too
		if strings.HasPrefix(r.Pattern, "/api/") {
			pattern = r.Pattern
		}
		found := false
		for operation := range documented {
			if method, path, _ := strings.Cut(operation, " "); path == pattern && (r.Method == "" || r.Method == method) {
				documented[operation], found = true, true
			}
		}
		if !found {
			t.Errorf("the document does not have %s %s", r.Method, r.Pattern)
		}
	}
	for operation, routed := range documented {
		if !routed {
			t.Errorf("the server has no route for %s", operation)
		}
	}
}

// asked is an operation as it is asked for by the document's own examples, until a test changes it.
type asked struct {
	id, method, path string
	query            url.Values
	mediaType, body  string
	header           who
}

// fromExamples makes of the document's examples a request for an operation, with a body of the media type; "" for none.
func fromExamples(t *testing.T, operation, mediaType string) asked {
	t.Helper()
	for path, item := range document(t).Paths.Map() {
		for method, o := range item.Operations() {
			if o.OperationID != operation {
				continue
			}
			a := asked{id: operation, method: method, path: path, query: url.Values{}, header: key("demo-agent")}
			for _, p := range o.Parameters {
				switch value := fmt.Sprint(p.Value.Example); p.Value.In {
				case openapi3.ParameterInPath:
					a.path = strings.ReplaceAll(a.path, "{"+p.Value.Name+"}", value)
				case openapi3.ParameterInQuery:
					a.query.Set(p.Value.Name, value)
				}
			}
			if mediaType != "" {
				examples := o.RequestBody.Value.Content.Get(mediaType).Examples
				if len(examples) != 1 {
					t.Fatalf("%s has %d examples of a body", operation, len(examples))
				}
				for _, e := range examples {
					a.mediaType, a.body = encode(t, mediaType, e.Value.Value)
				}
			}
			return a
		}
	}
	t.Fatalf("the document has no operation %s", operation)
	return asked{}
}

// encode writes an example as a body, and says of which media type.
func encode(t *testing.T, mediaType string, v any) (full, body string) {
	t.Helper()
	var b bytes.Buffer
	switch mediaType {
	case "application/x-www-form-urlencoded":
		form := url.Values{}
		for name, value := range v.(map[string]any) {
			form.Set(name, fmt.Sprint(value))
		}
		return mediaType, form.Encode()
	case "multipart/form-data":
		w := multipart.NewWriter(&b)
		for name, value := range v.(map[string]any) {
			w.WriteField(name, fmt.Sprint(value))
		}
		w.Close()
		return w.FormDataContentType(), b.String()
	default:
		if err := json.NewEncoder(&b).Encode(v); err != nil {
			t.Fatal(err)
		}
		return mediaType, b.String()
	}
}

// answeredAs sends the request, and fails the test unless it is answered with the status as the document says: also word for word as
// in the example of this name, but for what is another each time.
func (s *process) answeredAs(t *testing.T, a asked, status int, example string) {
	t.Helper()
	target := a.path
	if len(a.query) > 0 {
		target += "?" + a.query.Encode()
	}
	got := s.send(a.header, a.method, target, a.mediaType, a.body)
	what := fmt.Sprintf("%s %d %s", a.id, status, example)
	if got.status != status {
		t.Fatalf("%s: got %d %s", what, got.status, got.body)
	}
	if err := resttest.Check(resttest.Response{Method: a.method, Target: target, Status: got.status, Header: got.header, Body: got.body}); err != nil {
		t.Errorf("%s: %v", what, err)
	}
	if example == "" {
		return
	}
	for _, item := range document(t).Paths.Map() {
		o := item.GetOperation(a.method)
		if o == nil || o.OperationID != a.id {
			continue
		}
		want := o.Responses.Status(status).Value.Content.Get("application/json").Examples[example]
		if want == nil {
			t.Fatalf("the document has no example %s", what)
		}
		text, err := json.Marshal(want.Value.Value)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(lasting(t, string(text)), lasting(t, got.body)); d != "" {
			t.Errorf("%s is not answered as in the example (-want +got)\n%s", what, d)
		}
	}
}

// lasting is what of an answer is the same each time.
func lasting(t *testing.T, body string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	var blank func(any)
	blank = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, element := range v {
				blank(element)
			}
		case map[string]any:
			for _, name := range []string{"Secret", "RegistrationDateTime", "LastModified", "At", "Cursor", "EndCursor", "LastCursor"} {
				if _, ok := v[name]; ok {
					v[name] = "…"
				}
			}
			if actor, ok := v["Actor"].(map[string]any); ok {
				actor["Id"] = "…"
			}
			for _, member := range v {
				blank(member)
			}
		}
	}
	blank(v)
	return v
}

func (w who) with(name, value string) who {
	w = maps.Clone(w)
	http.Header(w).Set(name, value)
	return w
}

func TestOpenAPIIsServed(t *testing.T) {
	t.Parallel()
	s := demo(t, 20)
	got := s.send(anonymous, "GET", "/openapi.json", "", "")
	if got.status != http.StatusOK || got.body != string(rest.OpenAPI()) {
		t.Errorf("got %d %s", got.status, got.body)
	}
	if h := got.header; h.Get("Content-Type") != "application/json; charset=utf-8" || h.Get("Cache-Control") != "no-cache" {
		t.Errorf("got %v", h)
	}
}

// examples are all that the document has of answers which a client can bring about: operation, status and name. An answer without
// a body has the name "".
func examples(t *testing.T) (all []string) {
	t.Helper()
	for _, item := range document(t).Paths.Map() {
		for _, o := range item.Operations() {
			for status, r := range o.Responses.Map() {
				media := r.Value.Content.Get("application/json")
				switch {
				case status >= "500":
				case media == nil:
					all = append(all, o.OperationID+" "+status+" ")
				default:
					for name := range media.Examples {
						all = append(all, o.OperationID+" "+status+" "+name)
					}
				}
			}
		}
	}
	slices.Sort(all)
	return all
}
