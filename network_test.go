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
		`{"query":"mutation { signIn(account: \"Demo\", login: \"admin@example.com\", password: \"demo-password\", cookie: true) { token } }"}`))
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
