package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
)

// TestYardstick checks what the benchmark measures, optimistic locking and pages, with both kinds
// of pools.
func TestYardstick(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]options{"one pool": {conns: 4}, "a writer": {conns: 4, writers: 1}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, err := open(t.Context(), filepath.Join(t.TempDir(), "t.db"), o)
			if err != nil {
				t.Fatal(err)
			}
			defer db.close()
			if err := db.seed(t.Context(), 60); err != nil {
				t.Fatal(err)
			}
			s, err := prepare(t.Context(), db)
			if err != nil {
				t.Fatal(err)
			}
			exchange(t, routes(s))
		})
	}
}

func exchange(t *testing.T, h http.Handler) {
	t.Helper()
	for _, tt := range []struct {
		method, path, body string
		status             int
		has                string
	}{
		{"GET", "/contacts/4", "", 200, `"version":1,`},
		{"GET", "/contacts/61", "", 404, ""},
		{"GET", "/contacts/x", "", 400, ""},
		{"PATCH", "/contacts/4", `{"version":1,"firstName":"Kim"}`, 200, `"version":2,`},
		{"PATCH", "/contacts/4", `{"version":1,"firstName":"Lou"}`, 409, ""},
		{"PATCH", "/contacts/4", `{`, 400, ""},
		{"PUT", "/contacts/4", `{"version":2,"firstName":"Lou","email":"Lou@Example.com"}`, 200, `"email":"Lou@Example.com"`},
		{"PUT", "/contacts/5", `{"version":1,"email":"lou@example.com"}`, 500, ""},
		{"PUT", "/contacts/4", `{"version":2}`, 409, ""},
		{"GET", "/contacts/4", "", 200, `"version":3,`},
		{"GET", "/contacts?after=0", "", 200, `"next":50}`},
		{"GET", "/contacts?after=50", "", 200, `"next":0}`},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(tt.method, tt.path, strings.NewReader(tt.body)))
		if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.has) || tt.status == 200 && !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s %s %s: %d %s, want %d with %s", tt.method, tt.path, tt.body, w.Code, w.Body, tt.status, tt.has)
		}
	}
}
