package server_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"contactgraph/internal/server"
)

func TestAccessLog(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	w := f.send(t, http.MethodPut, "/api/v1/Contacts/466?token=secret-in-query", "X-ApiKey", "secret-key",
		"Cookie", "contactgraph_session=secret-cookie", "X-Forwarded-For", "198.51.100.7", "X-Request-Id", "0123456789abcdef")
	line := f.logged()
	var got struct {
		Msg, Method, Route string
		Status, Bytes      int
		RequestID          string `json:"request_id"`
		Duration           int64
	}
	if err := json.Unmarshal([]byte(line), &got); err != nil {
		t.Fatalf("%v in %q", err, line)
	}
	if got.Msg != "request" || got.Method != http.MethodPut || got.Route != "/api/" || got.Status != 200 ||
		got.Bytes != w.Body.Len() || got.RequestID != "0123456789abcdef" || got.Duration <= 0 {
		t.Errorf("logged %+v", got)
	}
	for _, secret := range []string{"secret", "466", "192.0.2.1", "198.51.100.7", "the body"} {
		if strings.Contains(line, secret) {
			t.Errorf("the log contains %q: %s", secret, line)
		}
	}
}

func TestAccessLogOfAnUnknownMethodAndRoute(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.send(t, "SECRET-METHOD", "/secret/path")
	if line := f.logged(); strings.Contains(strings.ToLower(line), "secret") || !strings.Contains(line, `"method":"other","route":"","status":404`) {
		t.Errorf("logged %s", line)
	}
}

func TestRequestID(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	for name, c := range map[string]struct {
		sent string
		kept bool
	}{
		"a well-formed one is kept":         {"7f3a2b1c-0d4e-4f5a-8b6c-9d0e1f2a3b4c", true},
		"a missing one is generated":        {"", false},
		"a short one is replaced":           {"1", false},
		"a long one is replaced":            {strings.Repeat("a", 65), false},
		"an address is replaced":            {"jon.deere@example.com", false},
		"one with a line break is replaced": {"aaaaaaaa\nstatus=200", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := f.send(t, http.MethodGet, "/healthz", "X-Request-Id", c.sent).Header().Get("X-Request-ID")
			if len(got) < 8 || (got == c.sent) != c.kept {
				t.Errorf("sent %q, got %q", c.sent, got)
			}
		})
	}
}

func TestPanic(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *server.Config) {
		c.GraphQL = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("the secret reason") })
	})
	w := f.send(t, http.MethodPost, "/graphql", "X-Request-Id", "0123456789abcdef")
	if w.Code != http.StatusInternalServerError || w.Body.String() != "Internal Server Error\n" {
		t.Errorf("answered %d %q", w.Code, w.Body)
	}
	log := f.logged()
	for _, want := range []string{"the secret reason", "TestPanic", `"request_id":"0123456789abcdef"`, `"status":500`} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %q: %s", want, log)
		}
	}
}

func TestPanicInTheMiddleOfAResponseAbortsIt(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *server.Config) {
		c.GraphQL = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, `{"data":`)
			http.NewResponseController(w).Flush()
			panic("too late")
		})
	})
	web := httptest.NewServer(f)
	defer web.Close()
	resp, err := http.Get(web.URL + "/graphql")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.ReadAll(resp.Body); err == nil {
		t.Error("the client cannot detect that the response is incomplete")
	}
}
