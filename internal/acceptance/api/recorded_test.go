package api

import (
	"bufio"
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"contactgraph/internal/acceptance/harness"

	"github.com/google/go-cmp/cmp"
)

// recorded is a request to the legacy API and the response of the framework behind it.
type recorded struct {
	Name    string
	Request struct{ Method, Path, ContentType, Accept, Body string }
	Expect  struct {
		Status      int
		ContentType *string
		Body        *string
		Bound       map[string]any
	}
}

// TestRecordedRequestsAreAnsweredAlike replays the recorded requests and compares the responses.
func TestRecordedRequestsAreAnsweredAlike(t *testing.T) {
	t.Parallel()
	s := harness.Demo(t, 20)
	f, err := os.Open("../../rest/testdata/contacts-put.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	n := 0
	for ; lines.Scan(); n++ {
		var c recorded
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		t.Run(c.Name, func(t *testing.T) { replay(t, s, c) })
	}
	if n != 44 {
		t.Errorf("%d recorded requests, not 44", n)
	}
}

func replay(t *testing.T, s *harness.Server, c recorded) {
	t.Helper()
	w := harness.Caller{"X-Apikey": {"demo-agent"}}
	if c.Request.Accept != "" {
		w["Accept"] = []string{c.Request.Accept}
	}
	version := harness.Query[struct{ Version string }](s, harness.APIKey("demo-agent"), `{ contact(id: "1") { version } }`, nil).Version
	body := strings.ReplaceAll(c.Request.Body, "AAAAAAAAB9E=", version)
	body = strings.ReplaceAll(body, "AAAAAAAAB9E", strings.TrimSuffix(version, "="))
	if strings.Contains(body, "Version[6]=7&Version[7]=209") {
		v := harness.VersionNumber(t, version)
		body = strings.ReplaceAll(body, "Version[6]=7&Version[7]=209", "Version[6]="+strconv.Itoa(v>>8)+"&Version[7]="+strconv.Itoa(v&255))
	}
	a := s.Send(w, c.Request.Method, c.Request.Path, c.Request.ContentType, body)
	if a.Status != c.Expect.Status {
		t.Fatalf("status %d, want %d: %s", a.Status, c.Expect.Status, a.Body)
	}
	if want := c.Expect.ContentType; want != nil && a.Header.Get("Content-Type") != *want {
		t.Errorf("content type %q, want %q", a.Header.Get("Content-Type"), *want)
	}
	if c.Expect.Body != nil {
		if d := cmp.Diff(strings.ReplaceAll(*c.Expect.Body, "http://h", s.URL), a.Body); d != "" {
			t.Errorf("body: %s", d)
		}
	}
	if c.Expect.Bound != nil {
		checkBound(t, s, c.Expect.Bound, a.Body)
	}
}

// checkBound compares the members of the stored contact with what the framework has read from the
// request.
func checkBound(t *testing.T, s *harness.Server, bound map[string]any, response string) {
	t.Helper()
	stored := s.Send(harness.APIKey("demo-agent"), "GET", "/api/v1/Contacts/1", "", "").Body
	if response != stored {
		t.Errorf("the response is %s, stored is %s", response, stored)
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(stored), &got); err != nil {
		t.Fatal(err)
	}
	for name, want := range bound {
		if text, ok := want.(string); ok && name == "LimitMailsTemporarilyUntil" {
			want = instant(t, text)
			got[name] = instant(t, got[name].(string))
		}
		if d := cmp.Diff(want, got[name]); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// instant returns the time in UTC, with the precision that the server stores.
func instant(t *testing.T, text string) string {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return at.UTC().Truncate(time.Microsecond).String()
}
