package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"

	"contactgraph/internal/acceptance/harness"
	"contactgraph/internal/rest/openapi"
	"contactgraph/internal/rest/resttest"
)

func document(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := resttest.Document()
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// request is a request for an operation. It has the values of the document's examples until a test
// changes it.
type request struct {
	id, method, path string
	query            url.Values
	mediaType, body  string
	header           harness.Caller
}

// fromExamples builds the request for an operation from the examples of the document. The body is
// the example of the media type; the request has none if that is "".
func fromExamples(t *testing.T, operation, mediaType string) request {
	t.Helper()
	for path, item := range document(t).Paths.Map() {
		for method, o := range item.Operations() {
			if o.OperationID != operation {
				continue
			}
			a := request{id: operation, method: method, path: path, query: url.Values{}, header: harness.APIKey("demo-agent")}
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
	return request{}
}

// encode encodes an example as a body. full is the media type with its parameters.
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

// newID matches the id of a new contact: those of the other account are lower.
var newID = regexp.MustCompile(`"(Id|contactID)":\d+`)

// reportAddress matches the address of a report. The host, the time until which it works and the
// signature vary.
var reportAddress = regexp.MustCompile(`^https?://[^/]+(/exports/personal-data/\d+)-\d{10}-[\w-]{43}$`)

// newIDs has the ids of the examples of what operations create.
var newIDs = map[string]string{"postContact": "1000021", "postStore": "1000003", "postCompany": "1000002", "register": "1000021"}

// checkResponse sends the request, and compares the response with the document: the status, the
// schema, and, if example is not "", the example of that name, except for the values that vary.
func checkResponse(t *testing.T, s *harness.Server, a request, status int, example string) {
	t.Helper()
	target := a.path
	if len(a.query) > 0 {
		target += "?" + a.query.Encode()
	}
	got := s.Send(a.header, a.method, target, a.mediaType, a.body)
	what := fmt.Sprintf("%s %d %s", a.id, status, example)
	if got.Status != status {
		t.Fatalf("%s: got %d %s", what, got.Status, got.Body)
	}
	if err := resttest.Check(resttest.Response{Method: a.method, Target: target, Status: got.Status, Header: got.Header, Body: got.Body}); err != nil {
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
		if id := newIDs[a.id]; id != "" {
			got.Body = newID.ReplaceAllString(got.Body, `"$1":`+id)
		}
		text, err := json.Marshal(want.Value.Value)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(constant(t, string(text)), constant(t, got.Body)); d != "" {
			t.Errorf("the response of %s differs from the example (-want +got)\n%s", what, d)
		}
	}
}

// constant returns the response with "…" in place of the values that vary.
func constant(t *testing.T, body string) any {
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
			if _, isNew := v["contactID"].(string); isNew { // that of newcontact, the next free id
				v["contactID"] = "…"
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
	if text, ok := v.(string); ok {
		return reportAddress.ReplaceAllString(text, "…$1…")
	}
	return v
}

func TestOpenAPIIsServed(t *testing.T) {
	t.Parallel()
	s := harness.Demo(t, 20)
	got := s.Send(harness.Anonymous, "GET", "/openapi.json", "", "")
	if got.Status != http.StatusOK || got.Body != string(openapi.Document()) {
		t.Errorf("got %d %s", got.Status, got.Body)
	}
	if h := got.Header; h.Get("Content-Type") != "application/json; charset=utf-8" || h.Get("Cache-Control") != "no-cache" {
		t.Errorf("got %v", h)
	}
}

// examples lists the examples of responses in the document, except those of server errors, each as
// operation, status and name. A response without a body has the name "".
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
