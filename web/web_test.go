package web_test

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"net/http/httptest"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"contactgraph/web"

	"github.com/andybalholm/brotli"
	"github.com/google/go-cmp/cmp"
)

// sums returns the SHA-256 sums of the built files by name.
func sums(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("dist/SHA256SUMS")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for line := range strings.Lines(string(text)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		all[name] = sum
	}
	return all
}

func isPage(name string) bool { return strings.HasSuffix(name, ".html") }

// TestEmbeddedFilesMatchSums compares dist with its sums. make fresh compares the sums with a new
// build.
func TestEmbeddedFilesMatchSums(t *testing.T) {
	t.Parallel()
	want := []string{"SHA256SUMS"}
	for name, sum := range sums(t) {
		if isPage(name) {
			want = append(want, name)
			hasSum(t, name, sum, func(r io.Reader) (io.Reader, error) { return r, nil })
			continue
		}
		want = append(want, name+".br", name+".gz")
		hasSum(t, name+".br", sum, func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil })
		hasSum(t, name+".gz", sum, func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) })
	}
	var got []string
	err := fs.WalkDir(os.DirFS("dist"), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			got = append(got, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the files in dist (-want +got)\n%s", diff)
	}
}

func hasSum(t *testing.T, name, want string, decoded func(io.Reader) (io.Reader, error)) {
	t.Helper()
	f, err := os.Open("dist/" + name)
	if err != nil {
		t.Error(err)
		return
	}
	defer f.Close()
	r, err := decoded(f)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		t.Errorf("%s has the sum %s, want %s", name, got, want)
	}
}

func none() web.Settings { return web.Settings{} }

func page(t *testing.T, site *web.Site, name string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	site.Page(w, name)
	return w
}

var loaded = regexp.MustCompile(`(?:src|href)="(/assets/[^"]+)"`)

func TestPagesLoadExistingAssets(t *testing.T) {
	t.Parallel()
	site := web.New(none, web.GraphQL{})
	for name := range sums(t) {
		if !isPage(name) {
			continue
		}
		body := page(t, site, name).Body.String()
		assets := loaded.FindAllStringSubmatch(body, -1)
		if len(assets) == 0 {
			t.Errorf("%s loads nothing", name)
		}
		for _, asset := range assets {
			w := httptest.NewRecorder()
			site.Asset(w, httptest.NewRequestWithContext(t.Context(), "GET", asset[1], nil))
			if w.Code != 200 {
				t.Errorf("%s loads %s, which returns %d", name, asset[1], w.Code)
			}
		}
		if foreign := regexp.MustCompile(`<(?:link|script|img)[^>]*(?:src|href)="(?:\w+:)?//|<script>|<[^>]* style=`).FindString(body); foreign != "" {
			t.Errorf("%s contains %s, which the policy blocks", name, foreign)
		}
	}
}

func TestPolicyIsStrict(t *testing.T) {
	t.Parallel()
	site := web.New(none, web.GraphQL{})
	for name := range sums(t) {
		if !isPage(name) {
			continue
		}
		first, second := page(t, site, name).Header().Get("Content-Security-Policy"), page(t, site, name).Header().Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self';", "connect-src 'self';", "base-uri 'none'", "frame-ancestors 'none'"} {
			if !strings.Contains(first, want) {
				t.Errorf("the policy of %s lacks %s: %s", name, want, first)
			}
		}
		if strings.Contains(first, "NONCE") || strings.Contains(first, "'nonce-") && first == second {
			t.Errorf("the policy of %s has no nonce of its own: %s", name, first)
		}
	}
}

// TestSettingsAreEscaped uses settings that try to break out of their script element.
func TestSettingsAreEscaped(t *testing.T) {
	t.Parallel()
	hostile := web.Settings{Demo: &web.Demo{Key: `</script><script>alert("x")</script><!--`}}
	site := web.New(func() web.Settings { return hostile }, web.GraphQL{})
	body := page(t, site, web.Console).Body.String()
	if strings.Contains(body, "<script>alert") || strings.Contains(body, "<!--") {
		t.Error(body)
	}
}

func TestAssets(t *testing.T) {
	t.Parallel()
	site := web.New(none, web.GraphQL{})
	var script string
	for name := range sums(t) {
		if path.Ext(name) == ".js" {
			script = "/" + name
		}
	}
	tests := []struct{ accept, encoding string }{{"gzip, deflate, br, zstd", "br"}, {"gzip", "gzip"}, {"", ""}, {"identity", ""}}
	for _, tt := range tests {
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), "GET", script, nil)
		r.Header.Set("Accept-Encoding", tt.accept)
		site.Asset(w, r)
		got := map[string]string{}
		for _, name := range []string{"Content-Encoding", "Cache-Control", "Content-Type", "Vary", "Etag"} {
			got[name] = w.Header().Get(name)
		}
		want := map[string]string{
			"Content-Encoding": tt.encoding, "Cache-Control": "public, max-age=31536000, immutable",
			"Content-Type": "application/javascript", "Vary": "Accept-Encoding", "Etag": "",
		}
		if diff := cmp.Diff(want, got); diff != "" || w.Code != 200 {
			t.Errorf("Accept-Encoding: %s: %d (-want +got)\n%s", tt.accept, w.Code, diff)
		}
		if tt.encoding == "" {
			h := sha256.Sum256(w.Body.Bytes())
			if got, want := hex.EncodeToString(h[:]), sums(t)[strings.TrimPrefix(script, "/")]; got != want {
				t.Errorf("Accept-Encoding: %s: the response has the sum %s, want %s", tt.accept, got, want)
			}
		}
	}
	w := httptest.NewRecorder()
	site.Asset(w, httptest.NewRequestWithContext(t.Context(), "GET", "/assets/old-12345678.js", nil))
	if w.Code != 404 || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("unknown asset: %d %v", w.Code, w.Header())
	}
}
