package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"contactgraph/internal/demo"
)

// output collects what a command writes. It can be read at the same time.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// running is a server in the process of the test.
type running struct {
	t              *testing.T
	url            string
	stop           func()
	ended          chan error
	stdout, stderr output
}

// start runs the command with args and environment variables.
func start(t *testing.T, env map[string]string, args ...string) *running {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	r := &running{t: t, stop: stop, ended: make(chan error, 1)}
	var environ []string
	for name, value := range env {
		environ = append(environ, name+"="+value)
	}
	t.Cleanup(stop)
	go func() {
		r.ended <- run(ctx, args, environ, strings.NewReader(""), &r.stdout, &r.stderr)
	}()
	return r
}

var address = regexp.MustCompile(`https?://127\.0\.0\.1:\d+`)

// ready waits until the server has printed its address.
func (r *running) ready() *running {
	r.t.Helper()
	for r.url == "" {
		select {
		case err := <-r.ended:
			r.t.Fatalf("the server ended with %v:\n%s", err, &r.stderr)
		case <-time.After(5 * time.Millisecond):
			r.url = address.FindString(r.stdout.String())
		}
	}
	return r
}

func (r *running) shutDown() error {
	r.t.Helper()
	r.stop()
	select {
	case err := <-r.ended:
		return err
	case <-time.After(20 * time.Second):
		return errors.New("the server does not stop")
	}
}

// do sends a request and returns the response.
func (r *running) do(method, path, body string, headers ...string) (int, http.Header, string) {
	r.t.Helper()
	q, err := http.NewRequestWithContext(r.t.Context(), method, r.url+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		q.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(q)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(text)
}

func (r *running) send(method, path, body string, headers ...string) (int, string) {
	r.t.Helper()
	status, _, text := r.do(method, path, body, headers...)
	return status, text
}

func TestServeDemo(t *testing.T) {
	t.Parallel()
	database := filepath.Join(t.TempDir(), "demo.db")
	env := map[string]string{
		"CONTACTGRAPH_DATABASE": database, "CONTACTGRAPH_ADDR": "127.0.0.1:0", "CONTACTGRAPH_DEMO": "true",
		"CONTACTGRAPH_DEMO_CONTACTS": "7", "CONTACTGRAPH_LOG_FORMAT": "json",
	}
	for _, step := range []string{"seeds an empty database", "serves what the first start seeded"} {
		r := start(t, env).ready()
		if !strings.Contains(r.stdout.String(), "demo-admin") {
			t.Errorf("%s: printed %s", step, &r.stdout)
		}
		for _, in := range demo.SignIns() {
			if !strings.Contains(r.stdout.String(), in.Login) {
				t.Errorf("%s: %s is not in the greeting: %s", step, in.Login, &r.stdout)
			}
			document := fmt.Sprintf(`mutation { signIn(input: {account: %q, login: %q, password: %q}) { viewer { role } } }`, in.Account, in.Login, in.Password)
			query, err := json.Marshal(map[string]string{"query": document})
			if err != nil {
				t.Fatal(err)
			}
			if status, body := r.send("POST", "/graphql", string(query), "Content-Type", "application/json"); !strings.Contains(body, fmt.Sprintf(`{"role":%q}`, in.Role)) {
				t.Errorf("%s: signing in as %s: %d %s", step, in.Login, status, body)
			}
		}
		if status, body := r.send("GET", "/readyz", ""); status != http.StatusOK {
			t.Errorf("%s: /readyz %d %s", step, status, body)
		}
		status, body := r.send("POST", "/graphql", `{"query":"{ viewer { account } contacts(first: 100) { nodes { contactId } } }"}`,
			"Content-Type", "application/json", "X-ApiKey", "demo-agent")
		var got struct {
			Data struct {
				Viewer   struct{ Account string }
				Contacts struct{ Nodes []struct{ ContactID int } }
			}
		}
		if err := json.Unmarshal([]byte(body), &got); err != nil || got.Data.Viewer.Account != "Demo" || len(got.Data.Contacts.Nodes) != 8 {
			t.Errorf("%s: GraphQL %d %s (%v)", step, status, body, err)
		}
		if status, body := r.send("GET", "/api/v1/Contacts/466", "", "X-ApiKey", "demo-agent"); status != http.StatusOK {
			t.Errorf("%s: REST %d %s", step, status, body)
		}
		if status, body := r.send("POST", "/f/webapp-api-login?api=login", "emailAddress=customer11%401to1service.com&Password=demo-password",
			"Content-Type", "application/x-www-form-urlencoded"); status != http.StatusOK || !strings.Contains(body, `"isLoggedIn":true`) {
			t.Errorf("%s: iService %d %s", step, status, body)
		}
		if err := r.shutDown(); err != nil {
			t.Errorf("%s: ended with %v", step, err)
		}
		for line := range strings.Lines(r.stderr.String()) {
			if !json.Valid([]byte(line)) || strings.Contains(line, "demo-password") || strings.Contains(line, "demo-agent") {
				t.Errorf("%s: logged %s", step, line)
			}
		}
	}
}

// TestSecureCookies covers both APIs that set a cookie.
func TestSecureCookies(t *testing.T) {
	t.Parallel()
	for _, secure := range []string{"false", "true"} {
		r := start(t, nil, "--addr", "127.0.0.1:0", "--database", filepath.Join(t.TempDir(), "demo.db"), "--demo", "--demo-contacts", "1", "--secure-cookies="+secure).ready()
		for _, api := range []struct{ path, contentType, body string }{
			{"/graphql", "application/json", `{"query":"mutation { signIn(input: {account: \"Demo\", login: \"admin@example.com\", password: \"demo-password\", cookie: true}) { token } }"}`},
			{"/f/webapp-api-login?api=login", "application/x-www-form-urlencoded", "emailAddress=customer11%401to1service.com&Password=demo-password"},
		} {
			q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.url+api.path, strings.NewReader(api.body))
			if err != nil {
				t.Fatal(err)
			}
			q.Header.Set("Content-Type", api.contentType)
			resp, err := http.DefaultClient.Do(q)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			name := map[string]string{"false": "contactgraph_session", "true": "__Host-contactgraph_session"}[secure]
			if set := resp.Cookies(); len(set) != 1 || fmt.Sprint(set[0].Secure) != secure || !set[0].HttpOnly || set[0].Name != name {
				t.Errorf("--secure-cookies=%s at %s: %v", secure, api.path, set)
			}
			if https := resp.Header.Get("Strict-Transport-Security") != ""; fmt.Sprint(https) != secure {
				t.Errorf("--secure-cookies=%s at %s: headers %v", secure, api.path, resp.Header)
			}
		}
		if err := r.shutDown(); err != nil {
			t.Error(err)
		}
	}
}

func TestServeWithoutAccountsExplainsHowToCreateOne(t *testing.T) {
	t.Parallel()
	r := start(t, nil, "--addr", "127.0.0.1:0", "--database", filepath.Join(t.TempDir(), "new.db")).ready()
	if out := r.stdout.String(); !strings.Contains(out, "key create --new-account") || strings.Contains(out, "demo") {
		t.Errorf("printed %s", out)
	}
	if err := r.shutDown(); err != nil {
		t.Error(err)
	}
}

func TestStoppingWhileSeedingSucceedsAndLeavesIncompleteData(t *testing.T) {
	t.Parallel()
	args := []string{"--demo", "--demo-contacts", "200000", "--addr", "127.0.0.1:0", "--database", filepath.Join(t.TempDir(), "demo.db")}
	r := start(t, nil, args...)
	for !strings.Contains(r.stderr.String(), "seeding") {
		time.Sleep(time.Millisecond)
	}
	if err := r.shutDown(); err != nil {
		t.Fatalf("ended with %v", err)
	}
	if r.stdout.String() != "" {
		t.Errorf("printed %s", &r.stdout)
	}
	again := start(t, nil, args...)
	if err := <-again.ended; err == nil || !strings.Contains(err.Error(), "interrupted") || !strings.Contains(err.Error(), "delete the database") {
		t.Errorf("the next start ends with %v", err)
	}
}

func TestServeRefusesToStart(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { taken.Close() })
	broken := filepath.Join(t.TempDir(), "documents.json")
	if err := os.WriteFile(broken, []byte(`{"names": "{ names }"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"on a port that is in use": {
			[]string{"--addr", taken.Addr().String()}, "is in use by another program",
		},
		"without a host": {
			[]string{"--addr", "8080"}, "set --addr to a host and a port",
		},
		"with demo data on a public address": {
			[]string{"--demo", "--addr", ":0"}, "set --addr to a loopback address",
		},
		"with an account that does not exist": {
			[]string{"--addr", "127.0.0.1:0", "--iservice-account", "Nope"}, `contactgraph key create --new-account --account "Nope"`,
		},
		"with a certificate but no key": {
			[]string{"--addr", "127.0.0.1:0", "--tls-certificate", "tls.crt"}, "must be set together",
		},
		"with a certificate that does not exist": {
			[]string{"--addr", "127.0.0.1:0", "--tls-certificate", "tls.crt", "--tls-key", "tls.key"}, "no such file",
		},
		"with a proxy that is not an address": {
			[]string{"--addr", "127.0.0.1:0", "--trusted-proxies", "localhost"}, "use addresses such as 10.0.0.7",
		},
		"with a limit of zero": {
			[]string{"--addr", "127.0.0.1:0", "--max-connections", "0"}, "must be at least 1",
		},
		"with a trusted document that is not valid": {
			[]string{"--addr", "127.0.0.1:0", "--trusted-documents", broken}, broken + `: the document "names": input:1:3: Cannot query field "names" on type "Query".`,
		},
		"with another switch of introspection": {
			[]string{"--addr", "127.0.0.1:0", "--introspection", "maybe"}, `--introspection must be one of "on","staff","off"`,
		},
		"with too many demo contacts": {
			[]string{"--addr", "127.0.0.1:0", "--demo", "--demo-contacts", "1000001"}, "0 to 1000000 contacts",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"serve", "--database", filepath.Join(t.TempDir(), "t.db")}, c.args...)
			if err := <-start(t, nil, args...).ended; err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("ended with %v", err)
			}
		})
	}
}
