package server_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"contactgraph/internal/server"

	"github.com/andybalholm/brotli"
	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// answering returns a server whose GraphQL handler is handle.
func answering(t *testing.T, handle http.HandlerFunc) *fixture {
	t.Helper()
	return newFixture(t, func(c *server.Config) { c.GraphQL = handle })
}

// text returns a text of a size that becomes smaller.
func text(size int) []byte { return bytes.Repeat([]byte("text "), size/5+1)[:size] }

// decode returns the body without its coding.
func decode(t interface{ Fatal(args ...any) }, coding string, body []byte) []byte {
	var r io.Reader = bytes.NewReader(body)
	switch coding {
	case "br":
		r = brotli.NewReader(r)
	case "gzip":
		z, err := gzip.NewReader(r)
		if err != nil {
			t.Fatal(err)
		}
		r = z
	}
	decoded, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(coding, err)
	}
	return decoded
}

// compressed are the headers that compression is about.
type compressed struct{ Encoding, Vary, Length, ETag string }

func headersOf(h http.Header) compressed {
	return compressed{h.Get("Content-Encoding"), strings.Join(h.Values("Vary"), " "), h.Get("Content-Length"), h.Get("ETag")}
}

// TestCoding is the coding that is chosen for a large and for a small response.
func TestCoding(t *testing.T) {
	t.Parallel()
	f := answering(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		size := map[string]int{"large": 1024, "small": 1023}[r.URL.RawQuery]
		w.Write(text(size))
	})
	for accept, want := range map[string]struct{ large, small string }{
		"":                              {},
		"gzip":                          {"gzip", ""},
		"br":                            {"br", ""},
		"GZip":                          {"gzip", ""},
		"gzip, deflate, br, zstd":       {"br", ""},
		"gzip;q=1.0, br;q=0.5":          {"gzip", ""},
		"gzip ; q=0.2 , br ; Q=0.1":     {"gzip", ""},
		"gzip;q=0.001":                  {"gzip", ""},
		"*":                             {"br", ""},
		"*;q=0.5, gzip":                 {"gzip", ""},
		"br;q=0, *":                     {"gzip", ""},
		"br;q=0, gzip;q=0, *":           {},
		"gzip;q=0":                      {},
		"gzip;q=0.0, br;q=0.000":        {},
		"*;q=0":                         {},
		"deflate, zstd":                 {},
		"identity":                      {},
		"identity, gzip;q=0.5":          {},
		"identity;q=0.5, gzip;q=0.5":    {"gzip", ""},
		"identity;q=0.5, gzip":          {"gzip", ""},
		"identity;q=0, gzip":            {"gzip", "gzip"},
		"identity;q=0, *":               {"br", "br"},
		"*;q=0, gzip":                   {"gzip", "gzip"},
		"*;q=0, identity;q=0.1, gzip":   {"gzip", ""},
		"identity;q=0":                  {},
		"gzip;q=2, br;q=x, *;level=1":   {},
		"gzip;q=NaN":                    {},
		"gzipped, brotli":               {},
		",;,gzip;q,":                    {},
		"deflate;q=1, gzip;q=0.9, br;q": {"gzip", ""},
	} {
		for size, want := range map[string]string{"large": want.large, "small": want.small} {
			w := f.send(t, http.MethodPost, "/graphql?"+size, "Accept-Encoding", accept)
			if got := w.Header().Get("Content-Encoding"); got != want || w.Header().Get("Vary") != "Accept-Encoding" {
				t.Errorf("%q, %s: got %q, want %q; %v", accept, size, got, want, w.Header())
			}
			if body := decode(t, want, w.Body.Bytes()); len(body) < 1023 {
				t.Errorf("%q, %s: %q", accept, size, body)
			}
		}
	}
	for name, tt := range map[string]struct {
		headers []string
		want    string
	}{
		"a link on another site":   {[]string{"Sec-Fetch-Site", "cross-site", "Cookie", "a=b"}, ""},
		"a page of a sibling site": {[]string{"Sec-Fetch-Site", "same-site", "Cookie", "a=b"}, ""},
		"a page of another origin": {[]string{"Sec-Fetch-Site", "cross-site"}, "gzip"},
		"a page of this server":    {[]string{"Sec-Fetch-Site", "same-origin", "Cookie", "a=b"}, "gzip"},
		"the address bar":          {[]string{"Sec-Fetch-Site", "none", "Cookie", "a=b"}, "gzip"},
	} {
		w := f.send(t, http.MethodGet, "/graphql?large", append(tt.headers, "Accept-Encoding", "gzip")...)
		if got := w.Header().Get("Content-Encoding"); got != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
	several := http.Header{"Accept-Encoding": {"deflate", "gzip"}}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/graphql?large", nil)
	r.Header = several
	w := httptest.NewRecorder()
	if f.ServeHTTP(w, r); w.Header().Get("Content-Encoding") != "gzip" {
		t.Errorf("two lines: %v", w.Header())
	}
}

// TestWhatIsCompressed lists which responses are compressed for a client that accepts gzip, and
// which headers they have.
func TestWhatIsCompressed(t *testing.T) {
	t.Parallel()
	const vary, size = "Accept-Encoding", 5000
	var handle http.HandlerFunc
	f := answering(t, func(w http.ResponseWriter, r *http.Request) { handle(w, r) })
	plain := compressed{"", vary, "", ""}
	zipped := compressed{"gzip", vary, "*", ""} // with some length
	for _, tt := range []struct {
		name   string
		header string
		status int
		want   compressed
	}{
		{"JSON", "Content-Type: application/json; charset=utf-8", 200, zipped},
		{"a GraphQL response", "Content-Type: application/graphql-response+json; charset=utf-8", 294, zipped},
		{"an error", "Content-Type: text/json", 409, zipped},
		{"CSV", "Content-Type: text/csv; charset=utf-8; header=present", 200, zipped},
		{"JSON lines", "Content-Type: application/jsonl", 200, zipped},
		{"a schema", "Content-Type: application/graphql", 200, zipped},
		{"a page", "Content-Type: text/html", 200, zipped},
		{"its size is known", "Content-Type: text/html\nContent-Length: 5000", 200, zipped},
		{"a strong tag", "Content-Type: text/html\nETag: \"x\"", 200, compressed{"gzip", vary, "*", `W/"x"`}},
		{"a weak tag", "Content-Type: text/html\nETag: W/\"x\"", 200, compressed{"gzip", vary, "*", `W/"x"`}},
		{"other headers vary too", "Content-Type: text/html\nVary: Origin", 200, compressed{"gzip", "Origin " + vary, "*", ""}},

		{"an event stream", "Content-Type: text/event-stream", 200, compressed{}},
		{"an image", "Content-Type: image/png", 200, compressed{}},
		{"no type", "", 200, compressed{}},
		{"a coding", "Content-Type: text/css\nContent-Encoding: br\nVary: " + vary, 200, compressed{"br", vary, "", ""}},
		{"a part", "Content-Type: text/css\nContent-Range: bytes 0-9/10\nETag: \"x\"", 206, compressed{"", "", "", `"x"`}},
		{"a small response", "Content-Type: text/html\nContent-Length: 1023", 200, compressed{"", vary, "1023", ""}},
		{"a cookie", "Content-Type: application/json\nSet-Cookie: a=b", 200, plain},
		{"a credential", "Content-Type: application/json\nCache-Control: no-store, no-transform\nETag: \"x\"", 200, compressed{"", vary, "", `"x"`}},
	} {
		handle = func(w http.ResponseWriter, _ *http.Request) {
			for line := range strings.SplitSeq(tt.header, "\n") {
				if name, value, ok := strings.Cut(line, ": "); ok {
					w.Header().Set(name, value)
				}
			}
			w.WriteHeader(tt.status)
			w.Write(text(size))
		}
		w := f.send(t, http.MethodPost, "/graphql", "Accept-Encoding", "gzip")
		got := headersOf(w.Header())
		if tt.want.Length == "*" {
			if got.Length != fmt.Sprint(w.Body.Len()) {
				t.Errorf("%s: the length is %s, the body has %d bytes", tt.name, got.Length, w.Body.Len())
			}
			got.Length = "*"
			if !bytes.Equal(decode(t, "gzip", w.Body.Bytes()), text(size)) {
				t.Errorf("%s: the body has changed", tt.name)
			}
		} else if !bytes.Equal(w.Body.Bytes(), text(size)) {
			t.Errorf("%s: the body has changed", tt.name)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" || w.Code != tt.status {
			t.Errorf("%s: status %d (-want +got)\n%s", tt.name, w.Code, diff)
		}
	}
}

// TestCompressionOverHTTP is about what net/http adds: HEAD, conditional requests and ranges.
func TestCompressionOverHTTP(t *testing.T) {
	t.Parallel()
	content := text(5000)
	f := answering(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.RawQuery {
		case "stream":
			w.Write(content[:600])
			w.Write(content[600:])
		case "small":
			w.Write(content[:600])
		default:
			w.Header().Set("ETag", `"x"`)
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
		}
	})
	url, _, _ := serving(t, f)
	client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
	for _, tt := range []struct {
		method, query, header string
		status                int
		want                  compressed
	}{
		{"HEAD", "", "Accept-Encoding: br", 200, compressed{"br", "Accept-Encoding", "", `W/"x"`}},
		{"HEAD", "stream", "Accept-Encoding: br", 200, compressed{"br", "Accept-Encoding", "", ""}},
		{"HEAD", "small", "Accept-Encoding: br", 200, compressed{"", "Accept-Encoding", "600", ""}},
		{"HEAD", "", "", 200, compressed{"", "Accept-Encoding", "5000", `"x"`}},
		{"GET", "", "", 200, compressed{"", "Accept-Encoding", "5000", `"x"`}},
		{"GET", "small", "Accept-Encoding: br", 200, compressed{"", "Accept-Encoding", "600", ""}},
		{"GET", "", "Accept-Encoding: gzip\nIf-None-Match: W/\"x\"", 304, compressed{"", "Accept-Encoding", "", `W/"x"`}},
		{"GET", "", "Accept-Encoding: gzip\nIf-None-Match: \"x\"", 304, compressed{"", "Accept-Encoding", "", `W/"x"`}},
		{"GET", "", "If-None-Match: \"x\"", 304, compressed{"", "Accept-Encoding", "", `"x"`}},
		{"GET", "", "Accept-Encoding: gzip\nRange: bytes=0-1999", 206, compressed{"", "", "2000", `"x"`}},
	} {
		r, err := http.NewRequestWithContext(t.Context(), tt.method, url+"/graphql?"+tt.query, nil)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(tt.header, "\n") {
			if name, value, ok := strings.Cut(line, ": "); ok {
				r.Header.Set(name, value)
			}
		}
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if diff := cmp.Diff(tt.want, headersOf(resp.Header)); diff != "" || resp.StatusCode != tt.status {
			t.Errorf("%s %s %s: %s (-want +got)\n%s", tt.method, tt.query, tt.header, resp.Status, diff)
		}
	}
}

// TestResponsesInParts: a response is the same however its handler writes and flushes it.
func TestResponsesInParts(t *testing.T) {
	t.Parallel()
	var handle http.HandlerFunc
	f := answering(t, func(w http.ResponseWriter, r *http.Request) { handle(w, r) })
	rapid.Check(t, func(rt *rapid.T) {
		parts := rapid.SliceOfN(rapid.SampledFrom([]int{0, 1, 100, 1000, 1024, 5000, 70_000}), 0, 5).Draw(rt, "parts")
		flushes := rapid.SliceOfN(rapid.Bool(), len(parts), len(parts)).Draw(rt, "flushes")
		known := rapid.Bool().Draw(rt, "known")
		coding := rapid.SampledFrom([]string{"br", "gzip"}).Draw(rt, "coding")
		var want []byte
		for i, size := range parts {
			want = append(want, bytes.Repeat([]byte{'a' + byte(i)}, size)...)
		}
		handle = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			if known {
				w.Header().Set("Content-Length", fmt.Sprint(len(want)))
			}
			rest := want
			for i, size := range parts {
				if n, err := w.Write(rest[:size]); n != size || err != nil {
					rt.Errorf("wrote %d of %d bytes: %v", n, size, err)
				}
				rest = rest[size:]
				if flushes[i] {
					if err := http.NewResponseController(w).Flush(); err != nil {
						rt.Error(err)
					}
				}
			}
		}
		w := f.send(t, http.MethodPost, "/graphql", "Accept-Encoding", coding)
		if got := decode(rt, w.Header().Get("Content-Encoding"), w.Body.Bytes()); !bytes.Equal(got, want) {
			rt.Errorf("got %d bytes, want %d", len(got), len(want))
		}
		if known && w.Header().Get("Content-Encoding") != map[bool]string{true: coding}[len(want) >= 1024] {
			rt.Errorf("%d bytes have the coding %q", len(want), w.Header().Get("Content-Encoding"))
		}
	})
}

// TestPanicAfterWriting: what was compressed before is not sent.
func TestPanicAfterWriting(t *testing.T) {
	t.Parallel()
	f := answering(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write(text(5000))
		panic("too late")
	})
	w := f.send(t, http.MethodPost, "/graphql", "Accept-Encoding", "gzip")
	if w.Code != http.StatusInternalServerError || w.Body.String() != "Internal Server Error\n" || w.Header().Get("Content-Encoding") != "" {
		t.Errorf("answered %d %v %q", w.Code, w.Header(), w.Body)
	}
}

// TestStreamsPass: events arrive when they are sent, and WebSockets can be opened, although the
// client accepts a coding.
func TestStreamsPass(t *testing.T) {
	t.Parallel()
	read := make(chan struct{})
	f := answering(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "" {
			conn, err := websocket.Accept(w, r, nil)
			if err == nil {
				conn.Write(r.Context(), websocket.MessageText, text(5000))
				conn.CloseNow()
			}
			return
		}
		control := http.NewResponseController(w)
		w.Header().Set("Content-Type", "text/event-stream")
		for range 2 {
			if err := control.SetWriteDeadline(time.Now().Add(time.Minute)); err != nil {
				t.Error(err)
			}
			io.WriteString(w, "data: {}\n\n")
			control.Flush()
			<-read
		}
	})
	url, _, _ := serving(t, f)
	accept := http.Header{"Accept-Encoding": {"gzip, br"}}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/graphql", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = accept
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	for range 2 {
		event := make([]byte, len("data: {}\n\n"))
		if _, err := io.ReadFull(resp.Body, event); err != nil || string(event) != "data: {}\n\n" {
			t.Fatalf("got %q, %v", event, err)
		}
		read <- struct{}{}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, url+"/graphql", &websocket.DialOptions{HTTPHeader: accept}) //nolint:bodyclose // a WebSocket has none
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	if _, message, err := conn.Read(ctx); err != nil || !bytes.Equal(message, text(5000)) {
		t.Errorf("got %q, %v", message, err)
	}
}

// TestEncodersAreLimited: beyond the limit, responses are sent as they are.
func TestEncodersAreLimited(t *testing.T) {
	started, finish := make(chan struct{}), make(chan struct{})
	f := answering(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write(text(5000))
		started <- struct{}{}
		<-finish
	})
	const most = 32
	codings := make(chan string, most+1)
	for range most + 1 {
		go func() {
			codings <- f.send(t, http.MethodPost, "/graphql", "Accept-Encoding", "gzip").Header().Get("Content-Encoding")
		}()
	}
	for range most + 1 {
		<-started
	}
	close(finish)
	counts := map[string]int{}
	for range most + 1 {
		counts[<-codings]++
	}
	if diff := cmp.Diff(map[string]int{"gzip": most, "": 1}, counts); diff != "" {
		t.Errorf("codings (-want +got)\n%s", diff)
	}
}
