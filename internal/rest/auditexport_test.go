package rest_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"contactgraph/internal/audit"
	"contactgraph/internal/auth"
	"contactgraph/internal/database"
	"contactgraph/internal/people"
	"contactgraph/internal/rest"
	"contactgraph/internal/viewer"
)

const adminKey = "the-key-of-an-admin"

// export requests an export with these headers, and returns its status, headers and body.
func (f *fixture) export(query string, headers map[string]string) (status int, header http.Header, body string) {
	f.t.Helper()
	r := must(http.NewRequestWithContext(f.t.Context(), http.MethodGet, f.url+"/exports/audit-log?"+query, nil))
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	resp := must(http.DefaultClient.Do(r)) //nolint:bodyclose // the next line closes it
	defer resp.Body.Close()
	return resp.StatusCode, resp.Header, string(must(io.ReadAll(resp.Body)))
}

// signOuts stores entries of the audit log.
func (f *fixture) signOuts(n int) {
	f.t.Helper()
	v := viewer.Viewer{Account: f.account, Actor: viewer.Actor{Kind: viewer.ActorUser, ID: 7, Name: "=Ann"}}
	err := f.db.Write(viewer.NewSystemContext(f.t.Context(), f.account), 0, func(ctx context.Context, tx *database.Tx) error {
		for range n {
			if err := audit.Record(ctx, tx.Ent, v, start, audit.Entry{Action: audit.SignedOut}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		f.t.Fatal(err)
	}
}

func TestExportAuditLog(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	must(f.Auth.CreateKey(t.Context(), f.account, auth.NewKey{Name: "auditor", Role: viewer.Admin, ReadOnly: true, Token: adminKey}))
	const n = 2*people.MaxExportPage + 7
	f.signOuts(n)
	key := map[string]string{"X-ApiKey": adminKey}
	for format, want := range map[string]struct {
		media, row string
		rows       int
	}{
		"csv":   {"text/csv; charset=utf-8; header=present", ",USER,7,'=Ann,", n + 1},
		"jsonl": {"application/jsonl; charset=utf-8", `"name":"=Ann"`, n},
	} {
		status, header, body := f.export("format="+format+"&action=SIGNED_OUT&actorType=USER&actorId=7&from=2000-01-01T00:00:00Z&to=2099-01-01T00:00:00Z", key)
		if got := strings.Count(body, "\n"); status != 200 || got != want.rows || strings.Count(body, want.row) != n {
			t.Errorf("%s: %d, %d rows", format, status, got)
		}
		name := `attachment; filename="audit-log-` + start.Format("2006-01-02") + "." + format + `"`
		if header.Get("Content-Type") != want.media || header.Get("Content-Disposition") != name || header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v", format, header)
		}
	}
	if _, _, body := f.export("format=csv&actorType=SYSTEM&actorId=99", key); strings.Count(body, "\r\n") != 1 {
		t.Errorf("no entries: %q", body)
	}
	if _, _, body := f.export("Format=jsonl&ACTION=AUDIT_EXPORTED", key); strings.Count(body, "\n") != 4 || !strings.Contains(body, `"actorId":99`) {
		t.Errorf("the exports: %s", body)
	}
}

func TestExportAuditLogIsRejected(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	must(f.Auth.CreateKey(t.Context(), f.account, auth.NewKey{Name: "auditor", Role: viewer.Admin, Token: adminKey}))
	key := map[string]string{"X-ApiKey": adminKey}
	for _, tt := range []struct {
		name, query string
		headers     map[string]string
		status      int
		has         string
	}{
		{"without credentials", "format=csv", nil, 401, "denied"},
		{"an agent", "", map[string]string{"X-ApiKey": agentKey}, 403, "denied"},
		{"another site", "format=csv", map[string]string{"X-ApiKey": adminKey, "Sec-Fetch-Site": "cross-site"}, 403, "denied"},
		{"no format", "", key, 400, `"format"`},
		{"an unknown format", "format=xlsx", key, 400, `"format"`},
		{"an unknown action", "format=csv&action=x", key, 400, `"action"`},
		{"an unknown parameter", "format=csv&until=2099-01-01T00:00:00Z", key, 400, `"until"`},
		{"a parameter given twice", "format=csv&Format=csv", key, 400, `"format"`},
		{"invalid values", "format=csv&actorType=x&actorId=y&from=z&to=soon", key, 400, `"to"`},
	} {
		status, _, body := f.export(tt.query, tt.headers)
		if status != tt.status || !strings.Contains(body, tt.has) {
			t.Errorf("%s: %d %s", tt.name, status, body)
		}
	}
	if _, _, body := f.export("format=csv&action=AUDIT_EXPORTED", key); strings.Count(body, "\n") != 2 {
		t.Errorf("rejected exports were recorded: %s", body)
	}
}

// afterFirst calls do once, after the first part of a response.
type afterFirst struct {
	*httptest.ResponseRecorder

	do func()
}

// Write records a part of the response.
func (w *afterFirst) Write(b []byte) (int, error) {
	n, err := w.ResponseRecorder.Write(b)
	w.do()
	w.do = func() {}
	return n, err
}

// TestExportEndsWithTheSession: if the session ends during an export, the response is cut off, so
// that the client notices that it is not the whole.
func TestExportEndsWithTheSession(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	must(f.Auth.CreateUser(t.Context(), f.account, auth.NewUser{Login: "boss@example.com", Name: "Boss", Password: password, Role: viewer.Admin}))
	session := must(f.Auth.SignIn(t.Context(), f.account, "boss@example.com", password, auth.Origin{}))
	f.signOuts(people.MaxExportPage + 1)
	api := rest.New(rest.Config{Services: f.Services})
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/exports/audit-log?format=jsonl", nil)
	r.Header.Set("Authorization", "Bearer "+session.Token)
	w := &afterFirst{httptest.NewRecorder(), func() {
		if err := f.Auth.SignOut(viewer.NewContext(t.Context(), session.Viewer), false); err != nil {
			t.Error(err)
		}
	}}
	defer func() {
		if p := recover(); p != http.ErrAbortHandler { //nolint:errorlint,err113 // the value of a panic
			t.Errorf("the handler ended with %v", p)
		}
		if got := strings.Count(w.Body.String(), "\n"); got != people.MaxExportPage {
			t.Errorf("%d entries were sent", got)
		}
	}()
	api.ServeHTTP(w, r)
}
