package acceptance

import (
	"bufio"
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// recorded is a request and the answer that the framework behind the documented API gave.
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

func TestRecordedRequests(t *testing.T) {
	t.Parallel()
	s := demo(t, 20)
	f, err := os.Open("../rest/testdata/contacts-put.jsonl")
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

func replay(t *testing.T, s *process, c recorded) {
	t.Helper()
	w := who{"X-Apikey": {"demo-agent"}}
	if c.Request.Accept != "" {
		w["Accept"] = []string{c.Request.Accept}
	}
	version := into[struct{ Version string }](s, key("demo-agent"), `{ contact(id: "1") { version } }`, nil).Version
	body := strings.ReplaceAll(c.Request.Body, "AAAAAAAAB9E=", version)
	body = strings.ReplaceAll(body, "AAAAAAAAB9E", strings.TrimSuffix(version, "="))
	if strings.Contains(body, "Version[6]=7&Version[7]=209") {
		v := number(t, version)
		body = strings.ReplaceAll(body, "Version[6]=7&Version[7]=209", "Version[6]="+strconv.Itoa(v>>8)+"&Version[7]="+strconv.Itoa(v&255))
	}
	a := s.send(w, c.Request.Method, c.Request.Path, c.Request.ContentType, body)
	if a.status != c.Expect.Status {
		t.Fatalf("status %d, want %d: %s", a.status, c.Expect.Status, a.body)
	}
	if want := c.Expect.ContentType; want != nil && a.header.Get("Content-Type") != *want {
		t.Errorf("content type %q, want %q", a.header.Get("Content-Type"), *want)
	}
	if c.Expect.Body != nil {
		if d := cmp.Diff(strings.ReplaceAll(*c.Expect.Body, "http://h", s.url), a.body); d != "" {
			t.Errorf("body: %s", d)
		}
	}
	if c.Expect.Bound != nil {
		checkBound(t, s, c.Expect.Bound, a.body)
	}
}

// checkBound compares the members of the stored contact with what the framework bound.
func checkBound(t *testing.T, s *process, bound map[string]any, answered string) {
	t.Helper()
	stored := s.send(key("demo-agent"), "GET", "/api/v1/Contacts/1", "", "").body
	if answered != stored {
		t.Errorf("answered %s, stored %s", answered, stored)
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

// instant is a time at the precision that is kept, whatever its offset.
func instant(t *testing.T, text string) string {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return at.UTC().Truncate(time.Microsecond).String()
}
