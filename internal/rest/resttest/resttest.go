// Package resttest checks responses of the REST APIs against their OpenAPI document, for tests.
package resttest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"contactgraph/internal/rest/openapi"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// ErrUndocumented is the error for a request without an operation in the document.
var ErrUndocumented = errors.New("the document has no such operation")

// Document returns the OpenAPI document. It fails if the document or one of its examples is
// invalid. The schemas of the document allow further members, which later releases may add; here
// they do not, so that the document has every member that there is now.
var Document = sync.OnceValues(func() (*openapi3.T, error) {
	openapi3filter.RegisterBodyDecoder("text/json", openapi3filter.JSONBodyDecoder)
	doc, err := openapi3.NewLoader().LoadFromData(openapi.Document())
	if err != nil {
		return nil, err
	}
	for _, schema := range doc.Components.Schemas {
		if err := schema.WalkSubtree(closeObject); err != nil {
			return nil, err
		}
	}
	return doc, doc.Validate(context.Background())
})

// AccountFields are the names of the account fields that the tests and the demo data have: further
// members of the schemas that are marked with x-account-fields.
var AccountFields = []string{
	"MiddleInitial", "Language", "Birthday", "Household", "Discount", "LastVisit", "Interests", "Hobbies", "Grade", "City", "GivenName",
	"customerNumber",
}

// closeObject makes the schema of an object reject members that it does not list.
func closeObject(_ string, schema *openapi3.SchemaRef) error {
	if schema.Value.Extensions["x-account-fields"] == true {
		for _, name := range AccountFields {
			schema.Value.Properties[name] = &openapi3.SchemaRef{Value: &openapi3.Schema{Type: &openapi3.Types{"null", "string", "number", "array"}}}
		}
	}
	if len(schema.Value.Properties) > 0 {
		schema.Value.AdditionalProperties = openapi3.AdditionalProperties{Has: new(false)}
	}
	return nil
}

// Response is the server's response to a request.
type Response struct {
	Method, Target string // of the request; Target is the path with the query
	Status         int
	Header         http.Header
	Body           string
}

// Check compares the status, headers, media type and body of a response with the document. It fails
// with ErrUndocumented if the document does not have the operation.
func Check(resp Response) error {
	doc, err := Document()
	if err != nil {
		return err
	}
	target, err := url.Parse(resp.Target)
	if err != nil {
		return err
	}
	operation := find(doc, resp.Method, target)
	if operation == nil {
		return ErrUndocumented
	}
	documented := operation.Responses.Status(resp.Status)
	if documented == nil {
		return fmt.Errorf("%s: status %d is not documented", operation.OperationID, resp.Status)
	}
	if len(documented.Value.Content) == 0 && (resp.Body != "" || resp.Header.Get("Content-Type") != "") {
		return fmt.Errorf("%s: status %d is documented without a body, but has %s", operation.OperationID, resp.Status, resp.Body)
	}
	return openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{
			Request: &http.Request{Method: resp.Method, URL: target},
			Route:   &routers.Route{Spec: doc, Operation: operation},
		},
		Status: resp.Status, Header: resp.Header, Body: io.NopCloser(strings.NewReader(resp.Body)),
	})
}

var variable = regexp.MustCompile(`\\\{\w+\\\}`)

// find returns the operation of a request, nil if there is none. As on the server, letter case and
// a trailing slash of the path are ignored, and the iService paths also work without /f. The
// parameter api selects one of the iService operations.
func find(doc *openapi3.T, method string, target *url.URL) *openapi3.Operation {
	path := strings.TrimSuffix(target.EscapedPath(), "/")
	if strings.HasPrefix(path, "/webapp-api-") {
		path = "/f" + path
	}
	paths := doc.Paths.Map()
	for _, key := range slices.Sorted(maps.Keys(paths)) { // a name precedes the brace of a variable
		item := paths[key]
		template, query, _ := strings.Cut(key, "?")
		pattern := variable.ReplaceAllString(regexp.QuoteMeta(template), "[^/]+")
		if !regexp.MustCompile("(?i)^" + pattern + "$").MatchString(path) {
			continue
		}
		if o := item.GetOperation(method); o != nil && names(o, query, target.Query().Get("api")) {
			return o
		}
	}
	return nil
}

// names reports whether the parameter api selects the operation, whose path has the query. It
// always does for operations without this parameter.
func names(o *openapi3.Operation, query, api string) bool {
	all := apis(o, query)
	return all == nil || slices.Contains(all, api)
}

// apis returns the values of the parameter api that select the operation, nil if it has no such
// parameter. An endpoint of iService has several operations with one method. Each but the first has
// the parameter in the query of its path: so it has a body and responses of its own.
func apis(o *openapi3.Operation, query string) (all []string) {
	if name, ok := strings.CutPrefix(query, "api="); ok {
		return []string{name}
	}
	if p := o.Parameters.GetByInAndName(openapi3.ParameterInQuery, "api"); p != nil {
		for _, name := range p.Schema.Value.Enum {
			all = append(all, fmt.Sprint(name))
		}
	}
	return all
}

// Operations names the operations of the document as rest.Operations does.
func Operations() ([]string, error) {
	doc, err := Document()
	if err != nil {
		return nil, err
	}
	var all []string
	for path, item := range doc.Paths.Map() {
		for method, o := range item.Operations() {
			_, query, _ := strings.Cut(path, "?")
			selected := apis(o, query)
			if selected == nil {
				all = append(all, method+" "+path)
			}
			for _, name := range selected {
				all = append(all, "iService "+name)
			}
		}
	}
	return all, nil
}

// Corrupted returns variants of a body that a strict document rejects: one member removed, renamed
// or added. It leaves out members whose names or values are free: those of ModelState and the
// values of the change log.
func Corrupted(body any) []string {
	var all []string
	each(body, func() {
		text, err := json.Marshal(body)
		if err != nil {
			panic(err) // it was JSON before
		}
		all = append(all, string(text))
	})
	return all
}

// each changes v in place in one way after the other, calls visit, and restores v.
func each(v any, visit func()) {
	switch v := v.(type) {
	case []any:
		for _, element := range v {
			each(element, visit)
		}
	case map[string]any:
		v["another"] = nil
		visit()
		delete(v, "another")
		for _, name := range slices.Sorted(maps.Keys(v)) {
			value := v[name]
			delete(v, name)
			if !slices.Contains(AccountFields, name) { // not every account has them
				visit()
			}
			v[name+"s"] = value
			visit()
			delete(v, name+"s")
			v[name] = value
			if name != "ModelState" && name != "Old" && name != "New" {
				each(value, visit)
			}
		}
	}
}
