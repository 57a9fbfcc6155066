package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// writeCertificate writes the certificate of net/http/httptest, which is for 127.0.0.1, and its
// key.
func writeCertificate(t *testing.T) (certificate, key string) {
	t.Helper()
	tlsServer := httptest.NewTLSServer(nil)
	defer tlsServer.Close()
	pair := tlsServer.TLS.Certificates[0]
	private, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	certificate, key = filepath.Join(folder, "tls.crt"), filepath.Join(folder, "tls.key")
	for name, block := range map[string]*pem.Block{
		certificate: {Type: "CERTIFICATE", Bytes: pair.Certificate[0]}, key: {Type: "PRIVATE KEY", Bytes: private},
	} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certificate, key
}

// TestServeHTTPS: with a certificate, the greeting, the cookies and the headers are those of HTTPS.
func TestServeHTTPS(t *testing.T) {
	t.Parallel()
	certificate, key := writeCertificate(t)
	env := map[string]string{"CONTACTGRAPH_TLS_CERTIFICATE": certificate, "CONTACTGRAPH_TLS_KEY": key}
	r := start(t, env, "--addr", "127.0.0.1:0", "--database", filepath.Join(t.TempDir(), "demo.db"), "--demo", "--demo-contacts", "1").ready()
	if out := r.stdout.String(); strings.Contains(out, "http://") || !strings.Contains(out, "https://127.0.0.1") {
		t.Errorf("printed %s", out)
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true}}
	resp, err := client.Post(r.url+"/graphql", "application/json", strings.NewReader(
		`{"query":"mutation { signIn(input: {account: \"Demo\", login: \"admin@example.com\", password: \"demo-password\", cookie: true}) { token } }"}`))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	set := resp.Cookies()
	if len(set) != 1 || !set[0].Secure || set[0].Name != "__Host-contactgraph_session" || resp.Header.Get("Strict-Transport-Security") == "" || resp.ProtoMajor != 2 {
		t.Errorf("%s: cookies %v, headers %v", resp.Proto, set, resp.Header)
	}
	if err := r.shutDown(); err != nil {
		t.Error(err)
	}
}

// TestLimitOfOpenFiles: a server that may not open enough files accepts fewer connections.
func TestLimitOfOpenFiles(t *testing.T) {
	t.Parallel()
	var files unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &files); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	n := network{MaxConnections: int(files.Cur)}
	if got := n.limits(t.Context(), slog.New(slog.NewTextHandler(&log, nil))).Connections; got >= n.MaxConnections || got < n.MaxConnections/2 {
		t.Errorf("%d connections of %d files", got, files.Cur)
	}
	if !strings.Contains(log.String(), "ulimit -n") {
		t.Errorf("logged %s", &log)
	}
	log.Reset()
	n.MaxConnections = 10
	if got := n.limits(t.Context(), slog.New(slog.NewTextHandler(&log, nil))).Connections; got != 10 || log.Len() != 0 {
		t.Errorf("%d connections, logged %s", got, &log)
	}
}

// TestAllowOrigin: pages of the allowed origins, and no others, can read every response, also those
// to requests that fail.
func TestAllowOrigin(t *testing.T) {
	t.Parallel()
	const app = "https://app.example.org"
	env := map[string]string{"CONTACTGRAPH_ALLOW_ORIGIN": "HTTPS://app.example.org/, http://localhost:5173"}
	r := start(t, env, "--addr", "127.0.0.1:0", "--database", filepath.Join(t.TempDir(), "demo.db"), "--demo", "--demo-contacts", "1").ready()
	for _, c := range []struct {
		method, path, body string
		status             int
		headers            []string
		exposed            string // a header of the response that the page needs
	}{
		{"POST", "/graphql", `{"query": "{ viewer { name } }"}`, 200, []string{"Content-Type", "application/json"}, "X-Request-Id"},
		{"POST", "/graphql", `{"query": "{ companies { name } }"}`, 401, []string{"Content-Type", "application/json", "Accept", "application/graphql-response+json"}, "Www-Authenticate"},
		{"POST", "/graphql", `[]`, 400, []string{"Content-Type", "application/json"}, ""},
		{"POST", "/graphql", `x`, 415, []string{"Content-Type", "text/plain"}, ""},
		{"POST", "/graphql", strings.Repeat(" ", 1<<20), 413, []string{"Content-Type", "application/json"}, ""},
		{"PUT", "/graphql", "", 405, nil, "Allow"},
		{"GET", "/api/v1/Contacts/466", "", 200, []string{"X-ApiKey", "demo-agent"}, ""},
		{"GET", "/api/v1/Contacts/466", "", 401, nil, ""},
		{"GET", "/api/v1/Contacts/7", "", 404, []string{"X-ApiKey", "demo-agent"}, ""},
		{"PUT", "/api/v1/Contacts/466", `{"Version": "QEA=", "LastName": "Doe"}`, 409, []string{"X-ApiKey", "demo-agent", "Content-Type", "application/json"}, "X-Conflict"},
		{"POST", "/f/webapp-api-custinfo?api=setdetails", "", 200, nil, ""},
		{"POST", "/openapi.json", "", 405, nil, "Allow"},
		{"GET", "/openapi.json", "", 200, nil, "Etag"},
		{"GET", "/graphql/schema.graphqls", "", 200, nil, "Etag"},
	} {
		for origin, allowed := range map[string]bool{app: true, "http://localhost:5173": true, "https://localhost:5173": false, "https://evil.example": false} {
			status, header, _ := r.do(c.method, c.path, c.body, append(c.headers, "Origin", origin)...)
			read := header.Get("Access-Control-Allow-Origin") == origin
			if read != allowed || allowed && status != c.status {
				t.Errorf("%s %s from %s: %d, want %d, %v", c.method, c.path, origin, status, c.status, header)
			}
			if allowed && c.exposed != "" && (header.Get(c.exposed) == "" || !strings.Contains(header.Get("Access-Control-Expose-Headers"), strings.ToLower(c.exposed))) {
				t.Errorf("%s %s: the page cannot read %s: %v", c.method, c.path, c.exposed, header)
			}
		}
	}
	if strings.Contains(r.stderr.String(), "allow-origin") {
		t.Errorf("logged %s", &r.stderr)
	}
	if err := r.shutDown(); err != nil {
		t.Error(err)
	}
}

// TestAllowAnyOrigin: that is warned of if the API keys are public.
func TestAllowAnyOrigin(t *testing.T) {
	t.Parallel()
	r := start(t, nil, "--addr", "127.0.0.1:0", "--database", filepath.Join(t.TempDir(), "demo.db"), "--demo", "--demo-contacts", "1", "--allow-origin", "*").ready()
	if _, header, _ := r.do("GET", "/openapi.json", "", "Origin", "null"); header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("got %v", header)
	}
	if !strings.Contains(r.stderr.String(), "set --allow-origin to the origins of your own pages instead of *") {
		t.Errorf("logged %s", &r.stderr)
	}
	if err := r.shutDown(); err != nil {
		t.Error(err)
	}
}

func TestMalformedOriginsEndTheStart(t *testing.T) {
	t.Parallel()
	for _, origin := range []string{"null", "app.example.org", "https://app.example.org/path", "http://app.example.org", "https://*.example.org"} {
		r := start(t, nil, "--addr", "127.0.0.1:0", "--database", filepath.Join(t.TempDir(), "x.db"), "--allow-origin", "https://app.example.org", "--allow-origin", origin)
		if err := <-r.ended; err == nil || !strings.HasPrefix(err.Error(), "--allow-origin: \""+origin+"\" ") {
			t.Errorf("%s: %v", origin, err)
		}
	}
}
