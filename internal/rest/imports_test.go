package rest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"contactgraph/internal/auth"
	"contactgraph/internal/job"
	"contactgraph/internal/viewer"
)

// importsRequest sends a request about imports, and returns its status, its body and the import.
func (f *fixture) importsRequest(method, path, key, media string, body io.Reader) (status int, text string, s job.Summary) {
	f.t.Helper()
	r := must(http.NewRequestWithContext(f.t.Context(), method, f.url+path, body))
	r.Header.Set("X-ApiKey", key)
	if media != "" {
		r.Header.Set("Content-Type", media)
	}
	resp := must(http.DefaultClient.Do(r)) //nolint:bodyclose // the next line closes it
	defer resp.Body.Close()
	text = string(must(io.ReadAll(resp.Body)))
	if resp.StatusCode < 300 && strings.HasPrefix(text, "{") {
		if err := json.Unmarshal([]byte(text), &s); err != nil {
			f.t.Fatalf("%s: %v", text, err)
		}
	}
	return resp.StatusCode, text, s
}

// importer creates a key of an admin, and runs jobs.
func (f *fixture) importer() {
	f.t.Helper()
	must(f.Auth.CreateKey(f.t.Context(), f.account, auth.NewKey{Name: "importer", Role: viewer.Admin, Token: adminKey}))
	ctx, cancel := context.WithCancel(f.t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		f.Jobs.Serve(ctx)
	}()
	f.t.Cleanup(func() { cancel(); <-done })
}

// awaitImport returns the import when it is in the state.
func (f *fixture) awaitImport(id int, state string) (s job.Summary) {
	f.t.Helper()
	for range 2000 {
		var text string
		if _, text, s = f.importsRequest("GET", fmt.Sprint("/imports/", id), adminKey, "", nil); s.State == state {
			return s
		}
		if s.State == "FAILED" {
			f.t.Fatal(text)
		}
		time.Sleep(10 * time.Millisecond)
	}
	f.t.Fatalf("import %d is %s, not %s", id, s.State, state)
	return s
}

// TestImports: a file is sent as the body or in a form, planned, and applied; the rows that failed
// are a file.
func TestImports(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.importer()
	text := "Email,First Name\nnora@example.com,Nora\nmax@example.com," + strings.Repeat("x", 300) + "\n"
	status, body, s := f.importsRequest("POST", "/imports?apply=true&fileName=list.csv", adminKey, "text/csv", strings.NewReader(text))
	if status != 201 || s.FileName != "list.csv" || s.Size != int64(len(text)) {
		t.Fatalf("%d %s", status, body)
	}
	if s = f.awaitImport(s.ID, "APPLIED"); s.Create != 1 || s.Invalid != 1 || s.Applied != 1 || s.Mapping.Columns[0].To != "email" {
		t.Errorf("applied %+v", s)
	}
	status, body, _ = f.importsRequest("GET", fmt.Sprint("/imports/", s.ID, "/errors"), adminKey, "", nil)
	if status != 200 || !strings.Contains(body, "firstName must be at most 50 characters long.,First Name,max@example.com,xxx") {
		t.Errorf("the errors: %d %s", status, body)
	}

	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	if err := w.WriteField("mapping", `{"columns": [{"column": "Email", "to": "email"}, {"column": "First Name", "to": "lastName"}]}`); err != nil {
		t.Fatal(err)
	}
	must(must(w.CreateFormFile("file", "form.csv")).Write([]byte("Email,First Name\nnora@example.com,Vogel\nida@example.com,Berg\n")))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	status, body, s = f.importsRequest("POST", "/imports", adminKey, w.FormDataContentType(), &form)
	if status != 201 || s.FileName != "form.csv" {
		t.Fatalf("%d %s", status, body)
	}
	if s = f.awaitImport(s.ID, "PLANNED"); s.Create != 1 || s.Update != 1 {
		t.Errorf("planned %+v", s)
	}
}

// TestImportInParts: a file is sent in parts, its columns are shown, and it is planned with a
// mapping.
func TestImportInParts(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.importer()
	_, _, s := f.importsRequest("POST", "/imports?hold=true", adminKey, "", strings.NewReader("Kunde;Mail\n"))
	path := fmt.Sprint("/imports/", s.ID)
	if s.State != "UPLOADING" {
		t.Fatalf("%+v", s)
	}
	if status, body, _ := f.importsRequest("PATCH", path+"?offset=3", adminKey, "", strings.NewReader("x")); status != 400 || !strings.Contains(body, "offset") {
		t.Errorf("another offset: %d %s", status, body)
	}
	if status, body, _ := f.importsRequest("PATCH", fmt.Sprint(path, "?offset=", s.Size), adminKey, "", strings.NewReader("Vogel, Nora;nora@example.com\n")); status != 200 {
		t.Errorf("%d %s", status, body)
	}
	_, body, _ := f.importsRequest("GET", path+"?columns=true", adminKey, "", nil)
	for _, part := range []string{`"samples":["Vogel, Nora"]`, `"column":"Kunde","to":"name"`, `"targets":["contactId"`} {
		if !strings.Contains(body, part) {
			t.Errorf("the columns lack %s: %s", part, body)
		}
	}
	if status, body, _ := f.importsRequest("POST", path+"/plan", adminKey, "", strings.NewReader(`{"columns": [{"column": "Mail", "to": "nickname"}]}`)); status != 400 || !strings.Contains(body, "nickname") {
		t.Errorf("a mapping that cannot be followed: %d %s", status, body)
	}
	if status, body, _ := f.importsRequest("POST", path+"/plan", adminKey, "", strings.NewReader(`{"columns": [{"column": "Mail", "to": "email"}]}`)); status != 200 {
		t.Errorf("%d %s", status, body)
	}
	if s = f.awaitImport(s.ID, "PLANNED"); s.Create != 1 || len(s.Mapping.Columns) != 1 {
		t.Errorf("planned %+v", s)
	}
}

func TestImportsAreRejected(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.importer()
	for _, tt := range []struct {
		name, method, path, key string
		status                  int
		has                     string
	}{
		{"without credentials", "POST", "/imports", "none", 401, "denied"},
		{"an agent", "POST", "/imports", agentKey, 403, "Only admins may import"},
		{"an unknown format", "POST", "/imports?format=xlsx", adminKey, 400, "csv, json or vcard"},
		{"an unknown policy", "POST", "/imports?policy=replace", adminKey, 400, "upsert, create or update"},
		{"an unknown key", "POST", "/imports?match=name", adminKey, 400, "name"},
		{"a mapping that is no JSON", "POST", "/imports?mapping=" + url.QueryEscape("{"), adminKey, 400, `"mapping"`},
		{"an unknown parameter", "POST", "/imports?first=1", adminKey, 400, `"first"`},
		{"another method", "DELETE", "/imports", adminKey, 405, "DELETE"},
		{"no import", "GET", "/imports/77", adminKey, 404, "77"},
		{"no number", "GET", "/imports/x", adminKey, 400, ""},
	} {
		status, body, _ := f.importsRequest(tt.method, tt.path, tt.key, "", nil)
		if status != tt.status || !strings.Contains(body, tt.has) {
			t.Errorf("%s: %d %s", tt.name, status, body)
		}
	}
}
