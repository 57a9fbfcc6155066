package graphqlhttp

import (
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"os"
	"strings"
	"unicode/utf8"

	"contactgraph/internal/netlimit"

	"github.com/99designs/gqlgen/graphql"
)

// Request is a GraphQL request. It has a Query, or else what identifies the document to run, which
// Limiter finds. A request with a Query and a PersistedQuery asks the server to keep the document.
type Request struct {
	graphql.RawParams

	// DocumentID is that of GraphQL over HTTP, appendix Persisted Documents; "" for none.
	DocumentID string
	// PersistedQuery is nil for none.
	PersistedQuery *PersistedQuery
}

// ExtensionPersistedQuery is the key of a request extension: see PersistedQuery.
const ExtensionPersistedQuery = "persistedQuery"

// PersistedQuery is extensions.persistedQuery of a request, by Apollo's protocol of automatic
// persisted queries. Members of another type are empty.
type PersistedQuery struct{ Version, SHA256 string }

// read reads the GraphQL request from the HTTP request.
func (t Transport) read(w http.ResponseWriter, r *http.Request) (*Request, *requestError) {
	start := graphql.Now()
	var params *Request
	var reqErr *requestError
	if r.Method == http.MethodPost {
		params, reqErr = t.readBody(w, r)
	} else {
		params, reqErr = readURL(r.URL)
	}
	if reqErr != nil {
		return nil, reqErr
	}
	if len(params.Query) > MaxQuery {
		return nil, errQueryTooLarge
	}
	params.Headers = r.Header
	params.ReadTime = graphql.TraceTiming{Start: start, End: graphql.Now()}
	return params, nil
}

// readBody reads a request by POST (GraphQL over HTTP, section POST).
func (t Transport) readBody(w http.ResponseWriter, r *http.Request) (*Request, *requestError) {
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
	body := getBuffer()
	defer putBuffer(body)
	if _, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, limit)); err != nil {
		return nil, bodyError(err)
	}
	return parseBody(body.Bytes())
}

// bodyError returns the error for a failed read of a body.
func bodyError(err error) *requestError {
	_, tooLarge := errors.AsType[*http.MaxBytesError](err)
	switch {
	case tooLarge:
		return errBodyTooLarge
	case errors.Is(err, netlimit.ErrInterrupted):
		return errInterrupted
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errTimeout
	}
	return errUnreadable
}

// isJSON reports whether Content-Type is application/json, with the charset UTF-8 if it has one.
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

// parseBody parses the JSON of a body. Member names are case-sensitive, and unknown members are
// ignored.
func parseBody(body []byte) (*Request, *requestError) {
	value, reqErr := parseJSON(body)
	if reqErr != nil {
		return nil, reqErr
	}
	if _, batch := value.([]any); batch {
		return nil, errBatch
	}
	members, ok := value.(map[string]any)
	if !ok {
		return nil, errNotObject
	}
	var params Request
	if params.Query, ok = optional[string](members["query"]); !ok {
		return nil, errQuery
	}
	if params.DocumentID, ok = optional[string](members["documentId"]); !ok {
		return nil, errDocumentID
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
	return &params, params.identify(members["query"] != nil)
}

// identify reads extensions.persistedQuery. It fails unless the request has a query or identifies
// its document, in one way.
func (r *Request) identify(hasQuery bool) *requestError {
	if value := r.Extensions[ExtensionPersistedQuery]; value != nil {
		members, ok := value.(map[string]any)
		if !ok {
			return errPersistedQuery
		}
		version, _ := members["version"].(json.Number)
		hash, _ := members["sha256Hash"].(string)
		r.PersistedQuery = &PersistedQuery{Version: version.String(), SHA256: hash}
	}
	switch {
	case r.DocumentID != "" && (r.Query != "" || r.PersistedQuery != nil):
		return errTwoDocuments
	case !hasQuery && r.DocumentID == "" && r.PersistedQuery == nil:
		return errQuery
	}
	return nil
}

// optional returns the value as a T, or the zero T if the value is absent or null.
func optional[T any](value any) (t T, ok bool) {
	if value == nil {
		return t, true
	}
	t, ok = value.(T)
	return t, ok
}

// readURL reads a request by GET (GraphQL over HTTP, section GET).
func readURL(u *url.URL) (*Request, *requestError) {
	if len(u.RawQuery) > MaxURLQuery {
		return nil, errURLTooLong
	}
	values, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return nil, errURL
	}
	for _, name := range [...]string{"query", "documentId", "operationName", "variables", "extensions"} {
		if len(values[name]) > 1 {
			return nil, errURLRepeats
		}
		if !utf8.ValidString(values.Get(name)) {
			return nil, errUTF8
		}
	}
	params := &Request{DocumentID: values.Get("documentId")}
	params.Query, params.OperationName = values.Get("query"), values.Get("operationName")
	var reqErr *requestError
	if params.Variables, reqErr = parseObject(values.Get("variables"), errVariables); reqErr != nil {
		return nil, reqErr
	}
	if params.Extensions, reqErr = parseObject(values.Get("extensions"), errExtensions); reqErr != nil {
		return nil, reqErr
	}
	return params, params.identify(values.Has("query"))
}

// parseObject parses a URL parameter that is a JSON object, null or empty.
func parseObject(text string, notObject *requestError) (map[string]any, *requestError) {
	if text == "" {
		return nil, nil
	}
	value, reqErr := parseJSON([]byte(text))
	if reqErr != nil {
		return nil, reqErr
	}
	object, ok := optional[map[string]any](value)
	if !ok {
		return nil, notObject
	}
	return object, nil
}
