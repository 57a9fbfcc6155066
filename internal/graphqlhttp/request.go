package graphqlhttp

import (
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
)

// read takes the GraphQL request out of the HTTP request.
func (t Transport) read(w http.ResponseWriter, r *http.Request) (*graphql.RawParams, *refusal) {
	start := graphql.Now()
	var params *graphql.RawParams
	var refused *refusal
	if r.Method == http.MethodPost {
		params, refused = t.readBody(w, r)
	} else {
		params, refused = readURL(r.URL)
	}
	if refused != nil {
		return nil, refused
	}
	if len(params.Query) > MaxQuery {
		return nil, errQueryTooLarge
	}
	params.Headers = r.Header
	params.ReadTime = graphql.TraceTiming{Start: start, End: graphql.Now()}
	return params, nil
}

// readBody reads a request by POST (GraphQL over HTTP, section POST).
func (t Transport) readBody(w http.ResponseWriter, r *http.Request) (*graphql.RawParams, *refusal) {
	if !isJSON(r.Header["Content-Type"]) {
		return nil, errContentType
	}
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return nil, errContentEncoding
	}
	limit := t.MaxBody
	if limit == 0 {
		limit = DefaultMaxBody
	}
	if r.ContentLength > limit {
		return nil, errBodyTooLarge
	}
	body := borrow()
	defer giveBack(body)
	if _, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, limit)); err != nil {
		if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
			return nil, errBodyTooLarge
		}
		return nil, errUnreadable
	}
	return parseBody(body.Bytes())
}

// isJSON tells whether Content-Type names application/json, in UTF-8 if it
// names a charset.
func isJSON(contentType []string) bool {
	if len(contentType) != 1 {
		return false
	}
	if contentType[0] == jsonType { // what most clients send
		return true
	}
	mediaType, parameters, err := mime.ParseMediaType(contentType[0])
	if err != nil || mediaType != jsonType {
		return false
	}
	charset, named := parameters["charset"]
	return !named || strings.EqualFold(charset, "utf-8")
}

// parseBody reads a body's JSON. Member names are compared exactly, and unknown
// members are ignored.
func parseBody(body []byte) (*graphql.RawParams, *refusal) {
	value, refused := parseJSON(body)
	if refused != nil {
		return nil, refused
	}
	members, ok := value.(map[string]any)
	if !ok {
		return nil, errNotObject
	}
	var params graphql.RawParams
	if params.Query, ok = members["query"].(string); !ok {
		return nil, errQuery
	}
	if params.OperationName, ok = optional[string](members["operationName"]); !ok {
		return nil, errOperationName
	}
	if params.Variables, ok = optional[map[string]any](members["variables"]); !ok {
		return nil, errVariables
	}
	if params.Extensions, ok = optional[map[string]any](members["extensions"]); !ok {
		return nil, errExtensions
	}
	return &params, nil
}

// optional returns the value as a T, and the zero T for one that is absent or
// null.
func optional[T any](value any) (t T, ok bool) {
	if value == nil {
		return t, true
	}
	t, ok = value.(T)
	return t, ok
}

// readURL reads a request by GET (GraphQL over HTTP, section GET).
func readURL(u *url.URL) (*graphql.RawParams, *refusal) {
	if len(u.RawQuery) > MaxURLQuery {
		return nil, errURLTooLong
	}
	values, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return nil, errURL
	}
	for _, name := range [...]string{"query", "operationName", "variables", "extensions"} {
		if len(values[name]) > 1 {
			return nil, errURLRepeats
		}
		if !utf8.ValidString(values.Get(name)) {
			return nil, errUTF8
		}
	}
	if !values.Has("query") {
		return nil, errQuery
	}
	params := &graphql.RawParams{Query: values.Get("query"), OperationName: values.Get("operationName")}
	var refused *refusal
	if params.Variables, refused = parseObject(values.Get("variables"), errVariables); refused != nil {
		return nil, refused
	}
	if params.Extensions, refused = parseObject(values.Get("extensions"), errExtensions); refused != nil {
		return nil, refused
	}
	return params, nil
}

// parseObject reads a parameter that holds a JSON object, null or nothing.
func parseObject(text string, otherwise *refusal) (map[string]any, *refusal) {
	if text == "" {
		return nil, nil
	}
	value, refused := parseJSON([]byte(text))
	if refused != nil {
		return nil, refused
	}
	object, ok := optional[map[string]any](value)
	if !ok {
		return nil, otherwise
	}
	return object, nil
}
