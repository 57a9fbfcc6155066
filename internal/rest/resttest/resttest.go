// Package resttest holds answers of the REST API to the OpenAPI document that describes them, for tests.
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

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"contactgraph/internal/rest"
)

// ErrUndocumented is the error for a request that the document has no operation for.
var ErrUndocumented = errors.New("the document has no such operation")

// Document returns the OpenAPI document, which is valid, its examples included.
var Document = sync.OnceValues(func() (*openapi3.T, error) {
	openapi3filter.RegisterBodyDecoder("text/json", openapi3filter.JSONBodyDecoder)
	doc, err := openapi3.NewLoader().LoadFromData(rest.OpenAPI())
	if err != nil {
		return nil, err
	}
	return doc, doc.Validate(context.Background())
})

// Answer is what the server said to a request.
type Answer struct {
	Method, Target string // of the request; Target is the path with the query
	Status         int
	Header         http.Header
	Body           string
}

// Check returns what about an answer is not as the document says: its status, its headers, its media type and its body. It
// fails with ErrUndocumented where there is nothing to compare it with.
func Check(a Answer) error {
	doc, err := Document()
	if err != nil {
		return err
	}
	target, err := url.Parse(a.Target)
	if err != nil {
		return err
	}
	operation := find(doc, a.Method, target)
	if operation == nil {
		return ErrUndocumented
	}
	response := operation.Responses.Status(a.Status)
	if response == nil {
		return fmt.Errorf("%s is not documented to answer %d", operation.OperationID, a.Status)
	}
	if len(response.Value.Content) == 0 && (a.Body != "" || a.Header.Get("Content-Type") != "") {
		return fmt.Errorf("%s is documented to answer %d without a body, not with %s", operation.OperationID, a.Status, a.Body)
	}
	return openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{
			Request: &http.Request{Method: a.Method, URL: target},
			Route:   &routers.Route{Spec: doc, Operation: operation},
		},
		Status: a.Status, Header: a.Header, Body: io.NopCloser(strings.NewReader(a.Body)),
	})
}

var variable = regexp.MustCompile(`\\\{\w+\\\}`)

// find returns the operation of a request, nil if there is none. As on the server, a path's letter case makes no difference,
// nor does a slash at its end, and the iService addresses also work without /f. Of the latter's operations, the parameter api
// must name one.
func find(doc *openapi3.T, method string, target *url.URL) *openapi3.Operation {
	asked := strings.TrimSuffix(target.EscapedPath(), "/")
	if strings.HasPrefix(asked, "/webapp-api-") {
		asked = "/f" + asked
	}
	for path, item := range doc.Paths.Map() {
		pattern := variable.ReplaceAllString(regexp.QuoteMeta(path), "[^/]+")
		if !regexp.MustCompile("(?i)^" + pattern + "$").MatchString(asked) {
			continue
		}
		if o := item.GetOperation(method); o != nil && names(o, target.Query().Get("api")) {
			return o
		}
	}
	return nil
}

// names reports whether an operation is called so by its parameter api. One without this parameter is.
func names(o *openapi3.Operation, api string) bool {
	p := o.Parameters.GetByInAndName(openapi3.ParameterInQuery, "api")
	if p == nil {
		return true
	}
	for _, name := range p.Schema.Value.Enum {
		if name == api {
			return true
		}
	}
	return false
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
			p := o.Parameters.GetByInAndName(openapi3.ParameterInQuery, "api")
			if p == nil {
				all = append(all, method+" "+path)
				continue
			}
			for _, name := range p.Schema.Value.Enum {
				all = append(all, fmt.Sprintf("iService %s", name))
			}
		}
	}
	return all, nil
}

// Spoiled returns the body of an answer in many ways spoilt: without one of its members, with one of another name, with one more.
// Members whose names or values are free, those of ModelState and of the values in the log, are left alone.
func Spoiled(body any) []string {
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

// each spoils v in place, calls said, and mends it, in one way after the other.
func each(v any, said func()) {
	switch v := v.(type) {
	case []any:
		for _, element := range v {
			each(element, said)
		}
	case map[string]any:
		v["another"] = nil
		said()
		delete(v, "another")
		for _, name := range slices.Sorted(maps.Keys(v)) {
			value := v[name]
			delete(v, name)
			said()
			v[name+"s"] = value
			said()
			delete(v, name+"s")
			v[name] = value
			if name != "ModelState" && name != "Old" && name != "New" {
				each(value, said)
			}
		}
	}
}
