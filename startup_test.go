package main

import (
	"database/sql"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// freePort returns a loopback address that no server listens on.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func readAll(t *testing.T, resp *http.Response) string {
	t.Helper()
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// refused returns the error of a server that must not start.
func (r *running) refused() error {
	r.t.Helper()
	select {
	case err := <-r.ended:
		return err
	case <-time.After(time.Minute):
		return r.shutDown()
	}
}

// publicAddress returns an address of this machine that is not a loopback address.
func publicAddress(t *testing.T) string {
	t.Helper()
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addresses {
		if ip, ok := a.(*net.IPNet); ok && !ip.IP.IsLoopback() && ip.IP.To4() != nil {
			return net.JoinHostPort(ip.IP.String(), "0")
		}
	}
	return "0.0.0.0:0"
}

// TestAPIsAnswer503WhileTheDatabaseIsPrepared sends requests while the demo data is created, each
// with credentials and without.
func TestAPIsAnswer503WhileTheDatabaseIsPrepared(t *testing.T) {
	t.Parallel()
	addr := freePort(t)
	r := start(t, nil, "--demo", "--demo-contacts", "200000", "--addr", addr, "--database", filepath.Join(t.TempDir(), "demo.db"))
	for !strings.Contains(r.stderr.String(), "seeding demo data") {
		time.Sleep(time.Millisecond)
	}
	r.url = "http://" + addr
	const unavailable = `"extensions":{"code":"SERVICE_UNAVAILABLE"}`
	for _, c := range []struct{ method, path, body, contentType, want string }{
		{"POST", "/graphql", `{"query":"{ viewer { account } }"}`, "application/json", unavailable},
		{"GET", "/graphql?query={__typename}", "", "", unavailable},
		{"POST", "/graphql", "nonsense", "text/plain", unavailable},
		{"GET", "/api/v1/Contacts/1", "", "", `{"Message":"An error has occurred."}`},
		{"PUT", "/api/v1/Contacts/1", "{}", "application/json", `{"Message":"An error has occurred."}`},
		{"GET", "/api/v1/Changes", "", "", `{"Message":"An error has occurred."}`},
		{"POST", "/f/webapp-api-custinfo?api=setdetails", "{}", "application/json", `"errors":["An error has occurred."],"errorDetails":["The server could`},
		{"POST", "/webapp-api-login?api=login", "emailAddress=a&Password=b", "application/x-www-form-urlencoded", `"loggedIn":{"isLoggedIn":false`},
	} {
		for _, key := range []string{"", "demo-admin", "unknown"} {
			q, err := http.NewRequestWithContext(t.Context(), c.method, r.url+c.path, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			q.Header.Set("Content-Type", c.contentType)
			if key != "" {
				q.Header.Set("X-ApiKey", key)
			}
			resp, err := http.DefaultClient.Do(q)
			if err != nil {
				t.Fatal(err)
			}
			text := readAll(t, resp)
			if resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" || !strings.Contains(text, c.want) {
				t.Errorf("%s %s with the key %q: %d, Retry-After %q, %s", c.method, c.path, key, resp.StatusCode, resp.Header.Get("Retry-After"), text)
			}
		}
	}
	for path, want := range map[string]int{
		"/": 200, "/docs": 200, "/openapi.json": 200, "/graphql/schema.graphqls": 200, "/healthz": 200, "/readyz": 503,
	} {
		if status, body := r.send("GET", path, ""); status != want {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	if _, body := r.send("GET", "/readyz", ""); !strings.Contains(body, "preparing the database") {
		t.Errorf("/readyz: %s", body)
	}
	if err := r.shutDown(); err != nil {
		t.Error(err)
	}
	if strings.Contains(r.stderr.String(), "level=ERROR") {
		t.Errorf("logged %s", &r.stderr)
	}
}

// seed creates demo data.
func seed(t *testing.T, file string) {
	t.Helper()
	r := start(t, nil, "--demo", "--demo-contacts", "1", "--addr", "127.0.0.1:0", "--database", file).ready()
	if err := r.shutDown(); err != nil {
		t.Fatal(err)
	}
}

func TestDemoDataIsServedOnlyToThisMachine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "demo.db")
	seed(t, file)
	for _, flags := range [][]string{nil, {"--secure-cookies"}} {
		err := start(t, nil, append(flags, "--addr", publicAddress(t), "--database", file)...).refused()
		if err == nil || !strings.Contains(err.Error(), file+" contains demo data") || !strings.Contains(err.Error(), "set --addr to a loopback address") {
			t.Errorf("on a public address with %q: ended with %v", flags, err)
		}
	}
	for _, flags := range [][]string{{"--demo"}, nil} {
		r := start(t, nil, append(flags, "--addr", "127.0.0.1:0", "--database", file)...).ready()
		for host, want := range map[string]int{"": 200, "localhost": 200, "127.0.0.1:99": 200, "[::1]:1": 200, "evil.example": 421, "10.9.9.9:8080": 421} {
			q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.url+"/graphql", strings.NewReader(`{"query":"{ viewer { role } }"}`))
			if err != nil {
				t.Fatal(err)
			}
			q.Host = host
			q.Header.Set("Content-Type", "application/json")
			q.Header.Set("X-ApiKey", "demo-admin")
			resp, err := http.DefaultClient.Do(q)
			if err != nil {
				t.Fatal(err)
			}
			if text := readAll(t, resp); resp.StatusCode != want || strings.Contains(text, "ADMIN") != (want == 200) {
				t.Errorf("flags %q, host %q: %d %s", flags, host, resp.StatusCode, text)
			}
		}
		if err := r.shutDown(); err != nil {
			t.Error(err)
		}
	}
}

func TestWarningAboutPlainHTTP(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		addr  string
		flags []string
		want  int
	}{
		{publicAddress(t), nil, 1}, {"0.0.0.0:0", nil, 1}, {publicAddress(t), []string{"--secure-cookies"}, 0}, {"127.0.0.1:0", nil, 0}, {"localhost:0", nil, 0},
	} {
		r := start(t, nil, append(c.flags, "--addr", c.addr, "--database", filepath.Join(t.TempDir(), "new.db"))...)
		for !strings.Contains(r.stdout.String(), "is serving the database") && len(r.ended) == 0 {
			time.Sleep(time.Millisecond)
		}
		if err := r.shutDown(); err != nil {
			t.Errorf("%s: %v", c.addr, err)
		}
		if got := strings.Count(r.stderr.String(), "level=WARN"); got != c.want || c.want > 0 && !strings.Contains(r.stderr.String(), "set --secure-cookies") {
			t.Errorf("at %s with %q: logged %s", c.addr, c.flags, &r.stderr)
		}
	}
}

// damage overwrites the first page of a table.
func damage(t *testing.T, file, table string) {
	t.Helper()
	db, err := sql.Open("sqlite3", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var page int64
	if err := db.QueryRowContext(t.Context(), "SELECT rootpage FROM sqlite_schema WHERE name = ?", table).Scan(&page); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const pageSize = 4096
	if _, err := f.WriteAt([]byte(strings.Repeat("\xff", 64)), (page-1)*pageSize); err != nil {
		t.Fatal(err)
	}
}

// TestStartOnADamagedDatabase serves what is left of it only if this is asked for. The server is
// ready until a statement finds the damage.
func TestStartOnADamagedDatabase(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "demo.db")
	seed(t, file)
	damage(t, file, "stores")
	err := start(t, nil, "--addr", "127.0.0.1:0", "--database", file).refused()
	for _, want := range []string{file + " is corrupt", "restore a backup", "--allow-corrupt"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ended with %v, want %q", err, want)
		}
	}
	r := start(t, nil, "--addr", "127.0.0.1:0", "--database", file, "--allow-corrupt").ready()
	if !strings.Contains(r.stderr.String(), "is corrupt, and is used regardless") {
		t.Errorf("logged %s", &r.stderr)
	}
	if status, body := r.send("GET", "/readyz", ""); status != http.StatusOK {
		t.Errorf("/readyz: %d %s", status, body)
	}
	if status, body := r.send("GET", "/api/v1/Contacts/466", "", "X-ApiKey", "demo-agent"); status != http.StatusOK {
		t.Errorf("what is left: %d %s", status, body)
	}
	for range 2 {
		r.send("POST", "/graphql", `{"query":"{ stores { name } }"}`, "Content-Type", "application/json", "X-ApiKey", "demo-agent")
	}
	if status, body := r.send("GET", "/readyz", ""); status != http.StatusServiceUnavailable || !strings.Contains(body, "the database is corrupt") {
		t.Errorf("/readyz after a statement has found the damage: %d %s", status, body)
	}
	if got := strings.Count(r.stderr.String(), "the database is corrupt, and the server is no longer ready"); got != 1 {
		t.Errorf("logged %s", &r.stderr)
	}
	if err := r.shutDown(); err != nil {
		t.Error(err)
	}
}
