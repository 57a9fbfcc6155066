// Package web holds the pages for people: the console, the playground and the manuals. They are built from src/ by make web and
// embedded as dist/ has them, so that the server needs no files beside it and no page needs another server.
package web

import (
	"crypto/rand"
	"embed"
	"html/template"
	"net/http"
	"strings"

	"github.com/vearutop/statigz"
	"github.com/vearutop/statigz/brotli"
)

// dist are the files that the build has made: pages as they are, and assets compressed only.
//
//go:embed dist
var dist embed.FS

// Settings are what the pages must know of the server. Everybody can read them.
type Settings struct {
	Demo *Demo `json:"demo"` // what one can try the demo data with; nil without
}

// GraphQL is what the manual of the GraphQL API has from the code.
type GraphQL struct {
	PayloadCodes []Code // of errors that callers can mend
	Codes        []Code // the values of extensions.code
	Limits       []Limit
	KeyLife      string // how long a repeat under an idempotency key finds the outcome
}

// Code is something that an answer can say went wrong.
type Code struct{ Name, Meaning string }

// Limit is the most that there may be of something.
type Limit struct{ What, Most string }

// Demo is what one can try the demo data with.
type Demo struct {
	Key     string   `json:"key"` // an API key
	SignIns []SignIn `json:"signIns"`
}

// SignIn is somebody whom one can sign in as.
type SignIn struct {
	Role     string `json:"role"` // as the API names it
	Login    string `json:"login"`
	Password string `json:"password"`
	Account  string `json:"account"`
}

// The pages, by the names of their files.
const (
	Console    = "console.html"
	Playground = "playground.html"
	Docs       = "docs.html"
	Manual     = "manual.html"
)

// policies are what each page adds to the Content-Security-Policy that all have. NONCE is that of its style elements.
var policies = map[string]string{
	Console: "style-src 'self' 'nonce-NONCE'; img-src 'self' data:",
	// The editors write style elements and attributes, and bring their fonts in their style sheets.
	Playground: "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; worker-src 'self'",
	Docs:       "style-src 'self' 'unsafe-inline'; img-src 'self' data:",
	Manual:     "style-src 'self'; img-src 'self'",
}

// Site answers with the pages and what they load.
type Site struct {
	settings func() Settings
	graphQL  GraphQL
	pages    *template.Template
	assets   http.Handler
}

// New returns the pages. Each time that one is answered, it has the settings of that time in it.
func New(settings func() Settings, graphQL GraphQL) *Site {
	return &Site{
		settings: settings,
		graphQL:  graphQL,
		pages:    template.Must(template.ParseFS(dist, "dist/*.html")),
		assets:   statigz.FileServer(dist, brotli.AddEncoding, statigz.FSPrefix("dist"), statigz.OnNotFound(notFound)),
	}
}

// Page answers with a page.
func (s *Site) Page(w http.ResponseWriter, name string) {
	nonce := rand.Text()
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; connect-src 'self'; "+
		strings.ReplaceAll(policies[name], "NONCE", nonce)+"; form-action 'none'; base-uri 'none'; frame-ancestors 'none'")
	err := s.pages.ExecuteTemplate(w, name, struct {
		Settings Settings
		GraphQL  GraphQL
		Nonce    string
	}{s.settings(), s.graphQL, nonce})
	_ = err // a client that is gone: the tests show that nothing else fails
}

// Asset answers with a file that a page loads, compressed as the client takes it. Its name has a hash of its content in it, so
// that browsers keep it for good.
func (s *Site) Asset(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	s.assets.ServeHTTP(untagged{w}, r)
}

// untagged leaves out the entity tag: what is kept for good is never asked for anew, and statigz writes tags without their quotes.
type untagged struct{ http.ResponseWriter }

// WriteHeader writes the header without the tag.
func (w untagged) WriteHeader(status int) {
	w.Header().Del("Etag")
	w.ResponseWriter.WriteHeader(status)
}

func (w untagged) Write(b []byte) (int, error) {
	w.Header().Del("Etag") // of an answer that begins with its body
	return w.ResponseWriter.Write(b)
}

// notFound answers for an asset that there is not: of an older server, perhaps, or of a newer one that is about to start.
func notFound(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	http.NotFound(w, r)
}
