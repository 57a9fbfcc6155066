package rest_test

import (
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"contactgraph/internal/auth"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/export"
	"contactgraph/internal/interchange"
	"contactgraph/internal/rest"
	"contactgraph/internal/viewer"
)

// contactsFile requests an export of contacts, and returns its status, headers and body.
func (f *fixture) contactsFile(query string, headers map[string]string) (status int, header http.Header, body string) {
	f.t.Helper()
	r := must(http.NewRequestWithContext(f.t.Context(), http.MethodGet, f.url+"/exports/contacts?"+query, nil))
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	resp := must(http.DefaultClient.Do(r)) //nolint:bodyclose // the next line closes it
	defer resp.Body.Close()
	return resp.StatusCode, resp.Header, string(must(io.ReadAll(resp.Body)))
}

// exporter creates contacts, more than a part of an export has, and a key of an admin.
func (f *fixture) exporter() (admin map[string]string) {
	f.t.Helper()
	must(f.Auth.CreateKey(f.t.Context(), f.account, auth.NewKey{Name: "exporter", Role: viewer.Admin, ReadOnly: true, Token: adminKey}))
	var commands []contact.Command
	for i := range export.PartSize + 7 {
		commands = append(commands, contact.Create{RegistrationSource: "test", Set: field.Patch{field.FirstName: fmt.Sprint("=n", i), field.Phone: fmt.Sprint("+46 70 ", i)}})
	}
	for some := range slices.Chunk(commands, 100) {
		must(f.Contacts.RunAll(viewer.NewSystemContext(f.t.Context(), f.account), some))
	}
	return map[string]string{"X-ApiKey": adminKey}
}

func TestExportContacts(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	admin := f.exporter()
	total := must(f.Queries.Count(viewer.NewSystemContext(t.Context(), f.account), must(export.ParseFilter([]byte(`{}`)))))

	status, header, body := f.contactsFile("format=ndjson", admin)
	lines := must(interchange.NewLinesReader(strings.NewReader(body)))
	n := 0
	for {
		_, err := lines.Next()
		if err == io.EOF { //nolint:errorlint // as io.Reader
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if cursor := header.Get("X-Feed-Cursor"); status != 200 || n != total || cursor == "" || cursor != lines.Header.Cursor || header.Get("X-Total-Count") != fmt.Sprint(total) {
		t.Errorf("NDJSON: %d, %d of %d contacts, %v", status, n, total, header)
	}
	for name, want := range map[string]string{
		"Content-Type": "application/x-ndjson; charset=utf-8", "Cache-Control": "no-store",
		"Content-Disposition": `attachment; filename="contacts-` + start.Format("2006-01-02") + `.ndjson"`,
	} {
		if got := header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}

	status, header, body = f.contactsFile("format=vcard&columns=firstName,email,phone", admin)
	if cards := strings.Count(body, "BEGIN:VCARD\r\nVERSION:4.0\r\n"); status != 200 || cards != total || !strings.Contains(body, "TEL:+46 70 13\r\n") || strings.Contains(body, "UID:") {
		t.Errorf("vCard: %d, %d of %d contacts", status, cards, total)
	}
	if disposition := header.Get("Content-Disposition"); header.Get("Content-Type") != "text/vcard; charset=utf-8; version=4.0" || !strings.HasSuffix(disposition, `.vcf"`) {
		t.Errorf("vCard: %v", header)
	}

	status, header, _ = f.contactsFile("format=csv&ids=1,x,2,999999,1", admin)
	if listed := header.Get("X-Total-Count"); status != 200 || listed != "2" {
		t.Errorf("listed contacts: %d, %s", status, listed)
	}

	filter := url.QueryEscape(`{"search": "n13"}`)
	status, header, body = f.contactsFile("Format=csv&columns=firstName,phone&bom=true&filter="+filter, admin)
	file, marked := strings.CutPrefix(body, interchange.BOM)
	rows := must(csv.NewReader(strings.NewReader(file)).ReadAll())
	if status != 200 || !marked || len(rows) != 12 || strings.Join(rows[0][:2], ",") != "firstName,phone" || rows[1][0] != "'=n13" || rows[1][1] != "'+46 70 13" {
		t.Errorf("CSV: %d, %q", status, body)
	}
	if cursor, _, ok := interchange.ParseNote(rows[0]); !ok || cursor != header.Get("X-Feed-Cursor") {
		t.Errorf("the header of the file has the cursor %q, not %q", cursor, header.Get("X-Feed-Cursor"))
	}
}

func TestExportContactsIsRejected(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	must(f.Auth.CreateKey(t.Context(), f.account, auth.NewKey{Name: "exporter", Role: viewer.Admin, Token: adminKey}))
	admin := map[string]string{"X-ApiKey": adminKey}
	for _, tt := range []struct {
		name, query string
		headers     map[string]string
		status      int
		has         string
	}{
		{"without credentials", "format=csv", nil, 401, "denied"},
		{"an agent", "format=csv", map[string]string{"X-ApiKey": agentKey}, 403, "denied"},
		{"another site", "format=csv", map[string]string{"X-ApiKey": adminKey, "Sec-Fetch-Site": "cross-site"}, 403, "denied"},
		{"no format", "", admin, 400, `"format"`},
		{"an unknown format", "format=xlsx", admin, 400, `"format"`},
		{"a filter that is no JSON", "format=csv&filter=x", admin, 400, `"filter"`},
		{"a filter that cannot be looked up", "format=csv&filter=" + url.QueryEscape(`{"search":"`+strings.Repeat("x", 300)+`"}`), admin, 400, "search"},
		{"too many ids", "format=csv&ids=" + strings.Repeat("1,", export.MaxIDs), admin, 400, `"ids"`},
		{"an unknown column", "format=csv&columns=email,nickname", admin, 400, "nickname"},
		{"an unknown parameter", "format=csv&first=1", admin, 400, `"first"`},
		{"no truth value", "format=csv&bom=1", admin, 400, `"bom"`},
	} {
		status, _, body := f.contactsFile(tt.query, tt.headers)
		if status != tt.status || !strings.Contains(body, tt.has) {
			t.Errorf("%s: %d %s", tt.name, status, body)
		}
	}
}

// TestExportOfContactsIsCutOff: if the session ends during an export, the response is cut off, and
// the file has no last line.
func TestExportOfContactsIsCutOff(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.exporter()
	must(f.Auth.CreateUser(t.Context(), f.account, auth.NewUser{Login: "boss@example.com", Name: "Boss", Password: password, Role: viewer.Admin}))
	session := must(f.Auth.SignIn(t.Context(), f.account, "boss@example.com", password, auth.Origin{}))
	api := rest.New(rest.Config{Services: f.Services})
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/exports/contacts?format=ndjson", nil)
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
		if got := strings.Count(w.Body.String(), "\n"); got != 1+export.PartSize {
			t.Errorf("%d lines were sent", got)
		}
	}()
	api.ServeHTTP(w, r)
}
