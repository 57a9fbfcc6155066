package server

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"contactgraph/internal/netlimit"
	"contactgraph/web"
)

// files are the files of a certificate, which the test renews.
type files struct {
	t                *testing.T
	certificate, key string
}

func newFiles(t *testing.T) files {
	t.Helper()
	f := files{t, filepath.Join(t.TempDir(), "tls.crt"), filepath.Join(t.TempDir(), "tls.key")}
	f.renew(1)
	return f
}

// renew writes a self-signed certificate with a serial number.
func (f files) renew(serial int64) {
	f.t.Helper()
	certificate, key := selfSigned(f.t, serial)
	f.write(f.certificate, certificate)
	f.write(f.key, key)
}

func (f files) write(name string, text []byte) {
	f.t.Helper()
	// A new file takes the place of the old one, as tools that renew certificates do it.
	if err := os.WriteFile(name+".new", text, 0o600); err != nil {
		f.t.Fatal(err)
	}
	if err := os.Rename(name+".new", name); err != nil {
		f.t.Fatal(err)
	}
}

func selfSigned(t *testing.T, serial int64) (certificate, key []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "localhost"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	text, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: text})
}

// serveTLS runs a server with the certificate, until the test ends or calls stop. Its handler of
// /graphql answers with the protocol and the body of the request.
func serveTLS(t *testing.T, c *Certificate, log slog.Handler) (addr string, stop func()) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := New(Config{
		Certificate: c, HTTPS: true, Log: slog.New(log), CloseStreams: func() {}, LocalOnly: func() bool { return false },
		Site:   web.New(func() web.Settings { return web.Settings{} }, web.GraphQL{}),
		Limits: netlimit.Limits{Connections: 100, ConnectionsPerAddress: 100, BodyBytes: 1 << 20, BodyBytesPerAddress: 1 << 20},
		GraphQL: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				http.Error(w, err.Error(), http.StatusServiceUnavailable)
				return
			}
			io.WriteString(w, r.Proto+" "+string(body))
		}),
	})
	ctx, cancel := context.WithCancel(context.Background())
	stopped := make(chan error, 1)
	go func() { stopped <- s.Serve(ctx, listener) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-stopped; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return listener.Addr().String(), stop
}

// clientOf returns a client that trusts every certificate, for HTTP/2 unless config names
// protocols.
func clientOf(config *tls.Config) *http.Client {
	config.InsecureSkipVerify = true
	return &http.Client{Transport: &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: config.NextProtos == nil}, Timeout: time.Minute}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	f := newFiles(t)
	c, err := LoadCertificate(f.certificate, f.key)
	if err != nil {
		t.Fatal(err)
	}
	addr, _ := serveTLS(t, c, slog.DiscardHandler)
	for name, tt := range map[string]struct {
		config *tls.Config
		want   string // the protocol; "" if the handshake fails
	}{
		"HTTP/2":   {&tls.Config{}, "HTTP/2.0 body"},
		"HTTP/1.1": {&tls.Config{NextProtos: []string{"http/1.1"}}, "HTTP/1.1 body"},
		"TLS 1.2":  {&tls.Config{MaxVersion: tls.VersionTLS12}, "HTTP/2.0 body"},
		"TLS 1.1":  {&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, ""},
	} {
		resp, err := clientOf(tt.config).Post("https://"+addr+"/graphql", "text/plain", strings.NewReader("body"))
		if err != nil {
			if tt.want != "" {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if string(body) != tt.want || resp.Header.Get("Strict-Transport-Security") != strictTransport {
			t.Errorf("%s: got %s, %v", name, body, resp.Header)
		}
	}
	resp, err := http.Get("http://" + addr)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusBadRequest {
		t.Errorf("without TLS: %s", resp.Status)
	}
}

// TestHTTP2BodiesAreInterrupted when the server stops.
func TestHTTP2BodiesAreInterrupted(t *testing.T) {
	t.Parallel()
	f := newFiles(t)
	c, err := LoadCertificate(f.certificate, f.key)
	if err != nil {
		t.Fatal(err)
	}
	addr, stop := serveTLS(t, c, slog.DiscardHandler)
	unfinished, writer := io.Pipe()
	defer writer.Close()
	status, reading := make(chan int), make(chan struct{})
	trace := &httptrace.ClientTrace{Got100Continue: func() { close(reading) }}
	r, err := http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), trace), http.MethodPost, "https://"+addr+"/graphql", unfinished)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Expect", "100-continue") // the server answers it when it reads the body
	client := clientOf(&tls.Config{})
	client.Transport.(*http.Transport).ExpectContinueTimeout = time.Minute
	go func() {
		resp, err := client.Do(r)
		if err != nil {
			t.Error(err)
			close(status)
			return
		}
		resp.Body.Close()
		status <- resp.StatusCode
	}()
	<-reading
	io.WriteString(writer, "part")
	go stop()
	if got := <-status; got != http.StatusServiceUnavailable {
		t.Errorf("got %d", got)
	}
	stop()
}

// TestCertificateIsReloaded without dropping connections; files that do not fit are not used.
func TestCertificateIsReloaded(t *testing.T) {
	t.Parallel()
	f := newFiles(t)
	c, err := LoadCertificate(f.certificate, f.key)
	if err != nil {
		t.Fatal(err)
	}
	c.interval = 5 * time.Millisecond
	var errors, reloads atomic.Int64
	addr, _ := serveTLS(t, c, counting{slog.DiscardHandler, &errors, &reloads})

	old := clientOf(&tls.Config{})
	serial := func(client *http.Client) int64 {
		resp, err := client.Get("https://" + addr + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		return resp.TLS.PeerCertificates[0].SerialNumber.Int64()
	}
	if got := serial(old); got != 1 {
		t.Fatalf("serial number %d", got)
	}
	certificate, _ := selfSigned(t, 2)
	f.write(f.certificate, certificate) // its key is missing
	await(t, func() bool { return errors.Load() == 1 })
	if got := serial(clientOf(&tls.Config{})); got != 1 {
		t.Errorf("with files that do not fit: serial number %d", got)
	}
	os.Remove(f.certificate)
	await(t, func() bool { return errors.Load() == 2 })
	f.renew(3)
	await(t, func() bool { return serial(clientOf(&tls.Config{})) == 3 })
	if got := serial(old); got != 1 {
		t.Errorf("the open connection was dropped: serial number %d", got)
	}
	if reloads.Load() < 1 {
		t.Error("the log does not say that the certificate was read again")
	}
}

func await(t *testing.T, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it does not happen")
		}
	}
}

// counting counts the records about certificates.
type counting struct {
	slog.Handler
	errors, reloads *atomic.Int64
}

func (counting) Enabled(context.Context, slog.Level) bool { return true }

func (c counting) Handle(_ context.Context, r slog.Record) error {
	switch {
	case !strings.Contains(r.Message, "certificate"):
	case r.Level == slog.LevelError:
		c.errors.Add(1)
	default:
		c.reloads.Add(1)
	}
	return nil
}

func (c counting) WithAttrs([]slog.Attr) slog.Handler { return c }

func TestUnusableCertificates(t *testing.T) {
	t.Parallel()
	f, other := newFiles(t), newFiles(t)
	for name, tt := range map[string]struct{ certificate, key, want string }{
		"a missing certificate":         {f.certificate + "x", f.key, "no such file"},
		"a missing key":                 {f.certificate, f.key + "x", "no such file"},
		"the key of another":            {f.certificate, other.key, "private key does not match"},
		"a key instead of certificates": {f.key, f.key, "PEM"},
		"a folder":                      {filepath.Dir(f.certificate), f.key, "is a directory"},
	} {
		if _, err := LoadCertificate(tt.certificate, tt.key); err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "PEM files") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
