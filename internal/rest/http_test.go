package rest_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"contactgraph/internal/app"
	"contactgraph/internal/auth"
	"contactgraph/internal/contact"
	"contactgraph/internal/rest"
	"contactgraph/internal/rest/legacypath"
)

func TestOtherMethodsAreNotAllowed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, method := range []string{"POST", "OPTIONS"} {
		got := f.do(method, contactPath(first), "", nil)
		expect(t, got, 405, `{"Message":"The requested resource does not support http method '`+method+`'."}`)
		if allow := got.Header.Get("Allow"); allow != "GET, PUT, PATCH, DELETE" {
			t.Errorf("Allow is %q", allow)
		}
	}
}

// Clients take 404 for "no such contact", for an empty list, or for success: it is never the
// response to an operation of the legacy API that this server does not have.
func TestOperationsThatAreNotSupported(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, c := range [][3]string{ // method, request and what the message names
		{"GET", "/api/v1/Orders", "/api/v1/orders"},
		{"GET", "/api/v1/ORDERS/7/lines/?x=y", "/api/v1/orders/7/lines"},
		{"GET", "/api/v1/Points", "/api/v1/points"},
		{"POST", "/api/v1/Points/", "/api/v1/points"},
		{"GET", "/api/v1/PointSums/1", "/api/v1/pointsums/1"},
		{"PATCH", "/api/v1/Vouchers/1", "/api/v1/vouchers/1"},
		{"DELETE", "/api/v1/Messages/1", "/api/v1/messages/1"},
		{"POST", "/api/v1/PushTokens", "/api/v1/pushtokens"},
		{"GET", "/api/v1/Media", "/api/v1/media"},
		{"GET", "/api/v1/FeedSyncs", "/api/v1/feedsyncs"},
		{"GET", "/api/v1/Data/x", "/api/v1/data/x"},
		{"GET", "/api/v1/Newsletters", "/api/v1/newsletters"},
		{"POST", "/api/v2/12/ContactEvents", "/api/v2/12/contactevents"},
		{"GET", "/api/v2/12/tables/t/rows", "/api/v2/12/tables/t/rows"},
		{"GET", "/API/V2/Tables", "/api/v2/tables"},
		{"POST", "/api/v2/12/Contacts/1/Merge/2", "/api/v2/12/contacts/1/merge/2"},
		{"GET", "/api/v1/Stores/1/Contacts?number=7", "/api/v1/stores/1/contacts"},
		{"GET", "/api/v1/ContactCompanies/1/Orders", "/api/v1/contactcompanies/1/orders"},
		{"GET", "/api/v1/Segments/1", "/api/v1/segments/1"},
	} {
		expect(t, f.do(c[0], c[1], "", nil), http.StatusNotImplemented, `{"Message":"`+c[0]+" "+c[2]+` is not supported."}`)
	}
	for _, path := range []string{"/f/webapp-api-subscriptions?api=mine", "/webapp-api-Ticket?api=details", "/f/webapp-api-x/", "/f/webapp-api-custinfo/details", "/webapp-api-x/y/z?api=a"} {
		for _, method := range []string{"GET", "POST", "PUT"} {
			got := f.do(method, path, "", nil)
			expect(t, got, 200, `{"errors":["Not supported."],"errorDetails":["This server does not have this endpoint."]}`)
		}
	}
}

// TestStarting: before the database is open, clients learn that they should try again, and what
// needs no database works.
func TestStarting(t *testing.T) {
	t.Parallel()
	api := legacypath.Normalize(rest.NewStarting(true))
	const noErrors = `"errors":["An error has occurred."],"errorDetails":["The server could not process the request."]}`
	for _, c := range []struct {
		method, path string
		status       int
		body         string
	}{
		{"GET", "/api/v1/Contacts/1", 503, anError},
		{"PUT", "/api/v1/Contacts/1", 503, anError},
		{"GET", "/api/v1/Changes", 503, anError},
		{"GET", "/exports/audit-log", 503, anError},
		{"POST", "/f/webapp-api-custinfo?api=setdetails", 503, "{" + noErrors},
		{"POST", "/webapp-api-login?api=login", 503, notSignedIn + noErrors},
		{"POST", "/api/v1/Changes", 405, `{"Message":"The requested resource does not support http method 'POST'."}`},
		{"GET", "/api/v1/Orders", 501, `{"Message":"GET /api/v1/orders is not supported."}`},
		{"POST", "/f/other", 404, "404 page not found\n"},
		{"GET", "/api/v1/Nope", 404, `{"Message":"No HTTP resource was found that matches the request URI 'https://example.com/api/v1/Nope'."}`},
	} {
		w := httptest.NewRecorder()
		api.ServeHTTP(w, httptest.NewRequest(c.method, c.path, nil))
		if retry := w.Header().Get("Retry-After"); w.Code != c.status || w.Body.String() != c.body || (retry == "1") != (c.status == 503) {
			t.Errorf("%s %s: %d, Retry-After %q: %s", c.method, c.path, w.Code, retry, w.Body)
		}
	}
}

func TestNoRouteRepeatsTheURI(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, uri := range []string{"/api/v1/Nope/1", "/API/v1/nope/1/x?a=b%20&c", "/api", "/api/v3/Contacts/1", "/api/v1/Contacts"} {
		got := f.do("PUT", uri, "", headers{"Accept": "text/json"})
		expect(t, got, 404, `{"Message":"No HTTP resource was found that matches the request URI '`+f.url+uri+`'."}`)
		if h := got.Header.Get("Content-Type"); h != "text/json; charset=utf-8" {
			t.Errorf("Content-Type is %s", h)
		}
	}
}

func TestNoRouteKnowsTheScheme(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		secure   bool
		uri, url string
	}{
		{false, "/x", "http://example.com/x"},
		{true, "/x", "https://example.com/x"},
		{false, "http://example.com/x", "http://example.com/x"},
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, "/api/x", nil)
		r.RequestURI = c.uri
		broken(c.secure, nil).ServeHTTP(w, r)
		if want := `{"Message":"No HTTP resource was found that matches the request URI '` + c.url + `'."}`; w.Body.String() != want {
			t.Errorf("got %s", w.Body)
		}
	}
}

func TestBodiesAreBounded(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	body := func(size int) string {
		begin := `{"Version":"` + f.version(first) + `","x":"`
		return begin + strings.Repeat("x", size-len(begin)-2) + `"}`
	}
	if got := f.put(first, body(256<<10)); got.StatusCode != 200 {
		t.Errorf("256 KiB: %d %s", got.StatusCode, got.body)
	}
	expect(t, f.put(first, body(256<<10+1)), 413, `{"Message":"Maximum request length exceeded."}`)
}

func TestCompressedBodiesAreRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	must(z.Write([]byte(`{"Version":"AAAAAAAAAAE="}`)))
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	h := headers{"X-ApiKey": agentKey, "Content-Type": "application/json"}
	got := f.do("PUT", contactPath(first), zipped.String(), h.and("Content-Encoding", "gzip"))
	expect(t, got, 415, `{"Message":"The request entity's content encoding is not supported for this resource."}`)
	if got.Header.Get("Accept-Encoding") != "identity" {
		t.Error("the response does not name the accepted encoding")
	}
	if got := f.do("PUT", contactPath(first), `{"Version":"AAAAAAAAAAE="}`, h.and("Content-Encoding", "identity")); got.StatusCode != 200 {
		t.Errorf("identity: %d %s", got.StatusCode, got.body)
	}
}

func TestMediaTypesOfBodies(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const (
		missing   = `{"Message":"The request contains an entity body but no Content-Type header. The inferred media type 'application/octet-stream' is not supported for this resource."}`
		noBody    = `{"Message":"The request is invalid.","ModelState":{"updateContactDto":["A request body is required."]}}`
		noVersion = `{"Message":"The request is invalid.","ModelState":{"updateContactDto.Version":["The Version field is required."]}}`
	)
	for _, c := range []struct {
		media, body string
		status      int
		want        string
	}{
		{"", `{}`, 415, missing},
		{"garbage", `{}`, 415, missing},
		{"Text/Plain ; charset=utf-8", `{}`, 415, `{"Message":"The request entity's media type 'Text/Plain' is not supported for this resource."}`},
		{"multipart/form-data; boundary=x", `{}`, 415, `{"Message":"The request entity's media type 'multipart/form-data' is not supported for this resource."}`},
		{"TEXT/Json", `{}`, 400, noVersion},
		{"application/json; charset=\"UTF-8\"", `{}`, 400, noVersion},
		{"application/json; charset", `{}`, 400, noVersion},
		{"application/json; charset=utf-16", "{\x00}\x00", 400, noVersion},
		{"application/x-www-form-urlencoded", `Email=x`, 400, noVersion},
		{"application/json", `null`, 400, noBody},
		{"application/json", "  ", 400, noBody},
		{"application/json", "", 400, noBody},
		{"text/plain", "", 400, noBody},
		{"", "", 400, noBody},
	} {
		expect(t, f.do("PUT", contactPath(first), c.body, headers{"X-ApiKey": agentKey, "Content-Type": c.media}), c.status, c.want)
	}
}

func TestFormsTakeBase64(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	h := headers{"X-ApiKey": agentKey, "Content-Type": "application/x-www-form-urlencoded"}
	got := f.do("PUT", contactPath(first), "version="+f.version(first)+"&FIRSTNAME=J%C3%B8rgen+A&LastName=", h)
	if got.StatusCode != 200 || got.dto(t)["FirstName"] != "Jørgen A" || got.dto(t)["LastName"] != nil {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
}

func TestErrorsAreNegotiatedLikeOtherResponses(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for status, do := range map[int]func(h headers) response{
		401: func(h headers) response { return f.do("GET", contactPath(first), "", h) },
		400: func(h headers) response { return f.do("GET", "/api/v1/Contacts/x", "", h.and("X-ApiKey", agentKey)) },
		405: func(h headers) response { return f.do("POST", contactPath(first), "", h) },
		409: func(h headers) response {
			return f.do("PUT", contactPath(first), "Version=QEA=", h.and("X-ApiKey", agentKey).and("Content-Type", "application/x-www-form-urlencoded"))
		},
	} {
		for accept, want := range map[string]string{
			"":                              "application/json; charset=utf-8",
			"text/html":                     "application/json; charset=utf-8",
			"text/json;q=0.5, text/html":    "text/json; charset=utf-8",
			"application/json;q=0, text/*":  "text/json; charset=utf-8",
			"text/json;q=0.1, */*;q=0.2":    "application/json; charset=utf-8",
			"text/html, text/*;q=0.8, */*;": "application/json; charset=utf-8",
		} {
			got := do(headers{"Accept": accept})
			if got.StatusCode != status || got.Header.Get("Content-Type") != want {
				t.Errorf("%q: %d %s, not %d %s", accept, got.StatusCode, got.Header.Get("Content-Type"), status, want)
			}
		}
	}
}

func TestFaultsAreLoggedAndNotShown(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	api := broken(false, &log)
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/api/v1/contacts/1", nil)
	r.Header.Set("X-ApiKey", "key")
	api.ServeHTTP(w, r)
	if w.Code != 500 || w.Body.String() != anError {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if s := log.String(); !strings.Contains(s, "level=ERROR") || !strings.Contains(s, `route="GET /api/v1/contacts/{id}"`) || !strings.Contains(s, "panic") {
		t.Errorf("log: %s", s)
	}
	if s := log.String(); strings.Contains(s, r.URL.Path) {
		t.Errorf("the log contains the path, which the client chooses: %s", s)
	}
	log.Reset()
	w = httptest.NewRecorder()
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	r = httptest.NewRequestWithContext(gone, http.MethodPost, "/f/webapp-api-login?api=login", nil)
	api.ServeHTTP(w, r)
	if w.Code != 200 || w.Body.String() != notSignedIn+`"errors":["An error has occurred."],"errorDetails":["The server could not process the request."]}` {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if !strings.Contains(log.String(), "level=INFO") {
		t.Errorf("log: %s", &log)
	}
}

// broken is an API whose sign-in panics.
func broken(secure bool, log *bytes.Buffer) http.Handler {
	c := rest.Config{Services: &app.Services{Contacts: contact.New(nil, nil, contact.Passwords{}, time.Now, nil), Auth: &auth.Service{}}, HTTPS: secure}
	c.IServiceAccount = func(context.Context) (int, bool, error) { panic("no account") }
	if log != nil {
		c.Log = slog.New(slog.NewTextHandler(log, nil))
	}
	return rest.New(c)
}
