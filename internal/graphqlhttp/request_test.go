package graphqlhttp

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// TestMalformedRequests: they get the same error in both media types, and no response repeats any
// of them.
func TestMalformedRequests(t *testing.T) {
	t.Parallel()
	const q = `"query":"{__typename}"`
	for name, c := range map[string]struct {
		body string
		want *requestError
	}{
		"no body":                   {"", errJSON},
		"not JSON":                  {"hunter2", errJSON},
		"GraphQL":                   {"{ hunter2 }", errJSON},
		"cut short":                 {`{"query":"hunter2`, errJSON},
		"byte order mark":           {"\ufeff{" + q + "}", errJSON},
		"null":                      {"null", errNotObject},
		"string":                    {`"hunter2"`, errNotObject},
		"batch":                     {`[{` + q + `}]`, errBatch},
		"trailing value":            {`{` + q + `}{"hunter2":1}`, errTrailing},
		"trailing brace":            {`{` + q + `}}`, errTrailing},
		"trailing NUL":              {`{` + q + "}\x00", errTrailing},
		"not UTF-8":                 {`{` + q + `,"x":"` + "\xff" + `"}`, errUTF8},
		"half a surrogate pair":     {`{` + q + `,"x":"\ud800"}`, errSurrogate},
		"the other half":            {`{` + q + `,"x":"\udc00\ud800"}`, errSurrogate},
		"query twice":               {`{` + q + `,"query":"{any}"}`, errDuplicate},
		"unknown member twice":      {`{` + q + `,"hunter2":1,"hunter2":2}`, errDuplicate},
		"variable twice":            {`{` + q + `,"variables":{"a":1,"\u0061":2}}`, errDuplicate},
		"nested too deep":           {`{` + q + `,"variables":{"a":` + strings.Repeat("[", 63) + strings.Repeat("]", 63) + `}}`, errNesting},
		"nested far too deep":       {strings.Repeat(`{"hunter2":[`, 9000), errNesting},
		"no query":                  {`{"qeury":"hunter2"}`, errQuery},
		"query of another case":     {`{"QUERY":"{__typename}"}`, errQuery},
		"query null":                {`{"query":null}`, errQuery},
		"query number":              {`{"query":1}`, errQuery},
		"query object":              {`{"query":{"hunter2":1}}`, errQuery},
		"query and documentId":      {`{` + q + `,"documentId":"hunter2"}`, errTwoDocuments},
		"documentId twice":          {`{"documentId":"hunter2","extensions":{"persistedQuery":{}}}`, errTwoDocuments},
		"documentId number":         {`{"documentId":7}`, errDocumentID},
		"documentId empty":          {`{"documentId":""}`, errQuery},
		"persistedQuery text":       {`{` + q + `,"extensions":{"persistedQuery":"hunter2"}}`, errPersistedQuery},
		"persistedQuery null":       {`{"extensions":{"persistedQuery":null}}`, errQuery},
		"operationName number":      {`{` + q + `,"operationName":0}`, errOperationName},
		"variables list":            {`{` + q + `,"variables":["hunter2"]}`, errVariables},
		"variables string":          {`{` + q + `,"variables":"{\"hunter2\":1}"}`, errVariables},
		"extensions number":         {`{` + q + `,"extensions":7}`, errExtensions},
		"query too large":           {document("{any} #" + strings.Repeat("x", MaxQuery)), errQueryTooLarge},
		"body too large":            {`{` + q + `,"x":"` + strings.Repeat("x", DefaultMaxBody) + `"}`, errBodyTooLarge},
		"large body of white space": {`{` + q + `}` + strings.Repeat(" ", DefaultMaxBody), errBodyTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer()
			code := CodeBadUserInput
			if c.want == errBatch {
				code = CodeBatching
			}
			if got := c.want.errors()[0].Extensions["code"]; got != code {
				t.Errorf("its code is %v", got)
			}
			for _, accept := range []string{acceptJSON, acceptResponse} {
				expectError(t, s.do(t, post(c.body, accept)), c.want)
			}
			r := post(c.body)
			r.ContentLength = -1 // as with Transfer-Encoding: chunked
			expectError(t, s.do(t, r), c.want)
			if s.runs.Load() != 0 {
				t.Error("something was executed")
			}
		})
	}
}

func expectError(t *testing.T, a response, want *requestError) {
	t.Helper()
	status := want.status
	if status == 422 && strings.HasPrefix(a.header.Get("Content-Type"), jsonType) {
		status = 400
	}
	if a.status != status || len(a.json.Errors) != 1 || a.json.Errors[0].Message != want.message {
		t.Errorf("status %d, want %d, %q: %s", a.status, status, want.message, a.body)
	}
	if a.code(t) != want.errors()[0].Extensions["code"] || a.hasData() {
		t.Errorf("code %q: %s", a.code(t), a.body)
	}
	if want.name != "" && a.header.Get(want.name) != want.value {
		t.Errorf("%s: %q, want %q", want.name, a.header.Get(want.name), want.value)
	}
}

func TestWellFormedBodies(t *testing.T) {
	t.Parallel()
	const q = `"query":"query Q($v: Any) {any(value: $v)}"`
	deepest := strings.Repeat("[", 62) + strings.Repeat("]", 62) // below the body and the variables
	for name, c := range map[string]struct{ body, value string }{
		"query alone":           {`{` + q + `}`, "null"},
		"all null":              {`{` + q + `,"operationName":null,"variables":null,"extensions":null}`, "null"},
		"empty operationName":   {`{` + q + `,"operationName":""}`, "null"},
		"operationName":         {`{` + q + `,"operationName":"Q"}`, "null"},
		"extensions":            {`{` + q + `,"extensions":{"persistedQuery":{}}}`, "null"},
		"unknown members":       {`{"id":1,` + q + `,"Query":"{","VARIABLES":7}`, "null"},
		"escapes":               {`{` + q + `,"variables":{"v":"\u00e9\ud83d\ude00\n\/"}}`, `"é😀\n/"`},
		"UTF-8":                 {`{` + q + `,"variables":{"v":"é😀"}}`, `"é😀"`},
		"white space":           {" \t\r\n{ " + q + " , \"variables\" : { \"v\" : [ 1 , 2 ] } } \n", "[1,2]"},
		"exact numbers":         {`{` + q + `,"variables":{"v":[12345678901234567890.10,-0,1E+2]}}`, "[12345678901234567890.10,-0,1E+2]"},
		"nested to the limit":   {`{` + q + `,"variables":{"v":` + deepest + `}}`, deepest},
		"empty object and list": {`{` + q + `,"variables":{"v":[{},[]]}}`, "[{},[]]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newServer().do(t, post(c.body))
			if want := `{"any":` + c.value + `}`; a.status != 200 || string(a.json.Data) != want {
				t.Errorf("status %d: %s, want data %s", a.status, a.body, want)
			}
		})
	}
}

func TestContentType(t *testing.T) {
	t.Parallel()
	for contentType, want := range map[string]int{
		"Content-Type: application/json":                             200,
		"Content-Type: application/json;charset=utf-8":               200,
		"Content-Type: Application/JSON; Charset=\"UTF-8\"":          200,
		"Content-Type: application/json; profile=x":                  200,
		"Content-Type: application/json; charset=iso-8859-1":         415,
		"Content-Type: application/json; charset":                    415,
		"Content-Type: application/json, text/plain":                 415,
		"Content-Type: application/graphql":                          415,
		"Content-Type: application/graphql+json":                     415,
		"Content-Type: text/json":                                    415,
		"Content-Type: text/plain":                                   415,
		"Content-Type: application/x-www-form-urlencoded":            415,
		"Content-Type: multipart/form-data; boundary=x":              415,
		"Content-Type: ":                                             415,
		"Content-Type: application/json\nContent-Type: x/y":          415,
		"Content-Type: application/json\nContent-Encoding: identity": 200,
		"Content-Type: application/json\nContent-Encoding: gzip":     415,
	} {
		a := newServer().do(t, post(document("{any}"), strings.Split(contentType, "\n")...))
		if a.status != want {
			t.Errorf("%q: status %d, want %d: %s", contentType, a.status, want, a.body)
		}
		if encoded := strings.Contains(contentType, "gzip"); encoded != (a.header.Get("Accept-Encoding") == "identity") {
			t.Errorf("%q: Accept-Encoding %q", contentType, a.header.Get("Accept-Encoding"))
		}
	}
	if a := newServer().do(t, request(http.MethodPost, "/graphql", document("{any}"))); a.status != 415 {
		t.Errorf("no Content-Type: status %d", a.status)
	}
}

func TestMaxBody(t *testing.T) {
	t.Parallel()
	body := document("{any}")
	for limit, want := range map[int64]*requestError{int64(len(body)): nil, int64(len(body)) - 1: errBodyTooLarge} {
		params, reqErr := Transport{MaxBody: limit}.read(httptest.NewRecorder(), post(body))
		if reqErr != want {
			t.Errorf("limit %d: error %v, want %v", limit, reqErr, want)
		}
		if reqErr == nil && params.Query != "{any}" {
			t.Errorf("limit %d: query %q", limit, params.Query)
		}
	}
}

func TestBrokenConnection(t *testing.T) {
	t.Parallel()
	r := post("")
	r.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"query":`), iotest.ErrReader(errors.New("hunter2"))))
	r.ContentLength = -1
	expectError(t, newServer().do(t, r), errUnreadable)
}

func TestGet(t *testing.T) {
	t.Parallel()
	const q = "query Q($v: Any) {any(value: $v)} query R {__typename}"
	s := newServer()
	for name, c := range map[string]struct {
		parameters []string
		data       string
	}{
		"query":            {[]string{"query", "{any}"}, `{"any":null}`},
		"operationName":    {[]string{"query", q, "operationName", "R"}, `{"__typename":"Query"}`},
		"variables":        {[]string{"query", q, "operationName", "Q", "variables", `{"v":1.50}`}, `{"any":1.50}`},
		"null variables":   {[]string{"query", "{any}", "variables", "null", "extensions", "null"}, `{"any":null}`},
		"empty parameters": {[]string{"query", "{any}", "operationName", "", "variables", "", "extensions", ""}, `{"any":null}`},
		"extensions":       {[]string{"query", "{any}", "extensions", `{"a":{}}`}, `{"any":null}`},
		"other parameters": {[]string{"query", "{any}", "x", "\xff", "x", "2"}, `{"any":null}`},
	} {
		if a := s.do(t, get(c.parameters...)); a.status != 200 || string(a.json.Data) != c.data {
			t.Errorf("%s: status %d: %s", name, a.status, a.body)
		}
	}
	if a := s.do(t, get("query", "{nothing}")); a.status != 200 || a.code(t) != "GRAPHQL_VALIDATION_FAILED" {
		t.Errorf("invalid document: status %d: %s", a.status, a.body)
	}
}

func TestMalformedURLs(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]*requestError{
		"":                                  errQuery,
		"variables={}":                      errQuery,
		"Query={any}":                       errQuery,
		"query=%zzhunter2":                  errURL,
		"query={any};hunter2":               errURL,
		"query={any}&query={any}":           errURLRepeats,
		"query={any}&variables=&variables=": errURLRepeats,
		"query=%ff":                         errUTF8,
		"query={any}&operationName=%ff":     errUTF8,
		"query={any}&variables=hunter2":     errJSON,
		"query={any}&variables=[]":          errVariables,
		"query={any}&variables=1%201":       errTrailing,
		"query={any}&extensions=[]":         errExtensions,
		"query={any}&extensions={":          errJSON,
		"query={any}&documentId=hunter2":    errTwoDocuments,
		"documentId=hunter2&documentId=":    errURLRepeats,
		"documentId=%ff":                    errUTF8,
		"documentId=":                       errQuery,
		"query={any}&x=" + strings.Repeat("x", MaxURLQuery): errURLTooLong,
	} {
		expectError(t, newServer().do(t, request(http.MethodGet, "/graphql?"+target, "")), want)
	}
}

// TestDocumentsAreIdentified: a request can identify its document instead of sending it, or as
// well.
func TestDocumentsAreIdentified(t *testing.T) {
	t.Parallel()
	for extension, want := range map[string]*PersistedQuery{
		`{"version":1,"sha256Hash":"ab"}`: {"1", "ab"},
		`{}`:                              {},
		`{"version":"1"}`:                 {},
		`{"sha256Hash":17}`:               {},
		`null`:                            nil,
	} {
		extensions := `{"persistedQuery":` + extension + `}`
		for name, r := range map[string]*http.Request{
			"POST": post(`{"query":"{any}","extensions":` + extensions + `}`), "GET": get("query", "{any}", "extensions", extensions),
		} {
			got, reqErr := Transport{}.read(httptest.NewRecorder(), r)
			if reqErr != nil || got.Query != "{any}" || !cmp.Equal(got.PersistedQuery, want) {
				t.Errorf("%s %s: got %v, %v, want %v", name, extension, got, reqErr, want)
			}
		}
	}
	for name, r := range map[string]*http.Request{
		"POST": post(`{"documentId":"d"}`), "POST with null": post(`{"query":null,"documentId":"d"}`), "GET": get("documentId", "d"),
	} {
		got, reqErr := Transport{}.read(httptest.NewRecorder(), r)
		if reqErr != nil || got.Query != "" || got.DocumentID != "d" {
			t.Errorf("%s: got %v, %v", name, got, reqErr)
		}
	}
}

// TestSharedBuffers: buffers for bodies are reused, and nothing of one request may appear in the
// response to another.
func TestSharedBuffers(t *testing.T) {
	t.Parallel()
	s := newServer()
	for i := range 8 {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			t.Parallel()
			for j := range 50 {
				text := strings.Repeat(fmt.Sprintf("%d-%d ", i, j), 1+j*j)
				if a := s.do(t, post(document(`{any(value: "`+text+`")}`))); a.body != `{"data":{"any":"`+text+`"}}` {
					t.Errorf("%d-%d: %.200s", i, j, a.body)
				}
			}
		})
	}
}
