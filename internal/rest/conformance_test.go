package rest_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"contactgraph/internal/revision"
)

// recorded is a request and the framework's response to it.
type recorded struct {
	Name    string
	Request struct{ Method, Path, ContentType, Accept, Body string }
	Expect  struct {
		Status      int
		ContentType string
		Body        *string
		Bound       map[string]any
	}
}

func TestRecordedRequestsGetTheResponsesOfTheFramework(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	file, err := os.Open("testdata/contacts-put.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	n := 0
	for lines := bufio.NewScanner(file); lines.Scan(); n++ {
		var c recorded
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		t.Run(c.Name, func(t *testing.T) { f.replay(t, c) })
	}
	if n != 44 {
		t.Errorf("%d cases, not 44", n)
	}
}

func (f *fixture) replay(t *testing.T, c recorded) {
	t.Helper()
	before := f.contact(first)
	got := f.do(c.Request.Method, c.Request.Path, withVersion(c.Request.Body, before.Version), headers{
		"X-ApiKey": agentKey, "Content-Type": c.Request.ContentType, "Accept": c.Request.Accept,
	})
	if got.StatusCode != c.Expect.Status {
		t.Errorf("status %d, not %d: %s", got.StatusCode, c.Expect.Status, got.body)
	}
	if want := c.Expect.ContentType; want != "" && got.Header.Get("Content-Type") != want {
		t.Errorf("Content-Type %s, not %s", got.Header.Get("Content-Type"), want)
	}
	if c.Expect.Body != nil {
		expect(t, got, c.Expect.Status, strings.ReplaceAll(*c.Expect.Body, "http://h", f.url))
	}
	wrote := 0
	if c.Expect.Status == 200 {
		wrote = 1
		dto := got.dto(t)
		for name, want := range c.Expect.Bound {
			if name == "LimitMailsTemporarilyUntil" && want != nil {
				want = inUTC(t, want.(string))
			}
			if dto[name] != want {
				t.Errorf("%s is %v, not %v", name, dto[name], want)
			}
		}
		if again := f.do("GET", contactPath(first), "", headers{"X-ApiKey": agentKey}); again.body != got.body {
			t.Errorf("GET shows %s, PUT showed %s", again.body, got.body)
		}
	}
	if after := f.contact(first).Version; after != before.Version+revision.Version(wrote) {
		t.Errorf("version %d became %d", before.Version, after)
	}
}

// withVersion replaces the recorded version by the current one, in each of its notations.
func withVersion(body string, v revision.Version) string {
	b := v.Bytes()
	if b[0]+b[1]+b[2]+b[3]+b[4]+b[5]+b[6] != 0 {
		panic("the notations below have two bytes at most")
	}
	return strings.NewReplacer(
		"AAAAAAAAB9E=", v.String(),
		"0,0,0,0,0,0,7,209", fmt.Sprintf("0,0,0,0,0,0,0,%d", b[7]),
		"Version[6]=7&Version[7]=209", fmt.Sprintf("Version[6]=0&Version[7]=%d", b[7]),
	).Replace(body)
}

// inUTC returns a time as responses show it: the same instant in UTC, to the microsecond.
func inUTC(t *testing.T, text string) string {
	t.Helper()
	sent, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Replace(revision.FormatTime(sent), "Z", "+00:00", 1)
}
